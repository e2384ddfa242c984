import { describe, expect, it } from "vitest";
import { atFirst, buildTag, engines, example, faulty, isOurs, repositories } from "../support/docker/example.ts";
import { createRegistry } from "../support/registry/in-memory.js";

const [base = "", app1 = "", app2 = ""] = repositories;
const own = buildTag(42);
const none = [null, null, null];
const nothing = [[], [], []];
const published = repositories.map(() => ["latest", own]);

/** A host on which an earlier step has built the images. */
async function built(options: Parameters<typeof example>[0] = {}) {
  const made = await example(options);
  await made.run(["build", "--no-push"]);
  return made;
}

describe.each(engines)("push: %s", (engine) => {
  it("publishes what an earlier step has built, and builds nothing", async () => {
    const { run, tags, standing, docker } = await built({ engine });
    const before = docker.images().map(({ id }) => id);
    expect((await run(["push"])).code).toBe(0);
    expect([tags(), standing(), docker.images().map(({ id }) => id)]).toEqual([published, true, before]);
  });

  it("sends nothing again of what is up already as the same image", async () => {
    const { run, tags, asked } = await built({ engine });
    await run(["push"]);
    const before = asked("docker push").length;
    expect((await run(["push"])).code).toBe(0);
    expect([asked("docker push").length, tags()]).toEqual([before, published]);
  });

  it("publishes nothing if one image is not here", async () => {
    const { run, tags } = await example({ engine });
    await run(["build", "base", "app1", "--no-push"]);
    const ran = await run(["push", "--json"]);
    expect([ran.code, tags()]).toEqual([1, nothing]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "missing-image", target: "app2" }] } });
  });

  it.each([
    ["somebody else's", {}],
    ["another target's of this build", null],
  ])("publishes nothing if one image is %s", async (_, labels) => {
    const { run, tags, docker } = await built({ engine });
    const other = docker.images().find(({ names }) => names.includes(`${app2}:${own}`))!;
    docker.load(`${app1}:${own}`, { labels: labels ?? other.labels, layers: other.layers });
    const ran = await run(["push", "--json"]);
    expect([ran.code, tags()]).toEqual([1, nothing]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "foreign-image", target: "app1" }] } });
  });

  it("publishes nothing if an app does not stand on its base", async () => {
    const { run, tags, docker } = await built({ engine });
    const { labels } = docker.images().find(({ names }) => names.includes(`${base}:${own}`))!;
    docker.load(`${base}:${own}`, { labels, layers: ["other"] });
    const ran = await run(["push", "--json"]);
    expect([ran.code, tags()]).toEqual([1, nothing]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "wrong-base" }, { code: "wrong-base" }] } });
  });

  it("publishes nothing if docker does not answer", async () => {
    const { run, tags, docker } = await built({ engine });
    atFirst(docker, "docker image inspect", () => ({ exitCode: 1, stderr: "Cannot connect to the Docker daemon" }));
    const ran = await run(["push", "--json"]);
    expect([ran.code, tags()]).toEqual([1, nothing]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "daemon-down", target: null }] } });
  });

  it("does not touch what another host has published, and moves no tag", async () => {
    const registry = createRegistry();
    const { run, builds } = await built({ engine, registry });
    await (await example({ engine, registry })).run(["build", "base", "app1"]);
    const before = [base, app1].map((repository) => registry.digest(repository, own));
    const ran = await run(["push", "--json"]);
    expect(ran.code).toBe(1);
    expect(JSON.stringify(ran.json())).toContain("other-image");
    expect([base, app1].map((repository) => registry.digest(repository, own))).toEqual(before);
    expect([builds("latest")[2], registry.tags(app2)]).toEqual([null, []]);
  });

  it("does not touch what another host publishes between our look and our push", async () => {
    const registry = createRegistry({
      beforeRequest: async ({ method, path }) => {
        if (act === null || method !== "GET" || !path.endsWith(`/p/base/manifests/${own}`) || ++looks < 2)
          return undefined;
        const run = act;
        act = null;
        await run();
        return undefined;
      },
    });
    let looks = 0;
    let act: null | (() => Promise<unknown>) = null;
    const late = await built({ engine, registry });
    const early = await example({ engine, registry });
    act = () => early.run(["build", "base"]);
    looks = 0;
    const ran = await late.run(["push", "--json"]);
    expect([ran.code, JSON.stringify(ran.json()).includes("other-image")]).toEqual([1, true]);
    expect(registry.image(base, own)?.layers).toEqual(
      early.docker.images().find(({ names }) => names.includes(`${base}:${own}`))?.layers,
    );
    expect(registry.tags(app1)).toEqual([]);
  });

  it.each([403, 501])("one push of three that is refused (%d) moves no tag", async (status) => {
    const registry = createRegistry({
      beforeRequest: ({ method, path }) => (method === "PUT" && path.includes("/app2/") ? { status } : undefined),
    });
    const { run, builds } = await built({ engine, registry });
    expect((await run(["push"])).code).toBe(1);
    expect(builds("latest")).toEqual(none);
  });

  it("an interrupted push ends with 143, one document and no tag moved", async () => {
    const controller = new AbortController();
    const { run, builds, docker, files, cwd } = await built({ engine, signal: controller.signal });
    docker.fault((_command, line) => {
      if (!line.startsWith(`docker push ${app2}`)) return undefined;
      setImmediate(() => controller.abort("SIGTERM"));
      return "hang";
    });
    const ran = await run(["push", "--json", "--metadata-file", "run.json"]);
    expect([ran.code, builds("latest")]).toEqual([143, none]);
    expect(ran.json()).toMatchObject({ error: { code: "interrupted" } });
    expect(JSON.parse((await files.read(`${cwd}/run.json`))!)).toEqual(ran.json());
  });

  it("writes nothing with --no-push", async () => {
    const { run, tags } = await built({ engine });
    expect((await run(["push", "--no-push"])).code).toBe(0);
    expect(tags()).toEqual(nothing);
  });

  it("docker moves nothing with --force if an image of another registry is gone", async () => {
    const registry = faulty((request) => {
      if (!isOurs(request)) return undefined;
      if (request.host === "r.io") return { status: 403 };
      return gone && request.path.includes("/manifests/master") ? { status: 404 } : undefined;
    });
    let gone = true;
    const targets = { base, app1, app2: "mirror.io/p/app2" };
    const { run } = await built({ engine, registry, targets });
    expect((await run(["push", "--force"])).code).toBe(1);
    expect([base, app1].map((name) => registry.tags(name))).toEqual([[own], [own]]);
    gone = false;
    expect((await run(["push", "--force"])).code).toBe(0);
    expect([base, app1, "mirror.io/p/app2"].map((name) => registry.tags(name))).toEqual(published);
  });

  it("docker's move is not taken for one if another image came of it", async () => {
    const registry = faulty((request) => (isOurs(request) ? { status: 403 } : undefined));
    const { run, docker } = await built({ engine, registry });
    docker.fault((_, line) =>
      line === `docker push ${app1}:latest`
        ? { stdout: `latest: digest: sha256:${"0".repeat(64)} size: 1\n` }
        : undefined,
    );
    const ran = await run(["push", "--force", "--json"]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "other-image", target: "app1" }] } });
  });

  it("where the registry's API is closed nothing moves, but with --force docker moves it, to the very same image", async () => {
    const registry = faulty((request) => {
      const refused = noLatest && request.method === "PUT" && request.path.endsWith("/latest");
      return isOurs(request) || refused ? { status: 403 } : undefined;
    });
    let noLatest = true;
    const { run, tags } = await built({ engine, registry });
    expect((await run(["push"])).code).toBe(1);
    expect(tags()).toEqual(repositories.map(() => [own]));
    expect((await run(["push", "--force"])).code).toBe(1);
    expect(tags()).toEqual(repositories.map(() => [own]));
    noLatest = false;
    expect((await run(["push", "--force"])).code).toBe(0);
    expect(repositories.map((name) => registry.digest(name, "latest"))).toEqual(
      repositories.map((name) => registry.digest(name, own)),
    );
  });
});

it("--force names what docker has moved before it was refused, and counts it as up", async () => {
  const registry = faulty((request) => (request.host === "r.io" && isOurs(request) ? { status: 403 } : undefined));
  const { run, docker } = await built({ registry, config: '"tags":["type=raw,value=a","type=raw,value=b"]' });
  docker.fault((_command, line) =>
    line === `docker push ${base}:b` ? { exitCode: 1, stderr: "denied: not for you" } : undefined,
  );
  const ran = await run(["push", "--force", "--json"]);
  expect(ran.json()).toMatchObject({
    error: { failures: [{ target: "base", details: [`  moved all the same: ${base}:a`] }] },
    targets: [{ published: [`${base}:${own}`, `${base}:a`] }, { published: [`${app1}:${own}`] }, {}],
  });
  expect([ran.code, registry.tags(base)]).toEqual([1, ["a", own]]);
});
