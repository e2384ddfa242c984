import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import { droneEnv, project } from "../support/project.ts";
import { baseImage, build, digestOf, engines, ensureBaseImage, registry, tagsIn } from "./rig.ts";
import { newSpace } from "./workspace.ts";

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
