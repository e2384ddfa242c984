import { readdir } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { droneEnv } from "../support/project.ts";
import { woodpeckerEnvironments } from "../unit/ci/environments.ts";
import { exampleWorkspace, examples, runPipeline } from "./example.ts";
import { digestOf, engines, ensureBaseImage, imageIn, registry, tagsIn } from "./rig.ts";

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
  // What needs another builder is run with one, by the tests of those; what has agents of its own stands below.
  const others = ["architectures/.drone.yml", "kubernetes/.drone.yml"];
  const all = [...pipelines.map(({ example, file }) => `${example}/${file}`), ...others];
  expect(written.toSorted()).toEqual(all.toSorted());
});

describe.skipIf(registry === "").each(engines)("on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  it.each(pipelines)("$example, by its $file", async ({ example, file, on }) => {
    const { cwd, space } = await exampleWorkspace(example);
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

  it.each([
    [".drone.yml", (cwd: string) => runPipeline(engine, cwd, ".drone.yml", droneEnv())],
    [
      ".woodpecker",
      async (cwd: string) => {
        const { env } = pushes[".woodpecker.yml"]!;
        for (const ARCH of ["arm64", "amd64"])
          await runPipeline(engine, cwd, ".woodpecker/build.yml", env, { matrix: { ARCH } });
        await runPipeline(engine, cwd, ".woodpecker/joined.yml", env);
      },
    ],
  ])("architectures, by its %s", async (file, runAll) => {
    const { cwd, space } = await exampleWorkspace("architectures");
    await runAll(cwd);
    const { buildTag } = pushes[file] ?? pushes[`${file}.yml`]!;
    for (const target of ["base", "app1", "app2"]) {
      const repository = `${space}/myproject/${target}`;
      const parts = ["amd64", "arm64"].map((arch) => `${buildTag}-linux-${arch}`);
      expect(await tagsIn(repository)).toEqual(["latest", buildTag, ...parts].toSorted());
      expect(await digestOf(repository, "latest")).toBe(await digestOf(repository, buildTag));
    }
  });

  it("publishes nothing of a pull request, whose steps have no secrets", async () => {
    const { cwd, space } = await exampleWorkspace("step-per-target");
    await runPipeline(engine, cwd, ".drone.yml", pullRequest, { secrets: false });
    for (const target of ["base", "app1", "app2"]) expect(await tagsIn(`${space}/myproject/${target}`)).toEqual([]);
  });
});
