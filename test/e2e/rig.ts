import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { findBusybox, importStandIn } from "../support/engine/busybox.js";
import { readerOf } from "../support/published.js";
import { startRegistry } from "../support/registry/registry.js";

/** A docker engine that end-to-end tests run on, and the docker command line that goes with it. */
export interface Engine {
  name: string;
  /** What a child process needs in its environment to use it. */
  env: Record<string, string>;
  /** Its command line has buildx. */
  buildx: boolean;
}

const missing: Engine = { name: "missing", env: {}, buildx: false };
const answering = findEngines();

/** Whether there is an engine at all; without one the tests that need one are skipped, and counted as such. */
export const hasEngine = answering.length > 0;

/**
 * The engines: those that E2E_ENGINES describes (a JSON list of { name, env }), else the one that `docker` reaches, else
 * none. With E2E_REQUIRED none is an error: tests that silently did not run would look like tests that passed.
 */
export const engines: readonly Engine[] = hasEngine ? answering : [missing];

const capable = engines.filter(({ buildx }) => buildx);

/** Whether one of them has buildx. */
export const hasBuildx = capable.length > 0;

/** Those that have buildx; again one that is missing where there is none. */
export const withBuildx: readonly Engine[] = hasBuildx ? capable : [missing];

/**
 * The address of the registry that the tests push to: TEST_REGISTRY (such as localhost:5000; each test writes to
 * repositories of its own), else one of our own for as long as the tests run. Empty where there is no engine to push.
 */
export const registry = hasEngine ? (process.env.TEST_REGISTRY ?? (await startRegistry()).host) : "";

/** What that registry holds. */
export const { tagsIn, digestOf, imageIn } = readerOf(registry);

/** The program as it is installed. */
export const program = path.resolve(import.meta.dirname, "../../bin/multistage-build.js");

/** What the tests' Dockerfiles are FROM. No registry has it, and no engine has it but from these tests. */
export const baseImage = "stand-in.invalid/e2e:1";

/** Gives an engine the base image, if it has none yet. */
export async function ensureBaseImage({ env }: Engine): Promise<void> {
  if (canRun(["image", "inspect", baseImage], env)) return;
  const temporary = await mkdtemp(path.join(os.tmpdir(), "stand-in-"));
  const context = { env, signal: new AbortController().signal };
  try {
    const busybox = await findBusybox(context, temporary);
    if (busybox === null) throw new Error("the tests' base image is made of a static busybox, and there is none here");
    await importStandIn(context, busybox, baseImage, temporary);
  } finally {
    await rm(temporary, { recursive: true });
  }
}

/** How a program ended and what it printed. */
export interface Ended {
  code: number | undefined;
  out: string;
  err: string;
}

/** Runs the program on an engine, as a step of the build that `ci` describes. */
export async function build(
  engine: Engine,
  cwd: string,
  ci: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Ended> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...args], {
    cwd,
    env: { ...engine.env, ...ci, NO_COLOR: "1" },
    extendEnv: false,
    reject: false,
    stdin: "ignore",
  });
  return { code: exitCode, out: stdout, err: stderr };
}

/** Runs docker on an engine and returns what it printed; fails if docker does. */
export async function docker(engine: Engine, args: readonly string[]): Promise<string> {
  const { stdout } = await execa("docker", args, { env: engine.env, extendEnv: false });
  return stdout;
}

function findEngines(): Engine[] {
  const described = JSON.parse(process.env.E2E_ENGINES ?? "[]") as { name: string; env: Record<string, string> }[];
  const base = environment();
  const candidates = described.length > 0 ? described : [{ name: "docker", env: {} }];
  const found = candidates.flatMap(({ name, env }) => {
    const whole = { ...base, ...env, PATH: env.PATH === undefined ? base.PATH! : `${env.PATH}:${base.PATH}` };
    const answers = (...args: string[]) => canRun(args, whole);
    return answers("version") ? [{ name, env: whole, buildx: answers("buildx", "version") }] : [];
  });
  if (found.length < described.length || (found.length === 0 && process.env.E2E_REQUIRED !== undefined)) {
    throw new Error(`engines that do not answer; ${found.length} of ${candidates.length} do`);
  }
  return found;
}

/** The tests' own environment without what CI says of the build that runs the tests. */
function environment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => !/^(?:DRONE|CI|VITEST|NODE_)/.test(name));
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function canRun(args: readonly string[], env: Record<string, string>): boolean {
  try {
    execFileSync("docker", args, { env, stdio: "ignore", timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}
