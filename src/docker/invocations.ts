import type { Config } from "../config/config.ts";
import type { PlanDraft } from "../plan/build-plan.ts";
import { bakeInvocation } from "./bake.ts";
import { buildInvocation } from "./build.ts";
import type { Invocation } from "./invocation.ts";
import { loginInvocations } from "./login.ts";
import type { BuildOptions } from "./options.ts";
import { pushBuildTags, pushMovingTags } from "./publish.ts";

/** The docker processes of a run, by phase. A phase starts when the one before is done. */
export interface Phases {
  logins: Invocation[];
  builds: Invocation[];
  /** Build-tag references that the build itself does not push. */
  pushes: Invocation[];
  /** Moving references. */
  moves: Invocation[];
}

/** The processes that build the plan and publish what it says. */
export function buildPhases(draft: PlanDraft, config: Config, options: BuildOptions): Phases {
  const baked = options.builder === "buildx";
  return {
    logins: draft.push ? loginInvocations(config) : [],
    builds: baked
      ? [bakeInvocation(draft.targets, options)]
      : draft.targets.map((target) => buildInvocation(target, options)),
    pushes: baked ? [] : pushBuildTags(draft.targets),
    moves: pushMovingTags(draft.targets),
  };
}

/** The processes that publish what an earlier step built. */
export function pushPhases(draft: PlanDraft, config: Config): Phases {
  return {
    logins: draft.push ? loginInvocations(config) : [],
    builds: [],
    pushes: pushBuildTags(draft.targets),
    moves: pushMovingTags(draft.targets),
  };
}

/** All of them in the order of a dry run. */
export function allInvocations(phases: Phases): Invocation[] {
  return [...phases.logins, ...phases.builds, ...phases.pushes, ...phases.moves];
}
