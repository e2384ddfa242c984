import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished } from "vitest";
import { pipelineSteps } from "../support/pipeline.ts";
import { baseImage, type Engine, program, registry } from "./rig.ts";
import { newSpace } from "./workspace.ts";

export const examples = path.resolve(import.meta.dirname, "../../examples");

/** A copy of an example that stands on the tests' base image, or where `on` says it is, and publishes to a place of its own in their registry. */
export async function exampleWorkspace(example: string, on = baseImage): Promise<{ cwd: string; space: string }> {
  const space = newSpace();
  const cwd = await folder();
  await cp(path.join(examples, example), cwd, { recursive: true });
  await edit(path.join(cwd, "multistage-build.config.yaml"), (text) =>
    text.replaceAll("my-registry.com/", `${registry}/${space}/`).replaceAll("my-registry.com", registry),
  );
  for (const file of (await readdir(cwd, { recursive: true })).filter((name) => name.endsWith("Dockerfile")))
    await edit(path.join(cwd, file), (text) => text.replaceAll("python:3.8-slim", on));
  return { cwd, space };
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, "utf8")));
}

/** Runs the commands of each step as a runner does: one shell for a step, all steps in one workspace. */
export async function runPipeline(
  engine: Engine,
  cwd: string,
  file: string,
  ci: Record<string, string>,
  { secrets = true, matrix = {} }: { secrets?: boolean; matrix?: Record<string, string> } = {},
): Promise<void> {
  const bin = await npx();
  const text = await readFile(path.join(cwd, file), "utf8");
  const ofMatrix = text.replaceAll(/\$\{([A-Z]+)\}/g, (_, name: string) => matrix[name] ?? "");
  for (const { name, commands, environment } of pipelineSteps(ofMatrix)) {
    const env = { ...engine.env, ...ci, ...(secrets ? environment : {}), PATH: `${bin}:${engine.env.PATH}` };
    const ended = await execa("sh", ["-ec", commands.join("\n")], { cwd, env, extendEnv: false, reject: false });
    expect(ended.exitCode, `${name}: ${ended.stderr}`).toBe(0);
  }
}

/** A folder with an `npx` that runs our program and nothing else. */
async function npx(): Promise<string> {
  const bin = await folder();
  const script = `#!/bin/sh\n[ "$1" = multistage-build ] || exit 99\nshift\nexec "${process.execPath}" "${program}" "$@"\n`;
  await writeFile(path.join(bin, "npx"), script);
  await chmod(path.join(bin, "npx"), 0o755);
  return bin;
}

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(os.tmpdir(), "example-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}
