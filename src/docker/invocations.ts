import type { Config } from "../config/config.ts";
import type { PlanDraft } from "../plan/build-plan.ts";
import { bakeInvocation } from "./bake.ts";
import { buildInvocation } from "./build.ts";
import { type Finding, findings } from "./find.ts";
import type { Invocation, Step } from "./invocation.ts";
import { loginInvocations } from "./login.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import { waves } from "../plan/waves.ts";
import type { BuildOptions } from "./options.ts";
import { pushBuildTags, showMoves } from "./publish.ts";

/** The docker processes of a run up to the moving tags, by phase. A phase starts when the one before is done. */
export interface Phases {
  logins: Invocation[];
  /** Images of targets that are needed but not selected. */
  finds: Finding[];
  /** With buildx one bake per wave. */
  builds: Invocation[];
  /** Build-tag references that the build itself does not push. */
  pushes: Invocation[];
}

/** The processes that build the plan and publish its build tags. */
export function buildPhases(draft: PlanDraft, config: Config, options: BuildOptions): Phases {
  const { push, targets } = draft;
  const baked = options.builder === "buildx";
  const selected = builtTargets(draft);
  const builds = baked
    ? waves(selected).map((wave) => bakeInvocation(wave, targets, options))
    : selected.map((target) => buildInvocation(target, targets, options));
  return {
    logins: push ? loginInvocations(config) : [],
    finds: selected.length === targets.length ? [] : findings(targets, options),
    builds,
    pushes: baked ? [] : pushBuildTags(selected),
  };
}

/**
 * The targets that a run builds. A build tag of CI stands for one build, so what is needed is looked for under it; one
 * of a laptop stands for whatever the work tree was, so what is needed is built along (and mostly cached).
 */
export function builtTargets({ event, targets }: PlanDraft): PlannedTarget[] {
  return event.buildNumber === null ? targets : targets.filter(({ implied }) => !implied);
}

/** The processes that publish what an earlier step built. */
export function pushPhases({ push, targets }: PlanDraft, config: Config): Phases {
  return { logins: push ? loginInvocations(config) : [], finds: [], builds: [], pushes: pushBuildTags(targets) };
}

/** All of them in order, the moving tags last, as a dry run shows them. */
export function allSteps({ logins, finds, builds, pushes }: Phases, draft: PlanDraft, options: BuildOptions): Step[] {
  return [
    ...logins.map((invocation) => [invocation]),
    ...finds.map(({ inspect, pull, build }) => [inspect, ...(pull === null ? [] : [pull]), build]),
    ...[...builds, ...pushes].map((invocation) => [invocation]),
    ...showMoves(draft.targets, options.builder),
  ];
}
