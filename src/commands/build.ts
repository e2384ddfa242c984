import type { Flags } from "../cli/program.ts";
import { missingCredentials, missingSecrets, registriesOf } from "../docker/login.ts";
import { withSession } from "../docker/session.ts";
import { ExitCode, InputError, throwProblems } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import type { PlanDraft } from "../plan/build-plan.ts";
import { failureText, resultJson, resultTable } from "../report/result.ts";
import { liveReporter } from "../report/live.ts";
import type { RunResult } from "../run/outcome.ts";
import { runPush } from "../run/push.ts";
import { runBuild } from "../run/run.ts";
import { buildOptions, draftPlan } from "./draft.ts";
import { outputFiles } from "./output-files.ts";
import { consoleFor } from "../cli/console.ts";
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
  throwProblems([
    ...(draft.push ? missingCredentials(project.config, project.env) : []),
    ...(command === "build" ? missingSecrets(draft, project.env) : []),
  ]);
  const files = await outputFiles(host, flags);
  const tags = files.tags === null ? null : tagsFileText(tagLists(draft));
  const out = consoleFor(host, flags);
  const labels = [...draft.targets.map(({ name }) => name), ...draft.shared.map(({ stage }) => stage)];
  const reporter = liveReporter(host, out.paint, labels, flags);
  for (const { message } of draft.warnings) reporter.note(`${out.paint.yellow("warning")} ${message}`);
  reporter.note(`${draft.buildTag}: ${draft.push ? "publishing" : "not publishing"}, ${draft.pushReason}`);
  const result = await run(host, command, project, draft, flags, reporter);
  for (const failure of result.failures) host.stderr.write(failureText(failure, out.paint));
  const done = result.failures.length === 0;
  const report = resultJson(draft, result);
  out.result(resultTable(draft, result), report);
  if (files.metadata !== null) await host.files.write(files.metadata, `${host.json(report)}\n`);
  if (tags !== null && done) await host.files.write(files.tags!, tags);
  return done ? ExitCode.done : ExitCode.failed;
}

/** The tags that the targets that were asked for are published under, as a `.tags` file has them. */
function tagLists({ targets }: PlanDraft): { name: string; tags: string[] }[] {
  const tagOf = (reference: string) => reference.slice(reference.lastIndexOf(":") + 1);
  return targets
    .filter(({ implied }) => !implied)
    .map(({ name, image, moving }) => ({ name, tags: [...new Set([image, ...moving].map(tagOf))] }));
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
