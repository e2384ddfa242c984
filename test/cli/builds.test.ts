import { describe, expect, it } from "vitest";
import { buildTag, engines, example, type ExampleOptions, faulty } from "../support/docker/example.ts";
import { promotion, pushOf } from "../support/docker/promotions.ts";
import { planOf, target } from "../support/plans.ts";
import { createRegistry, type InMemoryRegistry } from "../support/registry/in-memory.js";

const builds = "r.io/ci/{{target}}";
const [base, app1, app2] = ["r.io/ci/base", "r.io/ci/app1", "r.io/ci/app2"];
const named = ["r.io/p/app1", "r.io/p/app2"];
const targets = { base: { repo: false }, app1: named[0]!, app2: named[1]! };

/** The example with a repository for build tags, in which the base alone is published nowhere else. */
const withBuilds = (options: ExampleOptions = {}, to = builds) =>
  example({ targets, ...options, config: `"builds":${JSON.stringify(to)}` });

const tagsOf = (registry: InMemoryRegistry, repositories: readonly string[]) =>
  Object.fromEntries(repositories.map((name) => [name, registry.tags(name)]));

const everywhere = [base, app1, app2, ...named, "r.io/p/base"];

describe.each(engines)("build tags in a repository of their own: %s", (engine) => {
  it("go there alone, and moving tags go to the targets' own, as the very same images", async () => {
    const { run, registry } = await withBuilds({ engine });
    expect(await run(["build"])).toMatchObject({ code: 0 });
    const own = [buildTag(42)];
    expect(tagsOf(registry, everywhere)).toEqual({
      [base]: own,
      [app1]: own,
      [app2]: own,
      [named[0]!]: ["latest"],
      [named[1]!]: ["latest"],
      "r.io/p/base": [],
    });
    const up = [app1, app2].map((name) => registry.digest(name, buildTag(42)));
    expect(named.map((name) => registry.digest(name, "latest"))).toEqual(up);
  });

  it("bring a base that no other repository has to another host", async () => {
    const registry = createRegistry();
    await (await withBuilds({ engine, registry })).run(["build", "base"]);
    const layers = registry.image(base, buildTag(42))!.layers;
    const other = await withBuilds({ engine, registry });
    expect(await other.run(["build", "app1"])).toMatchObject({ code: 0 });
    expect(registry.image(app1, buildTag(42))!.layers.slice(0, layers.length)).toEqual(layers);
    expect(other.asked("docker pull")).toEqual([`docker pull ${base}:${buildTag(42)}`]);
  });

  it("are published before anything stands on the base, where an app comes first", async () => {
    const { run, registry } = await withBuilds({ engine });
    expect(await run(["build", "app2"])).toMatchObject({ code: 0 });
    expect(tagsOf(registry, [base, app2])).toEqual({ [base]: [buildTag(42)], [app2]: [buildTag(42)] });
  });

  it("are pushed by a later step, and not built again by the same build", async () => {
    const { run, registry, docker, asked } = await withBuilds({ engine });
    await run(["build", "--no-push"]);
    expect(tagsOf(registry, everywhere)).toEqual(Object.fromEntries(everywhere.map((name) => [name, []])));
    expect(await run(["push"])).toMatchObject({ code: 0 });
    expect(registry.digest(named[0]!, "latest")).toBe(registry.digest(app1, buildTag(42)));
    const before = docker.commands.length;
    expect(await run(["build"])).toMatchObject({ code: 0 });
    expect(docker.commands.slice(before).filter((line) => / bake |^docker build /.test(line))).toEqual([]);
    expect(asked("docker pull r.io")).toEqual([]);
  });
});

