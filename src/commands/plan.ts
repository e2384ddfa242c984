import { presumedBuilder } from "../builders/choose.ts";
import { consoleFor } from "../report/console.ts";
import type { BuildOptions, CommandLine } from "./options.ts";
import { ExitCode } from "../core/errors.ts";
import { shellScript } from "../docker/shell.ts";
import type { Host } from "../host/host.ts";
import { planTree } from "../report/tree.ts";
import { outputFiles } from "./output-files.ts";
import { builderOf, documentOf, planLines, planner, type PlanningLine, workOf } from "./planning.ts";
import { promotion } from "./promotion.ts";
import { loadProject, withProblems } from "./project.ts";

/** `plan`: what a build would do. Needs no docker. */
export function plan(host: Host, line: CommandLine & { command: "plan" }): Promise<number> {
  return show(host, line, false);
}

/** `--dry-run` of build, push and promote: the plan and the exact commands. Needs no docker, either. */
export function dryRun(host: Host, line: CommandLine & { command: "build" | "push" | "promote" }): Promise<number> {
  return show(host, line, true);
}

async function show(host: Host, line: PlanningLine, withCommands: boolean): Promise<number> {
  const options: BuildOptions = line.options;
  const project = await loadProject(host, options);
  const { directory } = project.config;
  // Without docker to ask, auto means the engine's own, and a name another one.
  const builder = presumedBuilder(builderOf(project, options), directory);
  const { problems } = await outputFiles(host, options, project);
  const promoted = promotion(project, line);
  const make = await planner(host, withProblems(project, [...problems, ...promoted.problems]), line);
  const made = make(workOf(project, line, builder, promoted.from));
  const lines = planLines(made, builder);
  const out = consoleFor(host, options);
  const files = [options.metadataFile, options.tagsFile].filter((file) => file !== undefined);
  const writes = files.map((file) => ({ remark: `A run writes ${file} now.` }));
  const script = withCommands
    ? `\n${out.paint.bold("commands")}\n${shellScript([...lines.flat(), ...writes], directory)}`
    : "";
  out.result(planTree(made, out.paint) + script, documentOf(made, project, lines));
  return ExitCode.done;
}
