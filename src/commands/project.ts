import path from "node:path";
import { architecture } from "../ci/arch.ts";
import { detectEvent } from "../ci/detect.ts";
import { type Environment, value } from "../ci/environment.ts";
import { parseEnvFile } from "../ci/env-file.ts";
import type { EventOptions } from "./options.ts";
import type { Config } from "../config/config.ts";
import { readConfig } from "../config/read.ts";
import { filledIn } from "../config/fill-in.ts";
import type { BuildEvent } from "../core/event.ts";
import { InputError, type Problem, throwProblems } from "../core/errors.ts";
import { encodingFault } from "../core/encoding.ts";
import { nearest } from "../core/suggest.ts";
import type { FileFault, Host } from "../host/host.ts";
import type { Warning } from "../plan/plan.ts";
import { needsGitTags, policyFiles } from "../tags/policy.ts";
import { type TagInputs, templateContext } from "../tags/rule.ts";
import { unlikelyNames } from "../plan/missing.ts";
import { type Secrets, secretsOf } from "../secrets/secrets.ts";
import { gitTags } from "../ci/git.ts";

/** What every command starts from. */
export interface Project {
  /** With what its templates come to in this build, but for those that a plan fills in. */
  config: Config;
  /** The file that it was read from. */
  file: string;
  /** Throws an InputError with all that is wrong with the config and with what else was found, if anything is. */
  check: (found?: readonly Problem[]) => void;
  event: BuildEvent;
  /** What is unlikely to be meant, whatever is planned. */
  warnings: Warning[];
  /** CI's environment, or what --env-file makes of it. */
  env: Environment;
  /** What of it is not to be seen. */
  secrets: Secrets;
  /** What the files of the config's secrets hold, by their names in the config, or why one cannot be read. */
  secretFiles: ReadonlyMap<string, string | FileFault>;
  /** What tag rules may look at. */
  tags: Omit<TagInputs, "event">;
}

/** What is said on the command line about the project and the build. */
type ProjectOptions = EventOptions & { tag?: string[] };

/** So long a rule's regular expression may take, in milliseconds. */
const longestMatch = 1000;

/** Reads the config and the build event. Throws an InputError with everything that is wrong with both. */
export async function loadProject(host: Host, options: ProjectOptions): Promise<Project> {
  const cwd = await startFolder(host, options.cwd);
  const env = await environment(host, cwd, options.envFile ?? options.ciEnv);
  const read = await readConfig(host.files, cwd, options.config);
  const { config } = read;
  const reading = await detectEvent(host, env, read.directory, options.as);
  // Without a build event, no more can be said.
  if (config === null || reading.problems.length > 0)
    throw new InputError(inOrder([...read.problems, ...reading.problems]));
  const secretFiles = await readSecretFiles(host, config);
  const files = hideable(secretFiles);
  const named = secretNames(config);
  host.hide({ ...env, ...files }, new Set([...named, ...Object.keys(files)]));
  const secrets = secretsOf(env, named);
  const listed = config.env.map((name) => {
    const text = env[name];
    // A password in a URL, too, is one that a part of the text would not be known by.
    const isSecret = text !== undefined && (secrets.variables.has(name) || secrets.variableIn(text) !== null);
    return [name, isSecret ? { secret: text } : text] as const;
  });
  const tags: Project["tags"] = {
    now: timeOf(reading.event, value(env, "SOURCE_DATE_EPOCH") !== undefined) ?? host.now(),
    env: Object.fromEntries(listed),
    files: await ruleFiles(host, config),
    gitTags: await gitTagsIfAsked(host, config),
    limited: (work) => host.limited(longestMatch, work),
    extra: options.tag ?? [],
    arch: architecture(env, host.platform),
  };
  const rendered = filledIn(config, templateContext({ ...tags, event: reading.event }));
  return {
    config: rendered.config,
    file: read.file,
    check: (found = []) =>
      throwProblems(
        inOrder([...read.problems, ...read.others(rendered.problems, [...found, ...unlikelyNames(config, env)])]),
      ),
    event: reading.event,
    warnings: reading.warnings.map((message) => ({ code: "unknown-ci", message })),
    env,
    secretFiles,
    secrets,
    tags,
  };
}