describe("build tags in a repository of their own", () => {
  it("may be in one for all targets, each with its name", async () => {
    const { run, registry } = await withBuilds({}, "r.io/ci/{{repo}}");
    expect(await run(["build"])).toMatchObject({ code: 0 });
    expect(registry.tags("r.io/ci/octocat/hello-world")).toEqual(
      ["app1", "app2", "base"].map((name) => `${buildTag(42)}-${name}`),
    );
    expect(named.map((name) => registry.tags(name))).toEqual([["latest"], ["latest"]]);
  });

  it("are mounted where they are in the same registry, so that nothing is sent twice", async () => {
    const { run, registry } = await withBuilds();
    await run(["build"]);
    const sent = registry.transfers.uploads.map(({ repository }) => repository);
    expect(sent.filter((name) => name.startsWith("p/"))).toEqual([]);
    expect(registry.transfers.mounts.filter(({ repository }) => repository === "p/app1").length).toBeGreaterThan(0);
  });

  it.each([
    ["in another registry", "ci.io/x/{{target}}", true],
    ["in one that mounts nothing", builds, true],
    ["in another registry, where docker has no buildx", "ci.io/x/{{target}}", false],
  ])("are copied by docker where they are %s", async (_, to, buildx) => {
    // Docker sends a blob as a whole.
    const registry = faulty(({ method, query }) =>
      method === "POST" && query.has("mount")
        ? { status: 405, body: '{"errors":[{"code":"UNSUPPORTED"}]}' }
        : undefined,
    );
    const engine = buildx ? "modern" : "legacy";
    const { run, asked } = await withBuilds({ registry, engine, buildx }, to);
    expect(await run(["build", "--tag", "more"])).toMatchObject({ code: 0 });
    const homes = ["app1", "app2"].map((name) => registry.digest(to.replace("{{target}}", name), buildTag(42)));
    expect([
      named.map((name) => registry.digest(name, "latest")),
      named.map((name) => registry.digest(name, "more")),
    ]).toEqual([homes, homes]);
    expect(named.map((name) => registry.tags(name))).toEqual([
      ["latest", "more"],
      ["latest", "more"],
    ]);
    // Once it is there the registry itself gives it more names.
    expect(asked("docker buildx imagetools create").length).toBe(2);
  });

  it("move nothing where the image may not be written to its own repository", async () => {
    const registry = faulty(({ method, path }) =>
      method === "POST" && path.startsWith("/v2/p/app2/") ? { status: 403 } : undefined,
    );
    const { run } = await withBuilds({ registry });
    const ended = await run(["build"]);
    expect(ended.code).toBe(1);
    expect(ended.err).toContain(`r.io/ci/app2:${buildTag(42)} cannot be copied to r.io/p/app2`);
    expect(named.map((name) => registry.tags(name))).toEqual([[], []]);
  });

  it("tell whose a moving tag is: a later build keeps it", async () => {
    const { run, registry } = await withBuilds();
    await run(["build"], pushOf(43));
    const later = registry.digest(named[0]!, "latest");
    expect(await run(["build"], pushOf(42))).toMatchObject({ code: 0 });
    expect(registry.digest(named[0]!, "latest")).toBe(later);
  });

  it("are what an unchanged target is used again from, its base included", async () => {
    const steady =
      "FROM python:3.8-slim AS base\nRUN echo base > /base\nFROM base AS app1\nRUN echo 1 > /1\nFROM base AS app2\nRUN echo 2 > /2\n";
    const { run, registry, docker } = await withBuilds({ dockerfile: steady });
    expect(await run(["build"], pushOf(41))).toMatchObject({ code: 0 });
    const before = docker.commands.length;
    expect(await run(["build"], pushOf(42))).toMatchObject({ code: 0 });
    expect(docker.commands.slice(before).filter((line) => line.includes(" bake "))).toEqual([]);
    expect([base, app1, app2].map((name) => registry.digest(name, buildTag(42)))).toEqual(
      [base, app1, app2].map((name) => registry.digest(name, buildTag(41))),
    );
  });

  it("are promoted from, the base left out", async () => {
    const { run, registry } = await withBuilds();
    await run(["build"], pushOf(40));
    await run(["build"], pushOf(41));
    expect(await run(["promote"], promotion(50, 40))).toMatchObject({ code: 0 });
    expect(named.map((name) => registry.digest(name, "production"))).toEqual(
      [app1, app2].map((name) => registry.digest(name, buildTag(40))),
    );
    expect(registry.tags(base)).toEqual([buildTag(40), buildTag(41)]);
  });

  it("are promoted from by the number of a build", async () => {
    const { run, registry } = await withBuilds();
    await run(["build"], pushOf(40));
    expect(await run(["promote", "--from", "40"], promotion(50, 49))).toMatchObject({ code: 0 });
    expect(registry.digest(named[0]!, "production")).toBe(registry.digest(app1, buildTag(40)));
  });

  it("are what tells whether a base has moved on that has no other tags", async () => {
    const { run } = await withBuilds();
    const states = async () => {
      const { targets: found } = (await run(["outdated", "--json"], pushOf(50))).json() as {
        targets: { state: string }[];
      };
      return found.map(({ state }) => state);
    };
    await run(["build"], pushOf(41));
    expect(await states()).toEqual(["current", "current"]);
    await run(["build", "base", "--no-reuse"], pushOf(42));
    expect(await states()).toEqual(["outdated", "outdated"]);
  });

  it("leave a target alone that is published nowhere and that nothing stands on", async () => {
    const { run, registry } = await withBuilds({ targets: { ...targets, app2: { repo: false } } });
    expect(await run(["build"])).toMatchObject({ code: 0 });
    expect(tagsOf(registry, [base, app1, app2])).toMatchObject({ [app1]: [buildTag(42)], [app2]: [] });
  });
});

describe("a plan with build tags in a repository of their own", () => {
  const config = `builds: ${JSON.stringify(builds)}\ntargets:\n  base: false\n  app: [r.io/p/app, docker.io/acme/app]\n  nowhere: { repo: r.io/p/n, push: false }\n`;
  const files = {
    "package.json": {},
    Dockerfile: "FROM scratch AS base\nFROM base AS app\nFROM base AS nowhere\n",
    "multistage-build.config.yaml": config,
  };

  it("says what is written where", async () => {
    const plan = await planOf(files, []);
    expect(target(plan, "base").references).toEqual([{ repository: base, buildTag: buildTag(42), moving: [] }]);
    expect(target(plan, "app").references).toEqual([
      { repository: "r.io/ci/app", buildTag: buildTag(42), moving: [] },
      { repository: "r.io/p/app", buildTag: null, moving: ["latest"] },
      { repository: "docker.io/acme/app", buildTag: null, moving: ["latest"] },
    ]);
    expect(target(plan, "nowhere").references[0]?.repository).toBe("r.io/p/n");
    expect(target(plan, "app").image).toBe(`r.io/ci/app:${buildTag(42)}`);
    expect(target(plan, "app").labels["org.opencontainers.image.base.name"]).toBe(`${base}:${buildTag(42)}`);
  });

  it("has one place where a target's own repository is the one for build tags", async () => {
    const same = { ...files, "multistage-build.config.yaml": "builds: r.io/p/app\ntargets: { app: r.io/p/app }\n" };
    expect(target(await planOf(same, []), "app").references).toEqual([
      { repository: "r.io/p/app", buildTag: buildTag(42), moving: ["latest"] },
    ]);
  });
});
