import type { Config } from "../config/config.ts";
import type { PlanDraft } from "../plan/build-plan.ts";
import { bakeInvocation } from "./bake.ts";
import { buildInvocation } from "./build.ts";
import { type Finding, findings } from "./find.ts";
import type { Invocation, Step } from "./invocation.ts";
import { loginInvocations } from "./login.ts";
import type { BuildOptions } from "./options.ts";
import { pushBuildTags, pushMovingTags } from "./publish.ts";

/** The docker processes of a run, by phase. A phase starts when the one before is done. */
export interface Phases {
  logins: Invocation[];
  /** Images of targets that are needed but not selected. */
  finds: Finding[];
  builds: Invocation[];
  /** Build-tag references that the build itself does not push. */
  pushes: Invocation[];
  /** Moving references. */
  moves: Invocation[];
}

/** The processes that build the plan and publish what it says. */
export function buildPhases(draft: PlanDraft, config: Config, options: BuildOptions): Phases {
  const baked = options.builder === "buildx";
  const selected = draft.targets.filter(({ implied }) => !implied);
  return {
    logins: draft.push ? loginInvocations(config) : [],
    finds: findings(draft.targets, options),
    builds: baked
      ? [bakeInvocation(selected, draft.targets, options)]
      : selected.map((target) => buildInvocation(target, options)),
    pushes: baked ? [] : pushBuildTags(selected),
    moves: pushMovingTags(selected),
  };
}

/** The processes that publish what an earlier step built. */
export function pushPhases(draft: PlanDraft, config: Config): Phases {
  return {
    logins: draft.push ? loginInvocations(config) : [],
    finds: [],
    builds: [],
    pushes: pushBuildTags(draft.targets),
    moves: pushMovingTags(draft.targets),
  };
}

/** All of them in order, as a dry run shows them. */
export function allSteps({ logins, finds, builds, pushes, moves }: Phases): Step[] {
  return [
    ...logins.map((invocation) => [invocation]),
    ...finds.map(({ inspect, pull, build }) => [inspect, ...(pull === null ? [] : [pull]), build]),
    ...[...builds, ...pushes, ...moves].map((invocation) => [invocation]),
  ];
}
