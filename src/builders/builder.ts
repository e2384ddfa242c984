import type { Failure } from "../core/failure.ts";
import type { DockerContext } from "../docker/exec.ts";
import type { Invocation } from "../docker/invocation.ts";
import type { Plan } from "../plan/plan.ts";
import type { BuilderTraits, BuildStep } from "../plan/steps.ts";
import type { Reporter } from "../report/reporter.ts";

/**
 * What turns a build step into images. There is one file for each builder; nothing outside of this room asks which one it
 * is, only what it can do.
 */
export interface Builder extends BuilderTraits {
  /** The processes of a step, for those of its targets that are not `up` already. They do not wait for each other. */
  commands(step: BuildStep, plan: Plan, up: ReadonlySet<string>): Invocation[];
  /** Carries the step out with just these processes. */
  run(
    docker: DockerContext,
    step: BuildStep,
    plan: Plan,
    up: ReadonlySet<string>,
    reporter: Reporter,
  ): Promise<BuildResult>;
}

/** What came of a build step. A target that is in neither list was not tried, or was stopped. */
export interface BuildResult {
  built: BuiltTarget[];
  failures: Failure[];
}

/** A target that was built. */
export interface BuiltTarget {
  target: string;
  /** What the builder says the image's digest is; null where it does not say. */
  digest: string | null;
  /** Every step was in the cache. */
  cached: boolean;
  /** From its first step to its last, in seconds. */
  seconds: number;
}
