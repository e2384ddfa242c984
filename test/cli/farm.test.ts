import { describe, expect, it } from "vitest";
import { buildTag, example, repositories } from "../support/docker/example.ts";
import { farmBuilder, farmOf } from "../support/docker/farm.ts";
import { failuresIn, pushOf } from "../support/docker/promotions.ts";
import { droneEnv } from "../support/project.ts";
import { createRegistry, type InMemoryRegistry } from "../support/registry/in-memory.js";

const tag = buildTag(42);
const [base = "", app1 = "", app2 = ""] = repositories;
const pullRequest = droneEnv({ DRONE_BUILD_EVENT: "pull_request", DRONE_COMMIT_REF: "refs/pull/17/head" });

/** An agent with a builder of its own, and no image on its docker host. */
const agent = (name: string, registry = createRegistry(), options: Parameters<typeof example>[0] = {}) =>
  example({ registry, builders: farmOf(name), env: droneEnv({ BUILDX_BUILDER: name }), ...options });

const digestsIn = (registry: InMemoryRegistry, of: string) =>
  repositories.map((repository) => registry.digest(repository, of));

describe("a builder that keeps its images to itself", () => {
  it("publishes what the engine's own does, with no image on the host", async () => {
    const farm = await agent("farm1");
    const engine = await example();
    expect([(await farm.run([])).code, (await engine.run([])).code]).toEqual([0, 0]);
    expect(farm.tags()).toEqual(engine.tags());
    expect([farm.standing(), farm.standing("latest"), farm.docker.images()]).toEqual([true, true, []]);
    expect(farm.docker.commands.map((line) => line.split(" ").slice(1, 3).join(" "))).toEqual([
      "buildx version",
      "buildx inspect",
      "buildx bake",
      "buildx bake",
    ]);
  });

  it.each<[string, string[], object]>([
    [
      "--builder, before all others",
      ["--builder", "farm1"],
      { env: droneEnv({ BUILDX_BUILDER: "no" }), config: '"builder":"no"' },
    ],
    ["BUILDX_BUILDER, before the config", [], { env: droneEnv({ BUILDX_BUILDER: "farm1" }), config: '"builder":"no"' }],
    ["the config", [], { env: droneEnv(), config: '"builder":"farm1"' }],
  ])("is named by %s", async (_, argv, options) => {
    const { run, docker } = await agent("farm1", createRegistry(), options);
    expect(await run(argv)).toMatchObject({ code: 0 });
    expect(docker.commands).toContain("docker buildx inspect farm1");
    expect(
      docker.commands.filter((line) => line.includes("buildx bake")).every((line) => line.includes("--builder=farm1")),
    ).toBe(true);
  });

  it.each(["current", "defaults/1bee4168cbb990403eca"])("is found where it is selected: %s", async (file) => {
    const selected = {
      [`config/buildx/${file}`]: '{"Key":"unix:///var/run/docker.sock","Name":"farm1","Global":false}',
    };
    const { run, docker, cwd, files } = await agent("default", createRegistry(), { env: droneEnv() });
    for (const [name, text] of Object.entries(selected)) await files.write(`${cwd}/${name}`, text);
    await run([], { DOCKER_CONFIG: `${cwd}/config` });
    expect(docker.commands).toContain("docker buildx inspect");
  });

  it("has a base built once, and its layers sent once, by whichever agent comes first", async () => {
    const registry = createRegistry();
    for (const [name, target] of [
      ["farm1", "base"],
      ["farm1", "app1"],
      ["farm2", "app2"],
    ] as const)
      expect(await (await agent(name, registry)).run([target])).toMatchObject({ code: 0 });
    const layers = (of: string) => registry.image(of, tag)!.layers;
    for (const app of [app1, app2]) expect(layers(app).slice(0, -1)).toEqual(layers(base));
    const sent = registry.transfers.uploads.map(({ digest }) => digest);
    expect(sent.filter((digest, at) => sent.indexOf(digest) !== at)).toEqual([]);
  });

  it("sends the layers all the same where the registry does not mount them", async () => {
    const registry = createRegistry({
      beforeRequest: ({ path, query }) =>
        path.endsWith("/uploads/") && query.has("mount") ? { status: 403, body: "{}" } : undefined,
    });
    const { run, standing } = await agent("farm1", registry);
    expect([(await run([])).code, standing()]).toEqual([0, true]);
  });

  it("builds a base that is nowhere before what is asked for, and has it found by the next", async () => {
    const registry = createRegistry();
    const first = await agent("farm1", registry);
    expect(await first.run(["app1"])).toMatchObject({ code: 0 });
    const second = await agent("farm2", registry);
    expect(await second.run(["app2"])).toMatchObject({ code: 0 });
    expect(second.asked("docker buildx bake")).toHaveLength(1);
    expect(second.standing()).toBe(true);
  });

  it("finds what is up when it is run again, and what the engine's own has published", async () => {
    const registry = createRegistry();
    const engine = await example({ registry });
    await engine.run([], pushOf(41));
    const farm = await agent("farm1", registry);
    for (const number of [42, 42, 43]) expect(await farm.run([], pushOf(number))).toMatchObject({ code: 0 });
    expect(digestsIn(registry, buildTag(43))).toEqual(digestsIn(registry, buildTag(41)));
    expect(farm.asked("docker buildx bake")).toEqual([]);
    await (await example({ registry })).run([], pushOf(44));
    expect(digestsIn(registry, "latest")).toEqual(digestsIn(registry, buildTag(41)));
  });

  it("publishes in all repositories of a target", async () => {
    const targets = { base: [base, "r.io/mirror/base"], app1, app2: [app2, "other.io/p/app2"] };
    const { run, registry, standing } = await agent("farm1", createRegistry(), { targets });
    expect([(await run([])).code, standing()]).toEqual([0, true]);
    expect(registry.digest("r.io/mirror/base", tag)).toBe(registry.digest(base, tag));
    expect(registry.digest("other.io/p/app2", "latest")).toBe(registry.digest(app2, tag));
  });

  it("takes the base of another agent that has published it meanwhile", async () => {
    const registry = createRegistry();
    const [first, second] = [await agent("farm1", registry), await agent("farm2", registry)];
    let met = false;
    second.docker.fault(async (_, line) => {
      if (met || !line.includes("buildx bake")) return undefined;
      met = true;
      await first.run(["app1"]);
      return undefined;
    });
    const ended = await second.run(["app2"]);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.err).toContain("another host has published");
    expect([second.standing(), first.asked("docker buildx bake").length]).toEqual([true, 2]);
  });

  it("fails where another agent's base comes after apps were built on its own", async () => {
    const registry = createRegistry();
    const { run, docker } = await agent("farm1", registry);
    let bakes = 0;
    docker.fault((_, line) => {
      if (line.includes("buildx bake") && ++bakes === 2)
        registry.putImage(base, tag, { labels: {}, layers: ["sha256:other"] });
      return undefined;
    });
    const ended = await run(["--json"]);
    expect(ended.code).toBe(1);
    expect(failuresIn(ended.json())).toMatchObject([{ code: "other-image", target: "base" }]);
    expect(registry.tags(app1)).not.toContain("latest");
  });

  it("gives nothing a name that does not stand on its base", async () => {
    const registry = createRegistry();
    const { run, docker } = await agent("farm1", registry);
    docker.fault((command, line) => {
      if (!line.includes("buildx bake") || !command.stdin!.includes('"app1"')) return undefined;
      // Whatever the builder does: here it was given another image.
      const stdin = command.stdin!.replaceAll(
        /docker-image:\/\/[^"]+/g,
        "docker-image://docker.io/library/python:3.8-slim",
      );
      Object.assign(command, { stdin });
      return undefined;
    });
    const ended = await run(["--json"]);
    expect(failuresIn(ended.json()).map(({ code }) => code)).toEqual(["wrong-base", "wrong-base"]);
    expect([registry.tags(app1), registry.tags(app2)]).toEqual([[], []]);
  });

  it.each<[string, string[], Record<string, string>]>([
    ["of a pull request", [], pullRequest],
    ["with --no-push", ["--no-push"], droneEnv()],
  ])("builds all together, keeps nothing and says so: %s", async (_, argv, env) => {
    const { run, docker, registry, asked } = await agent("farm1", createRegistry(), {
      env: { ...env, BUILDX_BUILDER: "farm1" },
    });
    const ended = await run(argv);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.err).toContain("no image of base, app1, app2 is kept");
    expect([
      asked("docker buildx bake").length,
      docker.images(),
      repositories.flatMap((one) => registry.tags(one)),
    ]).toEqual([1, [], []]);
  });

  it("builds what a target needs along, where nothing is published", async () => {
    const { run, asked } = await agent("farm1", createRegistry(), { env: { ...pullRequest, BUILDX_BUILDER: "farm1" } });
    expect(await run(["app1"])).toMatchObject({ code: 0 });
    expect(asked("docker buildx bake")).toHaveLength(1);
  });

  it("brings the images to the host with --load, where push finds them", async () => {
    const mirror = "other.io/p/app2";
    const targets = { base, app1, app2: [app2, mirror] };
    const { run, docker, registry, standing } = await agent("farm1", createRegistry(), { targets });
    expect(await run(["build", "--load"])).toMatchObject({ code: 0 });
    expect(
      docker
        .images()
        .flatMap(({ names }) => names)
        .toSorted(),
    ).toEqual([mirror, ...repositories].map((one) => `${one}:${tag}`).toSorted());
    expect(repositories.flatMap((one) => registry.tags(one))).toEqual([]);
    expect(await run(["push"])).toMatchObject({ code: 0 });
    expect([standing(), standing("latest")]).toEqual([true, true]);
    expect(registry.digest(mirror, "latest")).toBe(registry.digest(app2, tag));
  });
});

