import path from "node:path";
import type { Command, ExecResult, Files } from "../../../src/host/host.ts";
import type { InMemoryRegistry } from "../registry/in-memory.js";
import type { ImageContent } from "../registry/image.js";
import { commands, withoutBuildx } from "./commands.ts";
import type { DockerHost, Ended, FarmBuilder } from "./host.ts";
import { createImageStore, type Engine, type HostImage } from "./images.ts";
import { NotExpected } from "./words.ts";

export type { Engine } from "./images.ts";

/** What a test makes of a command: nothing, an end without docker, no end at all, or another end than docker's own. */
type Fault = undefined | Partial<ExecResult> | "hang" | ((ended: ExecResult) => Partial<ExecResult>);

/** Sees each command before it is run, and may do something meanwhile, such as letting another host act. */
type OnCommand = (command: Command, line: string) => Fault | Promise<Fault>;

export interface DockerOptions {
  registry: Pick<InMemoryRegistry, "handle">;
  engine: Engine;
  files: Files;
  now?: () => number;
  /** False for a modern docker without the plug-in. */
  buildx?: boolean;
  /** The buildx builders beside the engine's own, by name. */
  builders?: ReadonlyMap<string, FarmBuilder>;
  /** Variables that `docker login` may be given beyond those that docker itself reads. */
  loginEnv?: readonly string[];
  /** Ends a command that hangs, as a signal ends the real ones. */
  signal?: AbortSignal;
}

/** A docker CLI and its daemon, on a host of their own. */
export interface ScriptedDocker {
  exec: (command: Command) => Promise<ExecResult>;
  /** The command lines so far, in the order in which they were started. */
  commands: string[];
  /** Says what goes wrong from now on, or happens in between. */
  fault: (act: OnCommand) => void;
  images: () => readonly HostImage[];
  /** Puts an image on the host. */
  load: (name: string, content: ImageContent) => HostImage;
  /** Makes a container of an image, which then cannot be removed; returns its id. */
  container: (name: string) => string;
  /** Forgets the build cache. */
  prune: () => void;
}

/** What docker reads of the environment; CI's own variables, and its secrets, are none of it. */
const known =
  /^(?:PATH|HOME|USER|TMPDIR|LANG|XDG_\w+|SSH_AUTH_SOCK|SSL_CERT_\w+|(?:DOCKER|BUILDX|BUILDKIT)_(?!USERNAME|PASSWORD)\w+|(?:HTTPS?|NO|ALL)_PROXY|(?:https?|no|all)_proxy|WORK)$/;

/**
 * A docker that does in memory what the real one does, as far as this program needs it. It throws on any word, input or
 * variable that it was not written to understand. Several on one registry are several hosts.
 */
export function scriptedDocker(options: DockerOptions): ScriptedDocker {
  const { registry, engine, files, now = () => 0, buildx = engine !== "legacy", loginEnv = [] } = options;
  const { builders = new Map<string, FarmBuilder>() } = options;
  const images = createImageStore(engine, now);
  const cache = new Map<string, string>();
  const lines: string[] = [];
  // Different hosts never make the same of what is random.
  const number = (hosts.get(registry) ?? 0) + 1;
  hosts.set(registry, number);
  let run = 0;
  let fault: OnCommand = () => undefined;

  async function act(command: Command): Promise<Ended> {
    const [, ...words] = command.argv;
    if (words[0] === "buildx" && !buildx) return withoutBuildx(engine, words);
    const name = [words.slice(0, 2).join(" "), words[0] ?? ""].find((one) => Object.hasOwn(commands, one));
    if (name === undefined) throw new NotExpected(`docker ${words.join(" ")}`);
    checkSurroundings(command, name, name === "login" ? loginEnv : secretNames(command));
    const host: DockerHost = {
      engine,
      images,
      files,
      cache,
      builders,
      now,
      directory: command.cwd!,
      nonce: () => `host ${number}, run ${++run}`,
      remote: { handle: registry.handle, authorization: (of) => storedLogin(files, command, of) },
    };
    return commands[name]!(host, words.slice(name.split(" ").length), command);
  }

  return {
    commands: lines,
    fault: (next) => void (fault = next),
    images: () => images.all(),
    load: (name, content) => images.keep(content, name),
    prune: () => cache.clear(),
    container: (name) => {
      const id = (images.containers.size + 1).toString(16).padStart(64, "c");
      images.containers.set(id, images.find(name)!.id);
      return id;
    },
    exec: async (command) => {
      if (command.argv[0] !== "docker") throw new NotExpected(command.argv.join(" "));
      const line = command.argv.join(" ");
      if (isAborted(options.signal)) return stopped;
      lines.push(line);
      const given = await fault(command, line);
      if (given === "hang") await hang(options.signal);
      if (isAborted(options.signal)) return stopped;
      const stands = typeof given === "object" ? given : await act(command);
      const ended = complete(stands);
      return delivered(command, typeof given === "function" ? complete(given(ended)) : ended);
    },
  };
}

