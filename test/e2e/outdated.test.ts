import { writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { baseImage, build, docker, engines, ensureBaseImage, hasEngine, registry } from "./rig.ts";
import { newSpace, pushTo, removeImages, workspace } from "./workspace.ts";

describe.skipIf(!hasEngine).each(engines)("outdated, of what the $name engine has built", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  it("ends with 3 from when a base has moved on until its images are built again", async () => {
    const space = newSpace();
    onTestFinished(() => removeImages(engine, space));
    const os = `${registry}/${space}/os:1`;
    await docker(engine, ["tag", baseImage, os]);
    onTestFinished(async () => void (await docker(engine, ["image", "rm", "-f", os])));
    await docker(engine, ["push", "-q", os]);
    const text = `FROM ${os} AS base\nCOPY base.txt /\nFROM base AS app\nCOPY app.txt /\nFROM ${os} AS other\nCOPY app.txt /\n`;
    const { cwd } = await workspace(text, ["base", "app", "other"], {
      space,
      files: { "base.txt": "1", "app.txt": "1" },
    });
    const run = async (number: number, ...args: string[]) => {
      const ended = await build(engine, cwd, pushTo("master", number, space), args);
      expect(ended, ended.err).toMatchObject({ code: 0 });
    };
    const outdated = async () => {
      const ended = await build(engine, cwd, pushTo("master", 99, space), ["outdated", "--json"]);
      const { targets } = JSON.parse(ended.out) as { targets: { name: string; state: string }[] };
      return [ended.code, ...targets.filter(({ state }) => state !== "current").map(({ name }) => name)];
    };

    await run(41);
    expect(await outdated()).toEqual([0]);
    await writeFile(path.join(cwd, "os.Dockerfile"), `FROM ${baseImage}\nLABEL newer=true\n`);
    await docker(engine, ["build", "-q", "-t", os, "-f", path.join(cwd, "os.Dockerfile"), cwd]);
    await docker(engine, ["push", "-q", os]);
    expect(await outdated()).toEqual([3, "base", "other"]);
    // The app's own base is what it was until that is built.
    await run(42, "base");
    expect(await outdated()).toEqual([3, "app", "other"]);
    await run(43);
    expect(await outdated()).toEqual([0]);
    await writeFile(path.join(cwd, "base.txt"), "2");
    await run(44, "base");
    expect(await outdated()).toEqual([3, "app"]);
    await run(45);
    expect(await outdated()).toEqual([0]);
  });
});
