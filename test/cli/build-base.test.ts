import { describe, expect, it } from "vitest";
import type { Engine } from "../support/docker/docker.ts";
import {
  atFirst,
  bakes,
  buildTag,
  engines,
  example,
  faulty,
  isOurs,
  labelsOf,
  repositories,
} from "../support/docker/example.ts";
import { createRegistry } from "../support/registry/in-memory.js";

const [base = "", app1 = "", app2 = ""] = repositories;
const [own, none, pulls] = [buildTag(42), [null, null, null], "docker pull r.io"];
const published = repositories.map(() => ["latest", own]);

describe.each(engines)("the base of an earlier step: %s", (engine) => {
  it("on this host is used", async () => {
    const { run, docker, asked, standing } = await example({ engine });
    await run(["build", "base"]);
    const id = docker.images().find(({ names }) => names.includes(`${base}:${own}`))?.id;
    expect((await run(["build", "app1"])).code).toBe(0);
    expect((await run(["build", "app2"])).code).toBe(0);
    expect(docker.images().find(({ names }) => names.includes(`${base}:${own}`))?.id).toBe(id);
    expect([standing(), asked(pulls)]).toEqual([true, []]);
  });

  it("in the registry is pulled", async () => {
    const registry = createRegistry();
    await (await example({ engine, registry })).run(["build", "base", "app1"]);
    const { run, asked, standing } = await example({ engine, registry });
    expect((await run(["build", "app2"])).code).toBe(0);
    expect([asked(pulls), standing()]).toEqual([[`docker pull ${base}:${own}`], true]);
  });

  it("is not asked for where all that stands on it is up", async () => {
    const registry = createRegistry();
    await (await example({ engine, registry })).run(["build"]);
    const { run, docker } = await example({ engine, registry });
    expect((await run(["build", "app1", "app2"])).code).toBe(0);
    expect(docker.commands.filter((line) => !/^docker (?:buildx )?version/.test(line))).toEqual([]);
  });

  it("is pulled where some of what stands on it is up", async () => {
    const registry = createRegistry();
    await (await example({ engine, registry })).run(["build", "base", "app1"]);
    const { run, standing, asked } = await example({ engine, registry });
    expect((await run(["build", "app1", "app2"])).code).toBe(0);
    expect([standing(), asked(pulls)]).toEqual([true, [`docker pull ${base}:${own}`]]);
  });

  it.each([["base app2"], ["base app1 app2"], ["app2"]])(
    "comes before another that stands on it and was not asked for: build %s",
    async (names) => {
      const dockerfile = `FROM python:3.8-slim AS base
RUN head -c 8 /dev/urandom > /base
FROM base AS app1
RUN echo app1 > /app1
FROM app1 AS app2
RUN echo app2 > /app2
`;
      const { run, registry } = await example({ engine, dockerfile });
      expect(await run(names.split(" "))).toMatchObject({ code: 0 });
      const [layers, middle, app] = repositories.map((repository) => registry.image(repository, own)!.layers);
      expect([middle!.slice(0, -1), app!.slice(0, -1)]).toEqual([layers, middle]);
    },
  );

  it("that is nowhere is built, and published before anything stands on it", async () => {
    const { run, tags, docker, asked } = await example({ engine });
    expect((await run(["build", "app1"])).code).toBe(0);
    expect([tags(), asked(pulls)]).toEqual([[[own], ["latest", own], []], []]);
    const work = docker.commands.filter((line) => bakes.test(line) || line.startsWith("docker push"));
    expect(work[1]).toBe(`docker push ${base}:${own}`);
  });

  it("is said to be built, and whether it was in the cache", async () => {
    const { run } = await example({ engine });
    const said = "is neither here nor in the registry; it has to be built";
    const cached = "base: nothing had to run, all of it was in the cache";
    const first = await run(["build", "app1"]);
    const second = await run(["build", "app2"], { DRONE_BUILD_NUMBER: "43" });
    const told = [first, second].map(({ err }) => err.replaceAll(/\s+/g, " "));
    expect(told.map((err) => [err.includes(said), err.includes(cached)])).toEqual([
      [true, false],
      [true, true],
    ]);
  });

  it("that differs between host and registry is the registry's", async () => {
    const registry = createRegistry();
    const late = await example({ engine, registry });
    await late.run(["build", "base", "--no-push"]);
    await (await example({ engine, registry })).run(["build", "base", "app2"]);
    const digest = registry.digest(base, own);
    const ran = await late.run(["build", "app1"]);
    expect([registry.digest(base, own), late.asked(pulls)]).toEqual([digest, [`docker pull ${base}:${own}`]]);
    // The builder of 20.10 cannot be given a base, and uses what its own cache holds: the proof finds that.
    expect([ran.code, late.standing(), registry.tags(app1)]).toEqual(
      engine === "legacy" ? [1, false, []] : [0, true, ["latest", own]],
    );
  });

  it.each([
    ["somebody else's", {}],
    ["another build's", labelsOf("base", { "multistage-build.build-tag": "dev-860c1904a1ce-42" })],
    ["another target's", labelsOf("app1")],
    ["another source's", labelsOf("base", { "multistage-build.repository": "octocat/other" })],
    ["another commit's", labelsOf("base", { "org.opencontainers.image.revision": "f".repeat(40) })],
  ])("is not %s image of its name, on the host or in the registry", async (_, labels) => {
    for (const where of ["host", "registry"]) {
      const { run, registry, docker, tags } = await example({ engine });
      if (where === "host") docker.load(`${base}:${own}`, { labels, layers: ["x"] });
      else registry.putImage(base, own, { labels, layers: ["x"] });
      const ran = await run(["build", "app1", "--json"]);
      expect([ran.code, tags()[1]]).toEqual([1, []]);
      expect(ran.json()).toMatchObject({ error: { failures: [{ code: "foreign-image" }] } });
      expect(docker.commands.filter((line) => bakes.test(line))).toEqual([]);
    }
  });

  it("is not somebody else's that appears in the registry after the look", async () => {
    const { run, registry, docker, tags } = await example({ engine });
    registry.putImage(base, own, { labels: labelsOf("base"), layers: ["x"] });
    atFirst(docker, "docker pull", () => {
      registry.putImage(base, own, { layers: ["forged"] });
      return undefined;
    });
    expect((await run(["build", "app1"])).code).toBe(1);
    expect([tags()[1], docker.commands.filter((line) => bakes.test(line))]).toEqual([[], []]);
  });

  it.each([
    ["is tried again while the registry is unwell", 2, 503, 0],
    ["is not taken for missing where it fails for good", 99, 500, 1],
    ["is not taken for missing where it is refused", 99, 403, 1],
    ["is not taken for missing where it was there a moment ago", 99, 404, 1],
  ])("a pull %s", async (_, times, status, code) => {
    const registry = createRegistry();
    await (await example({ engine, registry })).run(["build", "base"]);
    const digest = registry.digest(base, own);
    const { run, docker } = await example({ engine, registry });
    let left = times;
    const stderr = {
      503: "received unexpected HTTP status: 503 Service Unavailable",
      500: "unexpected",
      403: "denied",
      404: "manifest unknown",
    }[status]!;
    docker.fault((_command, line) =>
      line.startsWith("docker pull") && left-- > 0
        ? { exitCode: 1, stderr: `Error response from daemon: ${stderr}` }
        : undefined,
    );
    expect((await run(["build", "app1"])).code).toBe(code);
    expect(registry.digest(base, own)).toBe(digest);
    expect(docker.commands.some((line) => bakes.test(line))).toBe(code === 0);
  });
});

