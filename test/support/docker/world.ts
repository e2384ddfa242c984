import type { Command, Files, HttpRequest, HttpResponse, NoResponse } from "../../../src/host/host.ts";
import { main } from "../../../src/cli/main.ts";
import { memoryFiles } from "./files.ts";
import type { FarmBuilder } from "./host.ts";
import { fakeHost } from "../host.ts";
import { droneEnv, project } from "../project.ts";
import { createRegistry, type InMemoryRegistry } from "../registry/in-memory.js";
import { type Engine, isAborted, type ScriptedDocker, scriptedDocker } from "./docker.ts";

/** The time in a world, in milliseconds since 1970. Tests set it as they like. */
interface Clock {
  now: number;
}

export interface WorldOptions {
  engine: Engine;
  /** The project, by path: its config, its Dockerfile. */
  files: Readonly<Record<string, string | object>>;
  /** CI's environment; a push to the default branch if it is left out. */
  env?: Readonly<Record<string, string>>;
  /** Variables that `docker login` may be given. */
  loginEnv?: readonly string[];
  /** Images that are to be had from everywhere, such as `python:3.8-slim`. */
  images?: readonly string[];
  /** The registries, where several hosts share them. */
  registry?: InMemoryRegistry;
  /** The time, where several worlds share it. */
  clock?: Clock;
  signal?: AbortSignal;
  /** The buildx builders beside the engine's own: those of one name may be used from several worlds. */
  builders?: ReadonlyMap<string, FarmBuilder>;
  /** False for a modern docker without the plug-in. */
  buildx?: boolean;
}

/** What a run of the program did. */
interface Ran {
  code: number;
  out: string;
  err: string;
  /** What it printed, read as JSON. */
  json: () => unknown;
}

/**
 * A project in CI, with a docker host and registries that live in memory. The steps of a pipeline that share a host are
 * runs in one world; another host is another world with the same registry.
 */
export interface World {
  cwd: string;
  registry: InMemoryRegistry;
  docker: ScriptedDocker;
  clock: Clock;
  /** The project's files, and what runs have written. */
  files: Files;
  /** Runs the whole program; `env` is added to CI's. */
  run: (argv: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ran>;
}

/** Where the clock of every world starts: no test looks at the real one. */
const start = Date.parse("2020-01-10T00:30:00Z");

/** Makes a world. Time passes in it only by sleeping, and by a second with each docker command. */
export async function world(options: WorldOptions): Promise<World> {
  const { engine, env = droneEnv(), loginEnv = [], signal, buildx, builders } = options;
  const cwd = await project({ "package.json": {}, ...options.files });
  const files = memoryFiles(cwd, options.files);
  const registry = options.registry ?? createRegistry();
  const clock = options.clock ?? { now: start };
  const docker = scriptedDocker({
    registry,
    engine,
    files,
    now: () => clock.now,
    loginEnv,
    ...(signal === undefined ? {} : { signal }),
    ...(buildx === undefined ? {} : { buildx }),
    ...(builders === undefined ? {} : { builders }),
  });
  for (const image of options.images ?? []) {
    const [name = "", tag = "latest"] = image.split(":");
    registry.putImage(`docker.io/${name.includes("/") ? name : `library/${name}`}`, tag, {
      layers: [`sha256:${image}`],
    });
  }

  async function run(argv: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const ran = { out: "", err: "", commands: [] };
    const base = fakeHost(argv, { cwd, env: { ...env, ...more }, ...(signal === undefined ? {} : { signal }) }, ran);
    const host = Object.assign(base, {
      files,
      now: () => clock.now,
      sleep: async (milliseconds: number) => {
        clock.now += milliseconds;
      },
      exec: async (command: Command) => {
        clock.now += 1000;
        if (command.argv[0] === "docker") return docker.exec(command);
        if (command.argv[0] !== "git") throw new Error(`the test did not expect: ${command.argv.join(" ")}`);
        return { exitCode: 128, stdout: "", stderr: "fatal: not a git repository", missing: false };
      },
      request: requests(registry, signal),
    });
    const code = await main(host);
    return { code, out: ran.out, err: ran.err, json: () => JSON.parse(ran.out) as unknown };
  }

  return { cwd, registry, docker, clock, files, run };
}

/** Asks the registry until the signal comes: what is under way then is stopped, and nothing more is asked. */
export function requests(
  { handle }: Pick<InMemoryRegistry, "handle">,
  signal?: AbortSignal,
): (request: HttpRequest) => Promise<HttpResponse | NoResponse> {
  const stopped = (sent: boolean) => ({ status: 0 as const, message: "the run was interrupted", sent });
  return async (request) => {
    if (isAborted(signal)) return stopped(false);
    const answer = await handle(request);
    return isAborted(signal) ? stopped(true) : answer;
  };
}