/** How many hosts there are so far by their registry. */
const hosts = new WeakMap<object, number>();

/** A process that the signal has stopped, or that was not even started: it says nothing. */
const stopped: ExecResult = { exitCode: 128, stdout: "", stderr: "", missing: false };

/** Asked anew each time: it changes while something is waited for. */
export function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function hang(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}

function complete({ exitCode = 0, stdout = "", stderr = "", ...rest }: Partial<ExecResult>): ExecResult {
  return { exitCode, stdout, stderr, missing: rest.missing ?? false };
}

/** Lines that somebody listens for are not kept. */
function delivered({ onStderrLine }: Command, ended: ExecResult): ExecResult {
  if (onStderrLine === undefined || ended.stderr === "") return ended;
  for (const line of ended.stderr.replace(/\n$/, "").split("\n")) onStderrLine(line);
  return { ...ended, stderr: "" };
}

/** Throws if a command is given more than it needs, or less. */
function checkSurroundings({ cwd, env, stdin }: Command, name: string, more: readonly string[]): void {
  if (cwd === undefined || env === undefined)
    throw new NotExpected(`docker ${name} without a folder or an environment`);
  if (stdin !== undefined && name !== "login" && name !== "buildx bake")
    throw new NotExpected(`input for docker ${name}`);
  const odd = Object.keys(env).filter((key) => !known.test(key) && !more.includes(key));
  if (odd.length > 0) throw new NotExpected(`the variables ${odd.join()} for docker ${name}`);
  if (env.DOCKER_BUILDKIT !== "1") throw new NotExpected("a docker that may build without BuildKit");
}

/** The variables of the secrets that a build is told of, and of arguments that go by their names. */
function secretNames({ argv, stdin = "{}" }: Command): string[] {
  const flags = argv.flatMap((word) => /^--(?:secret=id=[^,]+,env|build-arg)=(\w+)$/.exec(word)?.[1] ?? []);
  if (argv[1] !== "buildx") return flags;
  const { target = {}, variable = {} } = JSON.parse(stdin) as {
    target?: Record<string, { secret?: { env?: string }[] }>;
    variable?: object;
  };
  const secrets = Object.values(target).flatMap(({ secret = [] }) => secret.flatMap(({ env }) => env ?? []));
  return [...secrets, ...Object.keys(variable)];
}

/** The login that docker's configuration holds for a registry. */
async function storedLogin(files: Files, { env }: Command, registry: string): Promise<string | null> {
  const folder = env?.DOCKER_CONFIG ?? path.join(env?.HOME ?? "/nonexistent", ".docker");
  const text = await files.read(path.join(folder, "config.json"));
  const { auths = {} } = JSON.parse(text ?? "{}") as { auths?: Record<string, { auth?: string }> };
  const auth = auths[registry === "docker.io" ? "https://index.docker.io/v1/" : registry]?.auth;
  return auth === undefined ? null : `Basic ${auth}`;
}
