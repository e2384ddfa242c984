import { execFileSync } from "node:child_process";
import path from "node:path";

/** A docker engine that end-to-end tests run on, and the docker command line that goes with it. */
export interface Engine {
  name: string;
  /** What a child process needs in its environment to use it. */
  env: Record<string, string>;
  /** Its command line has buildx. */
  buildx: boolean;
}

const answering = findEngines();

/** Whether there is an engine at all; without one the tests that need one are skipped, and counted as such. */
export const hasEngine = answering.length > 0;

/**
 * The engines: those that E2E_ENGINES describes (a JSON list of { name, env }), else the one that `docker` reaches, else
 * none. With E2E_REQUIRED none is an error: tests that silently did not run would look like tests that passed.
 */
export const engines: readonly Engine[] = hasEngine ? answering : [{ name: "missing", env: {}, buildx: false }];

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

/** The program as it is installed. */
export const program = path.resolve(import.meta.dirname, "../../bin/multistage-build.js");
