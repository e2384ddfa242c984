import { execa } from "execa";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { droneEnv, project } from "../support/project.ts";
import { baseImage, build, digestOf, engines, ensureBaseImage, registry, tagsIn } from "./rig.ts";
import { startRegistry } from "../support/registry/registry.js";
import { newSpace, pushTo, removeImages } from "./workspace.ts";

/** What `--dry-run` prints below its heading is a script. */
function scriptOf(out: string): string {
  return out.slice(out.indexOf("\ncommands\n") + "\ncommands\n".length);
}

describe.skipIf(registry === "").each(engines)("the commands of a dry run, on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  it("publish what the real run would, when they are copied into a shell", async () => {
    const space = newSpace();
    const odd = "it's $(odd) ${IFS}";
    const cwd = await project({
      "package.json": {},
      Dockerfile: `FROM ${baseImage} AS base\nRUN echo ${space} > /base\nFROM base AS app1\nARG ODD\nRUN echo "$ODD" > /app\n`,
      "multistage-build.config.json": {
        targets: {
          base: `${registry}/${space}/base`,
          app1: { repo: `${registry}/${space}/app1`, args: { ODD: odd } },
        },
      },
    });
    const builder = engine.buildx ? [] : ["--builder", "docker"];
    for (const [names, number] of [
      [[], "41"],
      [["app1"], "42"],
    ] as const) {
      const env = droneEnv({ DRONE_BUILD_NUMBER: number });
      const { out } = await build(engine, cwd, env, ["--dry-run", ...builder, ...names]);
      await execa("sh", [], { input: scriptOf(out), env: engine.env, extendEnv: false });
      const held = await tagsIn(`${space}/app1`);
      expect(held).toContain(`master-860c1904a1ce-${number}`);
      expect(await digestOf(`${space}/app1`, "latest")).toBe(
        await digestOf(`${space}/app1`, `master-860c1904a1ce-${number}`),
      );
    }
    const image = `${registry}/${space}/app1:master-860c1904a1ce-42`;
    const run = ["run", "--rm", "--network=none", image, "cat", "/app"];
    const { stdout } = await execa("docker", run, { env: engine.env, extendEnv: false });
    expect(stdout).toBe(odd);
  });

  it("leave the very digests that the real run leaves, the base's in its label included", async () => {
    const space = newSpace();
    onTestFinished(() => removeImages(engine, space));
    const first = await startRegistry();
    const host = first.host;
    const targets = ["base", "app1", "app2"];
    const cwd = await project({
      "package.json": {},
      Dockerfile: `FROM ${baseImage} AS base\nRUN echo ${space} > /base\nFROM base AS app1\nRUN echo 1 > /app\nFROM base AS app2\nRUN echo 2 > /app\n`,
      "multistage-build.config.json": {
        targets: Object.fromEntries(targets.map((name) => [name, `${host}/${space}/${name}`])),
      },
    });
    // Both are built from the cache: the times in it are those of the images, and the cache that a base carries is whole.
    expect(await build(engine, cwd, pushTo("master", 40, space), ["--no-push"])).toMatchObject({ code: 0 });
    const env = pushTo("master", 41, space);
    const { out } = await build(engine, cwd, env, ["--dry-run", ...(engine.buildx ? [] : ["--builder", "docker"])]);
    await execa("sh", [], { input: scriptOf(out), env: engine.env, extendEnv: false });
    const held = (from: typeof first) =>
      targets.flatMap((name) => {
        const repository = `${host}/${space}/${name}`;
        return from.tags(repository).map((tag) => [name, tag, from.digest(repository, tag)]);
      });
    const byScript = held(first);
    await first.close();
    // The run meets no image of the script's, here or in the registry; only the build cache, so that times are the same.
    await removeImages(engine, space);
    const second = await startRegistry({ port: Number(host.split(":")[1]) });
    onTestFinished(() => second.close());
    expect(await build(engine, cwd, env)).toMatchObject({ code: 0 });
    expect(held(second)).toEqual(byScript);
    expect(byScript).toHaveLength(6);
    const label = second.image(`${host}/${space}/app1`, "latest")?.labels["org.opencontainers.image.base.digest"];
    expect(label).toBe(second.digest(`${host}/${space}/base`, "latest"));
  });

  it("stop at the first failure, as the real run does, and move nothing", async () => {
    const space = newSpace();
    const cwd = await project({
      "package.json": {},
      Dockerfile: `FROM ${baseImage} AS base\nRUN echo ${space} > /base\nFROM base AS app1\nRUN exit 3\n`,
      "multistage-build.config.json": {
        targets: { base: `${registry}/${space}/base`, app1: `${registry}/${space}/app1` },
      },
    });
    const builder = engine.buildx ? [] : ["--builder", "docker"];
    const { out } = await build(engine, cwd, droneEnv(), ["--dry-run", ...builder]);
    const ended = await execa("sh", [], { input: scriptOf(out), env: engine.env, extendEnv: false, reject: false });
    expect(ended.exitCode).not.toBe(0);
    for (const target of ["base", "app1"]) expect(await tagsIn(`${space}/${target}`)).not.toContain("latest");
  });
});