/** Two hosts of one build, of which the early one publishes its base when the late one has built its own. */
async function lateForBase(engine: Engine, targets: Record<string, string | string[]>) {
  let act: () => Promise<unknown> = async () => undefined;
  let done = false;
  const registry = faulty(async ({ method, path }) => {
    const built = late.docker.commands.some((line) => bakes.test(line));
    if (done || !built || method !== "GET" || path !== `/v2/p/base/manifests/${own}`) return undefined;
    done = true;
    await act();
    return undefined;
  });
  const late = await example({ engine, registry, targets });
  const early = await example({ engine, registry });
  act = () => early.run(["build", "base"]);
  return { ...late, base: () => early.docker.images().find(({ names }) => names.includes(`${base}:${own}`))!.layers };
}

describe.each(engines)("two hosts of one build: %s", (engine) => {
  it("a base that another host publishes between our look and our push is taken over", async () => {
    const { run, standing, tags, asked, ...late } = await lateForBase(engine, { base, app1, app2 });
    const ran = await run(["build"]);
    expect([asked(pulls), late.registry.image(base, own)?.layers]).toEqual([
      [`docker pull ${base}:${own}`],
      late.base(),
    ]);
    // The builder of 20.10 cannot be given a base, and uses what its own cache holds: the proof finds that.
    expect([ran.code, standing(), tags()]).toEqual(
      engine === "legacy" ? [1, false, [["latest", own], [], []]] : [0, true, published],
    );
  });

  it("what stands on a base that is overwritten before it is built stands on ours, which is told to be lost", async () => {
    const { run, registry, docker, builds: at } = await example({ engine });
    let baked = 0;
    docker.fault((_command, line) => {
      if (bakes.test(line) && ++baked === 2)
        registry.putImage(base, own, { labels: labelsOf("base"), layers: ["other", "base"] });
      return undefined;
    });
    const ran = await run(["build", "--json"]);
    expect([ran.code, at("latest")]).toEqual([1, none]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "other-image", target: "base" }] } });
  });

  it.each([
    ["the base's own step", "base"],
    ["an app's step", "app1"],
  ])("a base that is overwritten after our push is taken over before anything stands on it: %s", async (_, name) => {
    const layers = ["sha256:python:3.8-slim", "other"];
    const registry = faulty((request) => {
      const pushed = docker.commands.includes(`docker push ${base}:${own}`);
      if (pushed && isOurs(request)) registry.putImage(base, own, { labels: labelsOf("base"), layers });
      return undefined;
    });
    const { run, docker, tags } = await example({ engine, registry });
    const ran = await run(["build", name, "--json"]);
    const bound = engine !== "legacy" || name === "base";
    expect([ran.code, registry.image(base, own)?.layers]).toEqual([bound ? 0 : 1, layers]);
    expect(
      tags()
        .flat()
        .filter((tag) => tag === "latest"),
    ).toEqual(bound ? ["latest"] : []);
    expect((registry.image(app1, own)?.layers ?? layers).slice(0, 2)).toEqual(layers);
  });

  it("a base that another host overwrites after our push ends the run, and nothing moves", async () => {
    const { run, registry, builds: at, docker } = await example({ engine });
    atFirst(docker, `docker image inspect ${base}:${own} ${app1}:${own}`, () => {
      registry.putImage(base, own, { labels: labelsOf("base"), layers: ["other", "base"] });
      return undefined;
    });
    const ran = await run(["build", "--json"]);
    expect([ran.code, at("latest")]).toEqual([1, none]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "other-image", target: "base" }] } });
  });

  it("a base that was not asked for is looked at again, too", async () => {
    const { run, registry, docker, tags } = await example({ engine });
    atFirst(docker, `docker image inspect ${base}:${own} ${app1}:${own}`, () => {
      registry.putImage(base, own, { labels: labelsOf("base"), layers: ["other", "base"] });
      return undefined;
    });
    const ran = await run(["build", "app1", "--json"]);
    expect([ran.code, tags()[1]!.includes("latest")]).toEqual([1, false]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "other-image", target: "base" }] } });
  });

  it("somebody else's image that appears under the base's build tag is not taken over", async () => {
    const registry = faulty(({ method, path }) => {
      const built = late.docker.commands.some((line) => bakes.test(line));
      if (built && method === "GET" && path === `/v2/p/base/manifests/${own}`)
        registry.putImage(base, own, { labels: labelsOf("app1"), layers: ["forged"] });
      return undefined;
    });
    const late = await example({ engine, registry });
    const ran = await late.run(["build", "--json"]);
    expect([ran.code, late.builds("latest"), late.tags()[1]]).toEqual([1, none, []]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "foreign-image", target: "base" }] } });
  });

  it.each([
    ["pull", `docker pull ${base}`],
    ["name", `docker tag ${base}`],
  ])("a base that docker does not %s cannot be taken over", async (_, start) => {
    const { run, docker, builds } = await lateForBase(engine, { base: [base, "mirror.io/p/base"], app1, app2 });
    docker.fault((_command, line) =>
      line.startsWith(start) ? { exitCode: 1, stderr: "no space left on device" } : undefined,
    );
    const ran = await run(["build", "--json"]);
    expect([ran.code, builds("latest").slice(1)]).toEqual([1, [null, null]]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "no-space", target: "base" }] } });
  });

  it("a base that was taken over in the first of two repositories is the same in the second, or the run fails", async () => {
    const { run, registry } = await lateForBase(engine, { base: [base, "mirror.io/p/base"], app1, app2 });
    const ran = await run(["build"]);
    const same = registry.digest("mirror.io/p/base", own) === registry.digest(base, own);
    expect([ran.code, same]).toEqual(engine === "legacy" ? [1, same] : [0, true]);
  });

  it("a base that is up as another image in the second of two repositories alone ends the run", async () => {
    const registry = faulty(({ method, host }) => {
      if (method === "GET" && host === "mirror.io" && late.asked(`docker push ${base}`)[0] !== undefined)
        registry.putImage("mirror.io/p/base", own, { labels: labelsOf("base"), layers: ["other", "base"] });
      return undefined;
    });
    const late = await example({ engine, registry, targets: { base: [base, "mirror.io/p/base"], app1, app2 } });
    const ran = await late.run(["build", "--json"]);
    expect([ran.code, late.builds("latest"), late.asked(pulls), late.tags()[1]]).toEqual([1, none, [], []]);
    expect(ran.json()).toMatchObject({
      error: { failures: [{ code: "other-image", target: "base", message: expect.stringContaining("mirror.io/") }] },
      targets: [{ published: [`${base}:${own}`] }, { published: [] }, { published: [] }],
    });
  });
});
