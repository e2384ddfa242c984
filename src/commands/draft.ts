import path from "node:path";
import type { Flags } from "../cli/program.ts";
import { allSteps, buildPhases, pushPhases } from "../docker/invocations.ts";
import { type Step, toPlannedCommands } from "../docker/invocation.ts";
import type { BuildOptions } from "../docker/options.ts";
import { throwProblems } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import { buildPlan, type PlanDraft } from "../plan/build-plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { Project } from "./project.ts";

/** Plans the named targets. Throws an InputError with everything that is wrong. */
export async function draftPlan(
  host: Host,
  project: Project,
  names: readonly string[],
  flags: Flags,
): Promise<PlanDraft> {
  const { config, event, tags } = project;
  const files = new Set(config.targets.map(({ dockerfile }) => dockerfile));
  const read = async (file: string) => [file, await host.files.read(path.resolve(config.directory, file))] as const;
  const dockerfiles = new Map(await Promise.all([...files].map(read)));
  const { draft, problems } = buildPlan({ config, event, names, dockerfiles, tags, pushFlag: flags.push });
  throwProblems([...project.problems, ...problems]);
  return draft;
}

/** How the command line wants things built. Without docker to ask, `auto` means buildx. */
export function buildOptions(project: Project, flags: Flags): BuildOptions {
  return {
    directory: project.config.directory,
    noCache: flags.cache === false,
    pull: flags.pull === true,
    builder: flags.builder === "docker" ? "docker" : "buildx",
  };
}

/** The docker processes of a build or a push, in order. */
export function stepsOf(command: "build" | "push", draft: PlanDraft, project: Project, options: BuildOptions): Step[] {
  const { config } = project;
  const phases = command === "build" ? buildPhases(draft, config, options) : pushPhases(draft, config);
  return allSteps(phases, draft, options);
}

/** The whole plan, as --json prints it. */
export function wholePlan(draft: PlanDraft, steps: readonly Step[]): Plan {
  const { warnings, ...rest } = draft;
  return { ...rest, commands: toPlannedCommands(steps), warnings };
}
