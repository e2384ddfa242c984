import path from "node:path";
import { describe, expect, it } from "vitest";
import { buildTag, example, type ExampleOptions, repositories } from "../support/docker/example.ts";
import { createRegistry, type InMemoryRegistry } from "../support/registry/in-memory.js";

const own = buildTag(42);
const [base = "", app1 = "", app2 = ""] = repositories;
const platforms = ["linux/amd64", "linux/arm64"];
const config = `"defaults":{"platforms":${JSON.stringify(platforms)}}`;

/** An agent of a build: a docker host of its own that shares the registry with the others. */
const agent = (registry: InMemoryRegistry, options: ExampleOptions = {}) => example({ registry, config, ...options });

/** What an index lists. */
function listed(registry: InMemoryRegistry, repository: string, tag: string) {
  const { manifests } = JSON.parse(registry.manifest(repository, tag) ?? "{}") as {
    manifests?: { digest: string; platform: { os: string; architecture: string } }[];
  };
  return manifests?.map(({ digest, platform }) => [`${platform.os}/${platform.architecture}`, digest]) ?? null;
}

describe.each([[platforms], [platforms.toReversed()]])("the parts of two agents, %j", (order) => {
  it("are joined by whoever brings the last, and only then the tags move", async () => {
    const registry = createRegistry();
    const [first, second] = [await agent(registry), await agent(registry)];
    const early = await first.run(["build", "--platform", order[0]!]);
    expect(early, early.err).toMatchObject({ code: 0 });
    expect(early.err).toContain(`not joined yet: ${base}:${own}-${order[1]!.replace("/", "-")}`);
    expect(registry.tags(base)).toEqual([`${own}-${order[0]!.replace("/", "-")}`]);
    const late = await second.run(["build", "--platform", order[1]!]);
    expect(late, late.err).toMatchObject({ code: 0 });
    for (const repository of repositories) {
      const parts = platforms.map((one) => [one, registry.digest(repository, `${own}-${one.replace("/", "-")}`)]);
      expect(listed(registry, repository, own)).toEqual(parts);
      expect(registry.digest(repository, "latest")).toBe(registry.digest(repository, own));
    }
    for (const part of platforms.map((one) => `${own}-${one.replace("/", "-")}`)) {
      const below = registry.image(base, part)!.layers;
      for (const app of [app1, app2]) expect(registry.image(app, part)!.layers.slice(0, -1)).toEqual(below);
    }
  });
});

