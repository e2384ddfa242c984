import type { Builder } from "../builders/builder.ts";
import { value } from "../ci/environment.ts";
import { engineBuilder } from "../builders/bake.ts";
import { chooseBuilder, presumedBuilder } from "../builders/choose.ts";
import { builderFault } from "../builders/faults.ts";
import { imageStoreFault } from "../builders/image-extras.ts";
import { consoleFor } from "../report/console.ts";
import type { BuildOptions, CommandLine, PushOptions } from "./options.ts";
import { cleanLine } from "../core/printable.ts";
import { InputError, throwProblems } from "../core/errors.ts";
import type { Failure } from "../core/failure.ts";
import type { RunResult } from "../core/outcome.ts";
import type { DockerContext } from "../docker/exec.ts";
import { type Session, withSession } from "../docker/session.ts";
import type { Host } from "../host/host.ts";
import type { Plan } from "../plan/plan.ts";
import { missingCredentials, missingSecrets } from "../plan/missing.ts";
import { openRegistries } from "../registry/registries.ts";
import { notRun, release } from "../release/release.ts";
import { liveReporter } from "../report/live.ts";
import type { Reporter } from "../report/reporter.ts";
import { failureText, resultJson, resultTable } from "../report/result.ts";
import { exitCode } from "./exit-code.ts";
import { outputFiles } from "./output-files.ts";
import { builderOf, planner, workOf } from "./planning.ts";
import { promotion } from "./promotion.ts";
import { loadProject, type Project, withProblems } from "./project.ts";
import { tagLists, tagsFileText } from "./tags-file.ts";

/** The commands that run what they have planned. */
type RunLine = CommandLine & { command: "build" | "push" | "promote" | "join" };

/** What a run is made of once it is planned. */
interface Planned {
  plan: Plan;
  /** Null where nothing is built. */
  builder: Builder | null;
  /** Why it cannot be carried out here. */
  fault: Failure | null;
}

/** `build`, `push`, `promote` and `join`: does what the plan says and prints what came of it. Returns the exit code. */
export async function build(host: Host, line: RunLine): Promise<number> {
  const { options } = line;
  refuseSimulation(options);
  const project = await loadProject(host, options);
  const files = await outputFiles(host, options, project);
  const { plan, builder, fault } = await planRun(host, withProblems(project, files.problems), line);
  const tags = files.tags === null ? null : tagsFileText(tagLists(plan));
  const out = consoleFor(host, options);
  const labels = [...plan.targets.map(({ name }) => name), ...plan.shared.map(({ stage }) => stage)];
  const reporter = liveReporter(host, out.paint, labels, options);
  for (const { message } of plan.warnings) reporter.note(`${out.paint.yellow("warning")} ${cleanLine(message)}`);
  if (plan.event.provider !== "local" || options.verbose === true) reporter.note(`config: ${cleanLine(project.file)}`);
  reporter.note(`${plan.buildTag}: ${plan.push ? "publishing" : "not publishing"}, ${plan.pushReason}`);
  const result = fault === null ? await run(host, project, plan, builder, reporter) : notRun({ plan }, fault);
  for (const failure of result.failures) host.stderr.write(failureText(failure, out.paint));
  const report = resultJson(plan, result, project.file);
  if (files.metadata !== null) await host.files.write(files.metadata, `${host.json(report)}\n`);
  if (tags !== null && result.failures.length === 0) await host.files.write(files.tags!, tags);
  out.result(resultTable(plan, result), report);
  return exitCode(host, result.failures);
}

/** Plans for the builder that is here. What is wrong with the input is found before docker is asked. */
async function planRun(host: Host, project: Project, line: RunLine): Promise<Planned> {
  const { config } = project;
  const promoted = promotion(project, line);
  const make = await planner(host, withProblems(project, promoted.problems), line, promoted.from);
  const options: BuildOptions = line.options;
  const wanted = builderOf(project, options);
  // What a name stands for is asked below: until then nothing is refused that some builder could do.
  const presumed =
    wanted.name === "docker" ? presumedBuilder(wanted, config.directory) : engineBuilder(config.directory);
  const plan = make(workOf(project, line, presumed, promoted.from));
  const builds = line.command === "build" && promoted.from === null;
  checkInput(plan, project, { builds, options });
  if (!builds) return { plan, builder: null, fault: null };
  const docker = context(host, project, { directory: "", env: {} }, () => undefined);
  const cacheExport = plan.targets.some(({ cacheTo }) => cacheTo.length > 0);
  const builder = await chooseBuilder(docker, wanted, { cacheExport });
  if ("code" in builder) return { plan, builder: presumed, fault: builder };
  const fault =
    (await builderFault(builder, docker, plan.targets, { load: options.load === true })) ??
    (await imageStoreFault(builder, docker, plan.targets));
  return { plan: plansAlike(builder, presumed) ? plan : make(workOf(project, line, builder, null)), builder, fault };
}

/** Whether a plan for the one is a plan for the other. */
function plansAlike(a: Builder, b: Builder): boolean {
  return (["binds", "store", "exportsCache"] as const).every((trait) => a[trait] === b[trait]);
}

/** Throws for what the plan alone tells is wrong with the input. */
function checkInput(
  plan: Plan,
  { config, env, secretFiles }: Project,
  { builds, options }: { builds: boolean; options: PushOptions },
) {
  throwProblems([
    ...(plan.push ? missingCredentials(config, env) : []),
    ...(builds ? missingSecrets(plan, env, secretFiles) : []),
  ]);
  if (options.tagsFile !== undefined) tagsFileText(tagLists(plan));
}

function run(
  host: Host,
  project: Project,
  plan: Plan,
  builder: Builder | null,
  reporter: Reporter,
): Promise<RunResult> {
  const { config, env } = project;
  const logins = plan.steps.flatMap((step) => (step.kind === "login" ? [step.registry] : []));
  const places = plan.targets.flatMap((target) => (target.push ? target.places : []));
  const registries = new Set([
    ...places.map(({ repository }) => repository.registry),
    ...Object.keys(config.registries),
  ]);
  return withSession(host, logins.length === 0 ? null : { registries: [...registries] }, (session) => {
    const dockerConfig = session.env.DOCKER_CONFIG ?? value(env, "DOCKER_CONFIG") ?? null;
    const { directory, registries: settings } = config;
    const opened = openRegistries({ host, env, dockerConfig, settings, directory, say: reporter.note });
    const docker = {
      ...context(host, project, session, reporter.note),
      answers: (registry: string) => opened.answers(registry),
    };
    return release({ plan, builder, docker, registries: opened, reporter });
  });
}

function context(host: Host, { config, env }: Project, session: Session, say: (line: string) => void): DockerContext {
  return { host, session, directory: config.directory, env, digests: new Map(), say };
}

/** --as describes a build that is not this one: to publish it must be said in so many words. */
function refuseSimulation({ as, push, load }: BuildOptions & PushOptions): void {
  if (as === undefined || push !== undefined || load === true) return;
  const hint = "add --dry-run to see what CI would do, or --push or --no-push to really do it";
  throw new InputError([{ path: "--as", message: "pretends another build", got: as, hint }]);
}
