import { presumedBuilder } from "../builders/choose.ts";
import { consoleFor } from "../report/console.ts";
import type { BuildOptions, CommandLine, PlanOptions } from "./options.ts";
import { ExitCode } from "../core/errors.ts";
import { shellScript } from "../docker/shell.ts";
import type { Host } from "../host/host.ts";
import { errorJson, failureText } from "../report/result.ts";
import { planTree } from "../report/tree.ts";
import { exitCode } from "./exit-code.ts";
import { outputFiles } from "./output-files.ts";
import { builderOf, documentOf, planLines, planner, type PlanningLine, workOf } from "./planning.ts";
import { promotion } from "./promotion.ts";
import { loadProject, withProblems } from "./project.ts";

/** `plan`: what a build would do; with --explain what becomes of each target, and why. Needs no docker. */
export function plan(host: Host, line: CommandLine & { command: "plan" }): Promise<number> {
  return show(host, line, false);
}

/** `--dry-run` of build, push, promote and join: the plan and the exact commands. Needs no docker, either. */
export function dryRun(
  host: Host,
  line: CommandLine & { command: "build" | "push" | "promote" | "join" },
): Promise<number> {
  return show(host, line, true);
}

async function show(host: Host, line: PlanningLine, withCommands: boolean): Promise<number> {
  const options: BuildOptions & PlanOptions = line.options;
  const project = await loadProject(host, options);
  const { directory } = project.config;
  // Without docker to ask, auto means the engine's own, and a name another one.
  const builder = presumedBuilder(builderOf(project, options), directory);
  const { problems } = await outputFiles(host, options, project);
  const promoted = promotion(project, line);
  const make = await planner(host, withProblems(project, [...problems, ...promoted.problems]), line, promoted.from);
  const made = make(workOf(project, line, builder, promoted.from));
  const lines = planLines(made, builder);
  const out = consoleFor(host, options);
  const files = [options.metadataFile, options.tagsFile].filter((file) => file !== undefined);
  const writes = files.map((file) => ({ remark: `A run writes ${file} now.` }));
  const script = withCommands
    ? `\n${out.paint.bold("commands")}\n${shellScript([...lines.flat(), ...writes], directory)}`
    : "";
  if (options.explain !== true) {
    out.result(planTree(made, out.paint) + script, documentOf(made, project, lines));
    return ExitCode.done;
  }
  const { explained } = await import("./explain.ts");
  const { text, explanations, failures } = await explained(host, project, made, out.paint);
  for (const failure of failures) host.stderr.write(failureText(failure, out.paint));
  const document = { ...documentOf(made, project, lines), explanations };
  out.result(planTree(made, out.paint) + text, { ...document, ...errorJson(failures) });
  return exitCode(host, failures);
}
