import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import { baseImage, docker, type Engine, engines, registry } from "./rig.ts";

/** The stand-alone BuildKit daemons: BUILDKIT_1, BUILDKIT_2 are their addresses. With E2E_REQUIRED none is an error. */
export const daemons = ["BUILDKIT_1", "BUILDKIT_2"].flatMap((name) => process.env[name] ?? []);
if (daemons.length < 2 && process.env.E2E_REQUIRED !== undefined)
  throw new Error("BUILDKIT_1 and BUILDKIT_2 are not set");

/** The engine whose docker command line has buildx: agents use its command line, and tests of the host it itself. */
export const engine = engines.find(({ buildx }) => buildx)!;
export const canRun = registry !== "" && daemons.length > 1;

/** An agent that has a builder of its own called farm, and no docker engine. */
export async function newAgent(number: 0 | 1, changes: Record<string, string> = {}): Promise<Engine> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "agent-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const config = path.join(folder, "buildx");
  await mkdir(config);
  const env = { ...engine.env, BUILDX_CONFIG: config, DOCKER_HOST: `unix://${folder}/no-engine.sock`, ...changes };
  await execa("docker", ["buildx", "create", "--name", "farm", "--driver", "remote", daemons[number]!], {
    env,
    extendEnv: false,
  });
  return { name: `farm${number + 1}`, env: { ...env, BUILDX_BUILDER: "farm" }, buildx: true };
}

/** Has a daemon forget all that it has built and fetched. */
export async function forget(agent: Engine): Promise<void> {
  await docker(agent, ["buildx", "prune", "--all", "--force"]);
}

/** The tests' base image, in the registry: these daemons see no engine's images. */
export async function publishedStandIn(space: string): Promise<string> {
  const shared = `${registry}/${space}/stand-in:1`;
  await docker(engine, ["tag", baseImage, shared]);
  // Projects of one name share it.
  onTestFinished(async () => void (await docker(engine, ["image", "rm", shared]).catch(() => "")));
  await docker(engine, ["push", shared]);
  return shared;
}