/**
 * The time of the build in milliseconds: every step of one build in CI has the same, so that an image with a time in it is made
 * from the same in each of them. Null where only the clock tells. https://reproducible-builds.org/specs/source-date-epoch/
 */
function timeOf({ buildNumber, commitTime }: BuildEvent, isFixed: boolean): number | null {
  if (isFixed) return (commitTime ?? 0) * 1000;
  return buildNumber === null || commitTime === null ? null : commitTime * 1000;
}

/** As they stand in the config; what does not stand there comes first. */
function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/** The project with more that is wrong. */
export function withProblems(project: Project, problems: readonly Problem[]): Project {
  return { ...project, check: (found = []) => project.check([...problems, ...found]) };
}

/** The folder to start in. One that is not there must not lead to the project of a folder above it. */
async function startFolder(host: Host, cwd: string | undefined): Promise<string> {
  if (cwd === undefined) return host.cwd;
  const folder = path.resolve(host.cwd, cwd);
  const kind = await host.files.kind(folder);
  if (kind === "folder") return folder;
  const near = kind === null ? nearest(path.basename(folder), await host.files.list(path.dirname(folder))) : null;
  const hint = near === null ? {} : { hint: `did you mean "${path.join(path.dirname(cwd), near)}"?` };
  const message = kind === null ? "there is no such folder" : "is not a folder";
  throw new InputError([{ path: "--cwd", message, got: cwd, ...hint }]);
}

/** The variables that the config itself calls secret. */
function secretNames(config: Config): Set<string> {
  const passwords = Object.values(config.registries).flatMap(({ password }) => password ?? []);
  const secrets = config.targets.flatMap((target) =>
    target.secrets.flatMap((secret) => ("env" in secret ? secret.env : [])),
  );
  return new Set([...passwords, ...secrets]);
}

/** So much of a secret file is hidden in all output; a larger one is no password. In characters. */
const longestSecret = 64 * 1024;

async function readSecretFiles(host: Host, config: Config): Promise<Map<string, string | FileFault>> {
  const files = config.targets.flatMap(({ secrets }) =>
    secrets.flatMap((secret) => ("file" in secret ? [secret.file] : [])),
  );
  // They may lie anywhere, as for docker.
  return readAll(new Set(files), (file) => host.files.readInput(path.resolve(config.directory, file)));
}

/** What secret files hold, each under a name that no variable has. */
function hideable(files: ReadonlyMap<string, string | FileFault>): Record<string, string> {
  return Object.fromEntries(
    [...files].flatMap(([file, text]) =>
      typeof text !== "string" || text.length > longestSecret ? [] : [[`file ${file}`, text]],
    ),
  );
}

async function readAll<T>(names: ReadonlySet<string>, read: (name: string) => Promise<T>): Promise<Map<string, T>> {
  return new Map(await Promise.all([...names].map(async (name) => [name, await read(name)] as const)));
}

async function environment(host: Host, cwd: string, file: string | undefined): Promise<Environment> {
  if (file === undefined) return host.env;
  const text = await host.files.readInput(path.resolve(cwd, file));
  const [fault, hint] = typeof text === "string" ? [encodingFault(text), "save it as UTF-8"] : [text.fault, text.hint];
  if (fault !== null) throw new InputError([{ path: "--env-file", message: fault, got: file, hint }]);
  // The file describes the build: what this machine's own CI says of another one must not show through.
  const own = Object.entries(host.env).filter(([name]) => !/^(?:DRONE|CI)(?:_|$)/.test(name));
  return { ...Object.fromEntries(own), ...parseEnvFile(text as string) };
}

/** The project's own: what a rule reads becomes a tag, and is shown. */
function ruleFiles(host: Host, { directory, targets }: Config): Promise<Map<string, string | FileFault>> {
  const names = new Set(targets.flatMap(({ tags }) => policyFiles(tags)));
  return readAll(names, (name) => host.files.readInput(path.resolve(directory, name), directory));
}

/** Only the `highest` policy compares with the repository's tags; asking git for nothing would cost a process. */
async function gitTagsIfAsked(host: Host, config: Config): Promise<string[] | null> {
  return config.targets.some(({ tags }) => needsGitTags(tags)) ? gitTags(host, config.directory) : null;
}
