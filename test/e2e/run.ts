import { execa } from "execa";
import type { Engine } from "./engine.ts";
import { program } from "./engine.ts";

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
  return command(process.execPath, [program, ...args], cwd, { ...engine.env, ...ci, NO_COLOR: "1" });
}

/** Runs docker on an engine and returns what it printed; fails if docker does. */
export async function docker(engine: Engine, args: readonly string[]): Promise<string> {
  const { stdout } = await execa("docker", args, { env: engine.env, extendEnv: false });
  return stdout;
}

async function command(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<Ended> {
  const { exitCode, stdout, stderr } = await execa(file, args, {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
  });
  return { code: exitCode, out: stdout, err: stderr };
}
