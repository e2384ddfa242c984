import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { downloads, repeated, startProxy, uploads } from "./proxy.ts";
import { baseImage, build, docker, type Engine, engines, ensureBaseImage, imageIn, registry } from "./rig.ts";
import { dockerfileOf, newSpace, pushTo, removeImages, type Workspace, workspace } from "./workspace.ts";

const tag = "master-860c1904a1ce-42";
const unique = "cat /proc/sys/kernel/random/uuid >";

/** Prunes as whoever shares the host might; an engine does that for one at a time. */
async function prune(engine: Engine): Promise<void> {
  await docker(engine, ["builder", "prune", "-af"]);
  const again = /a prune operation is already running/;
  await expect
    .poll(() => docker(engine, ["system", "prune", "-f"]).catch(String), { timeout: 30_000, interval: 200 })
    .not.toMatch(again);
}

describe.skipIf(registry === "").each(engines)("on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  /** Runs one step of build 42 and then what a busy host may do before the next. Returns the log. */
  async function step({ cwd, space }: Workspace, args: string[]): Promise<string> {
    const ended = await build(engine, cwd, pushTo("master", 42, space), args);
    expect(ended, `${args.join(" ")}: ${ended.err}`).toMatchObject({ code: 0 });
    await prune(engine);
    return ended.err;
  }

  it("builds a base and 20 apps in 21 steps with prunes between: its RUN runs once, no layer comes down or goes up twice", async () => {
    const proxy = await startProxy();
    onTestFinished(() => proxy.stop());
    const apps = Array.from({ length: 20 }, (_, at) => `app${at + 1}`);
    const space = newSpace();
    const made = await workspace(dockerfileOf(space, apps), ["base", ...apps], { space, address: proxy.address });
    onTestFinished(() => removeImages(engine, space));
    let log = "";
    for (const name of ["base", ...apps]) log += await step(made, [name]);
    const base = await imageIn(`${space}/base`, tag);
    const blobs = new Set(base.blobs);
    for (const name of apps) {
      const app = await imageIn(`${space}/${name}`, tag);
      expect(app.layers.slice(0, -1), name).toEqual(base.layers);
      for (const blob of app.blobs) blobs.add(blob);
    }
    // What the RUN prints is there once: with what any other step says of it, it would be there twice.
    expect(log.match(new RegExp(`│ +${space}$`, "gm"))).toHaveLength(1);
    // Builders read the small configuration of an image back; that is no layer.
    expect(downloads(proxy.log).filter((digest) => blobs.has(digest))).toEqual([]);
    expect(repeated(uploads(proxy.log))).toEqual([]);
    // The lowest is the base image's, which the engine may mount from wherever it has put it before.
    const own = [...blobs].slice(1);
    expect(own).toHaveLength(21);
    expect(
      uploads(proxy.log)
        .filter((digest) => own.includes(digest))
        .toSorted(),
    ).toEqual(own.toSorted());
  });

  it("keeps a stage that no target is between the steps of those that share it", async () => {
    const space = newSpace();
    const text = `FROM ${baseImage} AS shared\nRUN echo ${space} && ${unique} /shared\nFROM shared AS app1\nRUN echo 1 > /app\nFROM shared AS app2\nRUN echo 2 > /app\n`;
    const made = await workspace(text, ["app1", "app2"], { space });
    onTestFinished(() => removeImages(engine, space));
    const log = (await step(made, ["app1"])) + (await step(made, ["app2"]));
    const [app1, app2] = [await imageIn(`${space}/app1`, tag), await imageIn(`${space}/app2`, tag)];
    expect(app2.layers.slice(0, -1)).toEqual(app1.layers.slice(0, -1));
    expect(log.match(new RegExp(`│ +${space}$`, "gm"))).toHaveLength(1);
  });

  it("stands Dockerfiles of their own on the base by {{ref.base}}", async () => {
    const space = newSpace();
    const on = (app: string) => ({
      repo: `${registry}/${space}/${app}`,
      dockerfile: `${app}.Dockerfile`,
      args: { BASE_IMAGE: "{{ref.base}}" },
    });
    const made = await workspace(`FROM ${baseImage} AS base\nRUN echo ${space} && ${unique} /base\n`, ["base"], {
      space,
      more: { targets: { app1: on("app1"), app2: on("app2") } },
      files: {
        "app1.Dockerfile": "ARG BASE_IMAGE\nFROM ${BASE_IMAGE} AS app1\nRUN echo 1 > /app\n",
        "app2.Dockerfile": "ARG BASE_IMAGE\nFROM ${BASE_IMAGE} AS app2\nRUN echo 2 > /app\n",
      },
    });
    onTestFinished(() => removeImages(engine, space));
    await step(made, ["base"]);
    await step(made, ["app1", "app2"]);
    const base = await imageIn(`${space}/base`, tag);
    for (const app of ["app1", "app2"])
      expect((await imageIn(`${space}/${app}`, tag)).layers.slice(0, -1)).toEqual(base.layers);
  });

  it.each(engine.buildx ? [engine] : [])("stands a Dockerfile of its own on the base by a named context", async () => {
    const space = newSpace();
    const made = await workspace(`FROM ${baseImage} AS base\nRUN echo ${space} && ${unique} /base\n`, ["base"], {
      space,
      more: {
        targets: {
          app: { repo: `${registry}/${space}/app`, dockerfile: "app.Dockerfile", contexts: { lib: "target:base" } },
        },
      },
      files: { "app.Dockerfile": "FROM lib AS app\nRUN echo 1 > /app\n" },
    });
    onTestFinished(() => removeImages(engine, space));
    await step(made, ["base"]);
    await step(made, ["app"]);
    expect((await imageIn(`${space}/app`, tag)).layers.slice(0, -1)).toEqual(
      (await imageIn(`${space}/base`, tag)).layers,
    );
  });

  it("takes from the very image that an earlier step built what COPY --from takes", async () => {
    const space = newSpace();
    const text = `FROM ${baseImage} AS tools\nRUN echo ${space} && ${unique} /tool\nFROM ${baseImage} AS app\nCOPY --from=tools /tool /tool\n`;
    const made = await workspace(text, ["tools", "app"], { space });
    onTestFinished(() => removeImages(engine, space));
    await step(made, ["tools"]);
    await step(made, ["app"]);
    const [tool, copy] = await Promise.all(
      ["tools", "app"].map((name) =>
        docker(engine, ["run", "--rm", "--network=none", `${made.repository(name)}:${tag}`, "cat", "/tool"]),
      ),
    );
    expect(copy).toBe(tool);
  });

  it("stands an app that relies on an ARG of the base on it all the same", async () => {
    const space = newSpace();
    const text = `FROM ${baseImage} AS base\nARG EDITION=plain\nRUN echo ${space} && ${unique} /base\nFROM base AS app\nRUN echo $EDITION > /app\n`;
    const made = await workspace(text, ["base", "app"], { space });
    onTestFinished(() => removeImages(engine, space));
    await step(made, ["base"]);
    await step(made, ["app"]);
    expect((await imageIn(`${space}/app`, tag)).layers.slice(0, -1)).toEqual(
      (await imageIn(`${space}/base`, tag)).layers,
    );
    expect(
      await docker(engine, ["run", "--rm", "--network=none", `${made.repository("app")}:${tag}`, "cat", "/app"]),
    ).toBe("plain");
  });
});