describe("a build in parts", () => {
  it("is the same bytes whoever joins it, and however often", async () => {
    const registry = createRegistry();
    for (const one of platforms) await (await agent(registry)).run(["build", "--platform", one]);
    const digests = repositories.map((repository) => registry.digest(repository, own));
    const writes = registry.requests.filter(({ method }) => method === "PUT").length;
    for (const args of [["build", "--platform", "linux/amd64"], ["join"]]) {
      const again = await (await agent(registry)).run(args);
      expect(again, again.err).toMatchObject({ code: 0 });
    }
    expect(repositories.map((repository) => registry.digest(repository, own))).toEqual(digests);
    expect(registry.requests.filter(({ method }) => method === "PUT")).toHaveLength(writes);
  });

  it("is joined by hand without docker, and says which part is missing", async () => {
    const registry = createRegistry();
    const one = await agent(registry);
    await one.run(["build", "--platform", "linux/amd64"]);
    const { run, docker } = await agent(registry);
    const ended = await run(["join"]);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.err).toContain(`${base}:${own}-linux-arm64 is not up`);
    expect([registry.tags(base), docker.commands]).toEqual([[`${own}-linux-amd64`], []]);
  });

  it("is joined by another step than the apps'", async () => {
    const registry = createRegistry();
    for (const name of ["base", "app1"])
      for (const platform of platforms) {
        const ended = await (await agent(registry)).run(["build", name, "--platform", platform]);
        expect(ended, ended.err).toMatchObject({ code: 0 });
      }
    expect(registry.tags(app1)).toEqual(["latest", own, ...platforms.map((one) => `${own}-${one.replace("/", "-")}`)]);
  });

  it("finds what has not changed, and what has is built for all platforms", async () => {
    const registry = createRegistry();
    for (const number of ["42", "43"])
      for (const platform of platforms) {
        const ended = await (
          await agent(registry)
        ).run(["build", "--platform", platform], { DRONE_BUILD_NUMBER: number });
        expect(ended, ended.err).toMatchObject({ code: 0 });
      }
    for (const repository of repositories) {
      expect(registry.digest(repository, buildTag(43))).toBe(registry.digest(repository, own));
      expect(registry.digest(repository, "latest")).toBe(registry.digest(repository, own));
    }
  });

  it.each([
    [
      "of another build",
      { "multistage-build.build-tag": `${buildTag(41)}-linux-arm64` },
      "arm64",
      "was not built by this build",
    ],
    ["of another target", { "multistage-build.target": "app2" }, "arm64", "was not built by this build"],
    ["for another platform", {}, "amd64", "is for linux/amd64"],
  ])("refuses a part %s, and moves nothing", async (_, labels, architecture, said) => {
    const registry = createRegistry();
    await (await agent(registry)).run(["build", "--platform", "linux/arm64"]);
    const part = `${own}-linux-arm64`;
    const { layers, labels: theirs } = registry.image(app1, part)!;
    registry.putImage(app1, part, {
      layers,
      labels: { ...theirs, "multistage-build.inputs": "", ...labels },
      architecture,
    });
    const ended = await (await agent(registry)).run(["build", "--platform", "linux/amd64"]);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.err).toContain(said);
    expect([registry.digest(app1, own), registry.digest(base, "latest")]).toEqual([null, null]);
  });

  it("refuses a part that stands on something else than its base's", async () => {
    const registry = createRegistry();
    await (await agent(registry)).run(["build", "--platform", "linux/arm64"]);
    const part = `${own}-linux-arm64`;
    const { labels } = registry.image(app1, part)!;
    registry.putImage(app1, part, { layers: ["other", "app"], labels, architecture: "arm64" });
    const ended = await (await agent(registry)).run(["build", "--platform", "linux/amd64"]);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.err).toContain("does not stand on base: layer 1 of 2 differs (linux/arm64)");
    expect(registry.digest(app1, "latest")).toBeNull();
  });

  it("is not moved over by an earlier build", async () => {
    const registry = createRegistry();
    const parts = async (number: string) => {
      for (const platform of platforms) {
        const ended = await (
          await agent(registry)
        ).run(["build", "--no-reuse", "--platform", platform], {
          DRONE_BUILD_NUMBER: number,
        });
        expect(ended, ended.err).toMatchObject({ code: 0 });
      }
    };
    await parts("42");
    await parts("41");
    expect(registry.digest(app1, "latest")).toBe(registry.digest(app1, own));
    expect(registry.digest(app1, buildTag(41))).not.toBeNull();
  });

  it("leaves a target to those whose platform it has, and joins it all the same", async () => {
    const registry = createRegistry();
    const targets = { base, app1, app2: { repo: app2, platforms: ["linux/arm64"] } };
    for (const platform of platforms.toReversed()) {
      const ended = await (await agent(registry, { targets })).run(["build", "--platform", platform]);
      expect(ended, ended.err).toMatchObject({ code: 0 });
    }
    expect(listed(registry, app2, "latest")?.map(([platform]) => platform)).toEqual(["linux/arm64"]);
  });

  it.each([
    [
      "platforms that are not written",
      '"registries":{}',
      "linux/arm64",
      "targets.base: has no platforms, so that it cannot be made in parts",
    ],
    [
      "platforms that differ from agent to agent",
      '"defaults":{"platforms":["linux/{{arch}}"]}',
      "linux/arm64",
      "targets.base: has other platforms on each agent, so that none knows which parts there are",
    ],
    [
      "a platform that no target has",
      config,
      "linux/s390x",
      'error --platform: is not a platform of any target (got "linux/s390x")',
    ],
  ])("is refused with %s", async (_, written, platform, said) => {
    const { run, docker } = await example({ config: written });
    const ended = await run(["build", "--platform", platform]);
    expect(ended).toMatchObject({ code: 2 });
    expect([ended.err, docker.commands]).toEqual([expect.stringContaining(said), []]);
  });

  it("needs what a target needs for the target's platforms", async () => {
    const targets = { base: { repo: base, platforms: ["linux/amd64"] }, app1: { repo: app1, needs: "base" } };
    const { run } = await example({ config, targets });
    const ended = await run(["build", "--platform", "linux/arm64"]);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.err).toContain('targets.base.platforms: do not have what is built on it (got "linux/amd64")');
  });

  it("has parts that differ in files built again, as nobody could tell them from another commit's", async () => {
    const registry = createRegistry();
    const dockerfile =
      "FROM python:3.8-slim AS base\nRUN a\nFROM base AS app1\nCOPY bin /bin\nFROM base AS app2\nRUN b\n";
    for (const number of ["42", "43"])
      for (const platform of platforms) {
        const { run, files, cwd } = await agent(registry, { dockerfile });
        await files.write(path.join(cwd, "bin"), `compiled for ${platform}`);
        const ended = await run(["build", "--platform", platform], { DRONE_BUILD_NUMBER: number });
        expect(ended, ended.err).toMatchObject({ code: 0 });
      }
    expect(registry.digest(app2, buildTag(43))).toBe(registry.digest(app2, own));
    expect(registry.digest(app1, "latest")).toBe(registry.digest(app1, buildTag(43)));
  });

  it("waits for its own part where the registry shows it late", async () => {
    let hidden = 0;
    const registry = createRegistry({
      beforeRequest: ({ method, path: asked }) =>
        method === "GET" && asked.endsWith(`p/app1/manifests/${own}-linux-arm64`) && hidden++ === 1
          ? { status: 404, body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}' }
          : undefined,
    });
    for (const platform of platforms) {
      const ended = await (await agent(registry)).run(["build", "--platform", platform]);
      expect(ended, ended.err).toMatchObject({ code: 0 });
    }
    expect(registry.digest(app1, "latest")).toBe(registry.digest(app1, own));
    expect(hidden).toBeGreaterThan(1);
  });

  it("is joined though the registry is unwell for a moment, and named as a whole in the result", async () => {
    let refused = 0;
    const registry = createRegistry({
      beforeRequest: ({ method, path: asked }) =>
        method === "PUT" && asked.endsWith(`p/app1/manifests/${own}`) && refused++ === 0 ? { status: 503 } : undefined,
    });
    await (await agent(registry)).run(["build", "--platform", "linux/amd64"]);
    const ended = await (await agent(registry)).run(["build", "--platform", "linux/arm64", "--json"]);
    expect(ended, ended.err).toMatchObject({ code: 0 });
    const { targets } = JSON.parse(ended.out) as { targets: { image: string; digest: string }[] };
    expect(targets[1]).toMatchObject({ image: `${app1}:${own}`, digest: registry.digest(app1, own) });
    expect(refused).toBe(2);
  });

  it("finds parts in a repository of build tags, and builds those anew whose whole is not there", async () => {
    const registry = createRegistry();
    const options = { config: `"builds":"r.io/p/builds/{{target}}",${config}` };
    const build = async (number: string, platform: string) => {
      const { run } = await agent(registry, options);
      const ended = await run(["build", "--platform", platform], { DRONE_BUILD_NUMBER: number });
      expect(ended, ended.err).toMatchObject({ code: 0 });
    };
    const digestOf = (number: number) => registry.digest("r.io/p/builds/app1", buildTag(number));
    for (const number of ["42", "43"]) for (const platform of platforms) await build(number, platform);
    expect([digestOf(43), registry.digest(app1, "latest")]).toEqual([digestOf(42), digestOf(42)]);
    await build("44", "linux/amd64");
    await build("45", "linux/amd64");
    await build("45", "linux/arm64");
    expect(registry.digest(app1, "latest")).toBe(digestOf(45));
  });

  it("is removed from the registry as a whole, and with its parts", async () => {
    const registry = createRegistry();
    for (const number of ["41", "42"])
      for (const platform of platforms)
        await (
          await agent(registry)
        ).run(["build", "--no-reuse", "--platform", platform], { DRONE_BUILD_NUMBER: number });
    const kept = ["latest", own, ...platforms.map((one) => `${own}-${one.replace("/", "-")}`)];
    const ended = await (await agent(registry)).run(["clean", "--registry", "--keep", "1"]);
    expect(ended, ended.err).toMatchObject({ code: 0 });
    for (const repository of repositories) expect(registry.tags(repository)).toEqual(kept);
  });

  it("has a reference for each part", async () => {
    const { run } = await agent(createRegistry());
    expect((await run(["ref", "app1", "--platform", "linux/arm64"])).out).toBe(`${app1}:${own}-linux-arm64\n`);
    expect((await run(["ref", "app1"])).out).toBe(`${app1}:${own}\n`);
    expect(await run(["ref", "app1", "--platform", "linux/s390x"])).toMatchObject({ code: 2 });
  });

  it("is shown by a dry run", async () => {
    const { run } = await agent(createRegistry());
    const { out } = await run(["--dry-run", "--platform", "linux/arm64"]);
    expect(out).toContain(
      `docker buildx imagetools create --tag=${app1}:${own} ${app1}:${own}-linux-amd64 ${app1}:${own}-linux-arm64`,
    );
  });
});
