import path from "node:path";
import type { Builder } from "../builders/builder.ts";
import { builderName, builderNameFault, type WantedBuilder, wantedBuilder } from "../core/builder-name.ts";
import { value } from "../ci/environment.ts";
import type { BuildOptions, CommandLine, PushOptions } from "./options.ts";
import type { Config } from "../config/config.ts";
import { commandNames } from "../core/command-names.ts";
import { InputError, type Problem } from "../core/errors.ts";
import type { BuildEvent } from "../core/event.ts";
import type { PromotedBuild } from "../core/promoted-build.ts";
import { show } from "../docker/invocation.ts";
import { invocationsOf, type Line } from "../docker/shell.ts";
import type { Host } from "../host/host.ts";
import { type PlanDocument, planDocument } from "../plan/document.ts";
import { makePlan } from "../plan/make-plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { Work } from "../plan/steps.ts";
import { stepLines } from "../release/step-lines.ts";
import { readContexts } from "./build-contexts.ts";
import type { Project } from "./project.ts";

/** The commands that plan. */
export type PlanningLine = CommandLine & { command: "build" | "push" | "promote" | "join" | "plan" };

/** Plans what was read for any builder. Throws an InputError with everything that is wrong. */
export type Planner = (work: Work) => Plan;

/** Reads what a plan of the named targets is made of. What another build has made is made from nothing that is here. */
export async function planner(
  host: Host,
  project: Project,
  line: PlanningLine,
  promoted: PromotedBuild | null,
): Promise<Planner> {
  const { event, tags, env, secrets } = project;
  const config = decided(project);
  const isSet = (variable: string) => (env[variable] ?? "") !== "";
  const written = new Set(config.targets.map(({ dockerfile }) => dockerfile));
  const read = async (file: string) =>
    [file, await host.files.readInput(path.resolve(config.directory, file))] as const;
  const dockerfiles = new Map(await Promise.all([...written].map(read)));
  const isCompared = promoted === null && config.targets.some(({ reuse }) => reuse);
  const files = isCompared
    ? await readContexts(host, config.directory, config.targets, dockerfiles)
    : () => "reuse is off";
  return (work) => {
    const { plan, problems } = makePlan({
      config,
      event,
      names: line.targets,
      commands: line.command === "build" && line.isDefault ? commandNames : [],
      dockerfiles,
      tags,
      files,
      platform: ownPlatform(work) ?? host.platform,
      pushFlag: line.options.push,
      work,
      isSet,
      secrets,
    });
    project.check([...problems, ...idlePush(plan, line)]);
    return { ...plan, warnings: [...project.warnings, ...plan.warnings] };
  };
}

/** What the config leaves to where the build runs. */
function decided({ config, event, env }: Project): Config {
  // `docker build` heeds it and bake does not: https://docs.docker.com/reference/cli/docker/#environment-variables
  const platform = value(env, "DOCKER_DEFAULT_PLATFORM");
  const targets = config.targets.map((target) => {
    const own = { ...target, reuse: target.reuse ?? isOfCI(event) };
    const isOpen = target.platforms.length === 0 && platform !== undefined;
    return isOpen ? { ...own, platforms: [platform], platformsVary: true } : own;
  });
  return { ...config, targets };
}

/** What the builder builds for where nobody says it. */
function ownPlatform(work: Work): string | null {
  return work.command === "build" ? work.builder.platform : null;
}

/** The builder that is asked for. Throws an InputError where that is no name. */
export function builderOf({ config, env }: Project, { builder: flag }: BuildOptions): WantedBuilder {
  const wanted = wantedBuilder({ flag, variable: value(env, "BUILDX_BUILDER"), config: config.builder });
  if (builderName.test(wanted.name)) return wanted;
  throw new InputError([{ path: wanted.path, message: builderNameFault, got: wanted.name }]);
}

/** A laptop builds what its work tree holds, on the images that it has. */
function isOfCI({ buildNumber }: BuildEvent): boolean {
  return buildNumber !== null;
}

/** A `push` or `promote` that can publish nothing, and says so only in passing, would be taken for one that has. */
function idlePush(
  { push, event }: Plan,
  { command, options }: CommandLine & { options: { push?: boolean } },
): Problem[] {
  // Who says --no-push knows it.
  if (
    (command !== "push" && command !== "promote" && command !== "join") ||
    push ||
    options.push === false ||
    event.provider !== "local"
  )
    return [];
  const hint = `write ${command} --push to publish ${command === "push" ? "this laptop's images" : "all the same"}; in another CI, describe the build by --as as well`;
  return [{ path: command, message: "publishes nothing, as this is no build of a CI that is known here", hint }];
}

/** What the command line asks a builder for. */
function buildWork(
  builder: Builder,
  { config, event }: Project,
  { cache, pull, reuse, load, platform, force }: BuildOptions,
): Work {
  return {
    command: "build",
    builder,
    noCache: cache === false,
    pull: pull ?? config.pull ?? isOfCI(event),
    reuse: cache !== false && reuse !== false,
    platform: platform ?? null,
    load: load === true,
    force: force === true,
  };
}

/** What a command line comes to with a builder; a promotion and `push` need none. */
export function workOf(project: Project, line: PlanningLine, builder: Builder, promoted: PromotedBuild | null): Work {
  const options: BuildOptions = line.options;
  if (promoted !== null) return { command: "promote", from: promoted, force: options.force === true };
  if (line.command === "join") return { command: "join", force: options.force === true };
  return line.command === "push" ? pushWork(options) : buildWork(builder, project, options);
}

function pushWork({ platform, force }: PushOptions): Work {
  return { command: "push", platform: platform ?? null, force: force === true };
}

/** The lines that each of a plan's steps comes to. */
export function planLines(plan: Plan, builder: Builder): Line[][] {
  return plan.steps.map((step) => stepLines(step, plan, builder));
}

/** The whole plan, as --json prints it. */
export function documentOf(plan: Plan, { file }: Pick<Project, "file">, lines: readonly Line[][]): PlanDocument {
  const commands = lines.map((step) =>
    invocationsOf(step).map(({ invocation: { argv, stdin, env, set = {} }, otherwise }) => ({
      argv: argv.map(show),
      stdin: stdin === null ? null : show(stdin),
      env: [...env],
      set: Object.fromEntries(Object.entries(set).map(([name, text]) => [name, show(text)])),
      otherwise,
    })),
  );
  return planDocument(plan, file, commands);
}
