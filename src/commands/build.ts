import path from "node:path";
import type { Flags } from "../cli.ts";
import { missingCredentials, registriesOf } from "../docker/login.ts";
import { withSession } from "../docker/session.ts";
import { ExitCode, InputError, throwProblems } from "../errors.ts";
import type { Host } from "../host.ts";
import type { PlanDraft } from "../plan/build-plan.ts";
import { failureText, resultJson, resultTable } from "../report/result.ts";
import { liveReporter } from "../report/live.ts";
import type { RunResult } from "../run/outcome.ts";
import { runBuild, runPush } from "../run/run.ts";
import { buildOptions, draftPlan } from "./draft.ts";
import { consoleFor } from "./output.ts";
import { loadProject, type Project } from "./project.ts";
import { tagsFileText } from "./tags-file.ts";

/** `build` and `push`: does what the plan says and prints what came of it. Returns the exit code. */
export async function build(
  host: Host,
  command: "build" | "push",
  names: readonly string[],
  flags: Flags,
): Promise<number> {
  refuseSimulation(flags);
  const project = await loadProject(host, flags);
  const draft = await draftPlan(host, project, names, flags);
  if (draft.push) throwProblems(missingCredentials(project.config, project.env));
  const tagsFile = flags.tagsFile === undefined ? null : tagsFileText(tagLists(draft));
  const out = consoleFor(host, flags);
  const labels = [...draft.targets.map(({ name }) => name), ...draft.shared.map(({ stage }) => stage)];
  const reporter = liveReporter(host, out.paint, labels, flags);
  for (const { message } of draft.warnings) reporter.note(`${out.paint.yellow("warning")} ${message}`);
  reporter.note(`${draft.buildTag}: ${draft.push ? "publishing" : "not publishing"}, ${draft.pushReason}`);
  const result = await run(host, command, project, draft, flags, reporter);
  for (const failure of result.failures) host.stderr.write(failureText(failure, out.paint));
  const done = result.failures.length === 0;
  const report = resultJson(draft, result);
  const write = (file: string, text: string) => host.files.write(path.resolve(host.cwd, flags.cwd ?? ".", file), text);
  if (flags.metadataFile !== undefined) await write(flags.metadataFile, `${JSON.stringify(report, null, 2)}\n`);
  if (tagsFile !== null && done) await write(flags.tagsFile!, tagsFile);
  out.result(resultTable(draft, result), report);
  return done ? ExitCode.done : ExitCode.failed;
}

/** The tags of the targets that were asked for, as a `.tags` file has them. */
function tagLists({ targets }: PlanDraft): { name: string; tags: string[] }[] {
  const own = targets.filter(({ implied }) => !implied);
  return own.map(({ name, image, tags }) => ({ name, tags: [image.slice(image.lastIndexOf(":") + 1), ...tags] }));
}

function run(
  host: Host,
  command: "build" | "push",
  project: Project,
  draft: PlanDraft,
  flags: Flags,
  reporter: ReturnType<typeof liveReporter>,
): Promise<RunResult> {
  const { config, env } = project;
  const credentials = Object.values(config.registries).some(({ password }) => password !== undefined);
  const login =
    draft.push && credentials
      ? { registries: [...registriesOf(draft.targets), ...Object.keys(config.registries)] }
      : null;
  return withSession(host, login, (session) => {
    const docker = { host, session, directory: config.directory, env };
    const inputs = { draft, config, options: buildOptions(project, flags), force: flags.force === true, reporter };
    return command === "build" ? runBuild(docker, inputs) : runPush(docker, inputs);
  });
}

/** --as describes a build that is not this one: to publish it must be said in so many words. */
function refuseSimulation(flags: Flags): void {
  if (flags.as === undefined || flags.push !== undefined) return;
  const hint = "add --dry-run to see what CI would do, or --push or --no-push to really do it";
  throw new InputError([{ path: "--as", message: "pretends another build", got: flags.as, hint }]);
}