describe("what a builder cannot do is said before anything is built", () => {
  const targets = { base: { repo: false }, app1, app2 };

  it("a base that is published nowhere", async () => {
    const { run, asked } = await agent("farm1", createRegistry(), { targets });
    const ended = await run([]);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.err).toMatch(/targets\.base\.repo: is false, and app1 stands on it[^]*builds: <repository>/);
    expect(asked("docker buildx bake")).toEqual([]);
  });

  it("but not one that has a place by builds:, where it is built once", async () => {
    const registry = createRegistry();
    const options = { targets, config: '"builds":"r.io/p/builds/{{target}}"' };
    for (const [name, target] of [
      ["farm1", "app1"],
      ["farm2", "app2"],
    ] as const)
      expect(await (await agent(name, registry, options)).run([target])).toMatchObject({ code: 0 });
    const layers = (of: string, at: string) => registry.image(of, at)!.layers;
    const below = layers("r.io/p/builds/base", tag);
    for (const app of [app1, app2]) expect(layers(app, "latest").slice(0, -1)).toEqual(below);
  });

  it("but a base that is published nowhere is no fault where nothing is published", async () => {
    const { run } = await agent("farm1", createRegistry(), {
      targets,
      env: { ...pullRequest, BUILDX_BUILDER: "farm1" },
    });
    expect(await run([])).toMatchObject({ code: 0 });
  });

  it.each<[string, Parameters<typeof example>[0], string[], RegExp]>([
    ["a builder that there is not", {}, ["--builder", "frm1"], /buildx has no builder frm1[^]*did you mean "farm1"/],
    ["no name of a builder", {}, ["--builder=-x"], /--builder: is not the name of a builder/],
    [
      "a BuildKit that does not answer",
      { builders: new Map([["farm1", farmBuilder({ status: "inactive" })]]) },
      [],
      /builder farm1 cannot be reached at tcp:\/\/buildkitd:1234/,
    ],
    [
      "several platforms on a host",
      { targets: { app: { repo: app1, target: "app1", platforms: ["linux/amd64", "linux/arm64"] } } },
      ["--load"],
      /--load cannot bring an image of several platforms/,
    ],
  ])("%s", async (_, options, argv, expected) => {
    const { run, asked } = await agent("farm1", createRegistry(), options);
    const ended = await run(argv);
    expect(ended.code).not.toBe(0);
    expect(ended.err).toMatch(expected);
    expect(asked("docker buildx bake")).toEqual([]);
  });

  it("a registry that does not let us look, as images are named and proved there", async () => {
    const registry = createRegistry({
      beforeRequest: ({ path }) => (path.startsWith("/v2/p/") ? { status: 403, body: "{}" } : undefined),
    });
    const { run, asked } = await agent("farm1", registry);
    expect(await run([])).toMatchObject({ code: 1 });
    expect(asked("docker buildx bake")).toEqual([]);
  });

  it("podman, which has no buildx of Docker's", async () => {
    const { run, docker } = await example();
    const ended = { exitCode: 125, stderr: "Error: unrecognized command `podman buildx version`" };
    docker.fault((_, line) => (line === "docker buildx version" ? ended : undefined));
    expect((await run([])).err).toContain("podman is not supported");
  });

  it("podman, which fails at a template", async () => {
    const { run, docker } = await example({ engine: "legacy" });
    docker.fault((_, line) => {
      if (line.startsWith("docker version"))
        return {
          exitCode: 125,
          stderr: 'Error: template: version:1:28: executing "version" at <.Server.Version>: nil pointer',
        };
      return line === "docker --version" ? { stdout: "podman version 5.4.2\n" } : undefined;
    });
    expect((await run([])).err).toContain("podman is not supported");
  });
});

describe("a dry run for such a builder", () => {
  it("shows what a run does, by the name alone", async () => {
    const { run, docker } = await agent("farm1");
    const { out } = await run(["--dry-run"]);
    expect(out).toContain("--builder=farm1");
    expect(out).toContain("type=image,name=r.io/p/base,push-by-digest=true,push=true");
    expect(out).toMatch(
      /imagetools create --prefer-index=false --tag=r\.io\/p\/base:\S+ r\.io\/p\/base@"\$\{DIGEST_base\}"/,
    );
    expect(docker.commands).toEqual([]);
  });
});
