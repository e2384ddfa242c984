import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { pipelineSteps } from "../support/pipeline.ts";
import { droneEnv } from "../support/project.ts";
import { woodpeckerEnvironments } from "../unit/ci/environments.ts";
import {
  baseImage,
  digestOf,
  type Engine,
  engines,
  ensureBaseImage,
  imageIn,
  program,
  registry,
  tagsIn,
} from "./rig.ts";
import { newSpace } from "./workspace.ts";

const examples = path.resolve(import.meta.dirname, "../../examples");

/** The pipeline files of the examples, and the image that the apps of each stand on. */
const pipelines = [
  { example: "one-step", file: ".drone.yml", on: null },
  { example: "one-step", file: ".woodpecker.yml", on: null },
  { example: "step-per-target", file: ".drone.yml", on: "base" },
  { example: "step-per-target", file: ".woodpecker.yml", on: "base" },
  { example: "build-test-push", file: ".drone.yml", on: "base" },
  { example: "base-image-argument", file: ".drone.yml", on: "base" },
] as const;

/** A push to the default branch, as each CI says it, and the build tag that it gives. */
const pushes: Record<string, { env: Record<string, string>; buildTag: string }> = {
  ".drone.yml": { env: droneEnv(), buildTag: "master-860c1904a1ce-42" },
  ".woodpecker.yml": { env: woodpeckerEnvironments.push, buildTag: "main-3370e228f220-43" },
};
const pullRequest = droneEnv({ DRONE_BUILD_EVENT: "pull_request", DRONE_COMMIT_REF: "refs/pull/17/head" });

it("has every example that there is", async () => {
  const entries = await readdir(examples, { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) => (await readdir(path.join(examples, name))).map((file) => `${name}/${file}`)),
  );
  const written = found.flat().filter((file) => /\/\.(?:drone|woodpecker)\.yml$/.test(file));
  expect(written.toSorted()).toEqual(pipelines.map(({ example, file }) => `${example}/${file}`).toSorted());
});

describe.skipIf(registry === "").each(engines)("on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  it.each(pipelines)("$example, by its $file", async ({ example, file, on }) => {
    const { cwd, space } = await workspace(example);
    const { env, buildTag } = pushes[file]!;
    await runPipeline(engine, cwd, file, env);
    const layers: string[][] = [];
    for (const target of ["base", "app1", "app2"]) {
      const repository = `${space}/myproject/${target}`;
      expect(await tagsIn(repository)).toEqual(["latest", buildTag].toSorted());
      expect(await digestOf(repository, "latest")).toBe(await digestOf(repository, buildTag));
      layers.push((await imageIn(repository, buildTag)).layers);
    }
    const [base = [], app1 = [], app2 = []] = layers;
    // In the question's Dockerfile all are made from the base image, and the apps from the dependencies on it.
    const shared = on === "base" ? base : app1.slice(0, -1);
    expect(shared.length).toBeGreaterThan(1);
    expect(app1.slice(0, shared.length)).toEqual(shared);
    expect(app2.slice(0, shared.length)).toEqual(shared);
    expect(app1).not.toEqual(app2);
  });

  it("publishes nothing of a pull request, whose steps have no secrets", async () => {
    const { cwd, space } = await workspace("step-per-target");
    await runPipeline(engine, cwd, ".drone.yml", pullRequest, false);
    for (const target of ["base", "app1", "app2"]) expect(await tagsIn(`${space}/myproject/${target}`)).toEqual([]);
  });
});

/** A copy of an example that stands on the tests' base image and publishes to a place of its own in their registry. */
async function workspace(example: string): Promise<{ cwd: string; space: string }> {
  const space = newSpace();
  const cwd = await folder();
  await cp(path.join(examples, example), cwd, { recursive: true });
  await edit(path.join(cwd, "multistage-build.config.yaml"), (text) =>
    text.replaceAll("my-registry.com/", `${registry}/${space}/`).replaceAll("my-registry.com", registry),
  );
  for (const file of (await readdir(cwd, { recursive: true })).filter((name) => name.endsWith("Dockerfile")))
    await edit(path.join(cwd, file), (text) => text.replaceAll("python:3.8-slim", baseImage));
  return { cwd, space };
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, "utf8")));
}

/** Runs the commands of each step as a runner does: one shell for a step, all steps in one workspace. */
async function runPipeline(
  engine: Engine,
  cwd: string,
  file: string,
  ci: Record<string, string>,
  secrets = true,
): Promise<void> {
  const bin = await npx();
  for (const { name, commands, environment } of pipelineSteps(await readFile(path.join(cwd, file), "utf8"))) {
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
