import type { Config } from "../config/config.ts";
import type { BuildOptions } from "../docker/options.ts";
import type { PlanDraft } from "../plan/build-plan.ts";
import type { Reporter } from "../report/reporter.ts";

/** What a run is told besides the plan. */
export interface RunInputs {
  draft: PlanDraft;
  config: Config;
  options: BuildOptions;
  /** Take moving tags from later builds, too. */
  force: boolean;
  reporter: Reporter;
}
