import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { baseImage, build, digestOf, docker, engines, ensureBaseImage, registry, tagsIn } from "./rig.ts";
import { dockerfileOf, newSpace, pushTo, removeImages, workspace, wrongIn } from "./workspace.ts";

const tag = "master-860c1904a1ce-42";
const unique = "cat /proc/sys/kernel/random/uuid >";

describe.skipIf(registry === "").each(engines)("on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  async function place(dockerfile: (space: string) => string, more: object = {}) {
    const space = newSpace();
    onTestFinished(() => removeImages(engine, space));
    const made = await workspace(dockerfile(space), ["base", "app"], { space, more });
    const run = (number: number, ...args: string[]) => build(engine, made.cwd, pushTo("master", number, space), args);
    return { ...made, run };
  }

  // The builder without named contexts pushes only what is proved, and keeps the cache for what has a base.
  it.each(engine.buildx ? [engine] : [])(
    "does not take an image for good that was found to stand elsewhere",
    async () => {
      const withArgument = (space: string) =>
        `FROM ${baseImage} AS base\nARG EDITION=plain\nRUN echo ${space} && ${unique} /base\nFROM base AS app\nRUN echo $EDITION > /app\n`;
      const { space, run } = await place(withArgument);
      expect(await run(42, "base")).toMatchObject({ code: 0 });
      // Without the cache, and not to be bound because of the argument: the base's RUN gives another layer.
      for (const flags of [["--no-cache"], []]) {
        const ended = await run(42, ...flags, "app");
        expect(ended, ended.err).toMatchObject({ code: 1 });
        expect(ended.err).toMatch(/does not stand on base: layer 2 of 2 differs/);
      }
      expect(await tagsIn(`${space}/app`)).not.toContain("latest");
    },
  );

  it("never pushes another image over one that is up", async () => {
    const { space, run, repository } = await place((name) => dockerfileOf(name, ["app"]));
    expect(await run(42, "--no-push")).toMatchObject({ code: 0 });
    expect(await run(42, "push")).toMatchObject({ code: 0 });
    const before = await digestOf(`${space}/app`, tag);
    // As on another host, where the same step has built its own.
    await docker(engine, ["image", "rm", ...["base", "app"].map((name) => `${repository(name)}:${tag}`)]);
    await docker(engine, ["builder", "prune", "-af"]);
    expect(await run(42, "--no-push")).toMatchObject({ code: 0 });
    const again = await run(42, "push");
    expect(again).toMatchObject({ code: 1 });
    expect(again.err).toContain("is up already, as another image");
    expect(await digestOf(`${space}/app`, tag)).toBe(before);
    expect(await wrongIn(space, ["base", "app"], tag)).toEqual([]);
  });

  it("pushes and builds again without doing anything", async () => {
    const { space, run } = await place((name) => dockerfileOf(name, ["app"]));
    expect(await run(42, "--no-push")).toMatchObject({ code: 0 });
    expect(await run(42, "push")).toMatchObject({ code: 0 });
    expect(await run(42, "push")).toMatchObject({ code: 0 });
    const built = await run(42);
    expect(built).toMatchObject({ code: 0 });
    expect(built.err.match(/already up as sha256:/g)).toHaveLength(2);
    expect(await wrongIn(space, ["base", "app"], tag)).toEqual([]);
  });

  it("leaves a moving tag with the later build, unless forced", async () => {
    const { space, run } = await place((name) => dockerfileOf(name, ["app"]));
    for (const number of [43, 42]) expect(await run(number)).toMatchObject({ code: 0 });
    const points = () => digestOf(`${space}/app`, "latest");
    expect(await points()).toBe(await digestOf(`${space}/app`, "master-860c1904a1ce-43"));
    const forced = await run(42, "--force");
    expect(forced).toMatchObject({ code: 0 });
    expect(await points()).toBe(await digestOf(`${space}/app`, tag));
  });
});
