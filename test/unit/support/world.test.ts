import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../support/docker/docker.ts";
import { world } from "../../support/docker/world.ts";
import { droneEnv } from "../../support/project.ts";
import { createRegistry } from "../../support/registry/in-memory.js";

const engines: Engine[] = ["modern", "containerd", "legacy"];

/** A base that differs whenever it is built, and two apps on it. */
const project = {
  files: {
    Dockerfile: `FROM python:3.8-slim AS base
RUN head -c 8 /dev/urandom > /base
FROM base AS app1
RUN echo app1 > /app
FROM base AS app2
RUN echo app2 > /app
`,
    "multistage-build.config.yaml": `targets:
  base: r.io/p/base
  app1: r.io/p/app1
  app2: r.io/p/app2
`,
  },
  images: ["python:3.8-slim"],
};
const buildTag = "master-860c1904a1ce-42";
const repositories = ["r.io/p/base", "r.io/p/app1", "r.io/p/app2"];

const published = (registry: { tags: (repository: string) => string[] }) => repositories.map(registry.tags);
/** Without colours. */
const plain = (text: string) => stripVTControlCharacters(text);
const nothing = [[], [], []];
const builds = [[buildTag], [buildTag], [buildTag]];
const everything = builds.map((tags) => ["latest", ...tags]);

/** The images of one build, and whether the apps stand on the base. */
function standing(registry: ReturnType<typeof createRegistry>, tag = buildTag): boolean {
  const [base, ...apps] = repositories.map((repository) => registry.image(repository, tag)?.layers ?? []);
  return base!.length === 2 && apps.every((app) => app.length === 3 && base!.every((layer, at) => app[at] === layer));
}

describe.each(engines)("the whole program on a scripted docker: %s", (engine) => {
  it("builds and publishes, with one digest per image", async () => {
    const { run, registry, docker } = await world({ engine, ...project });
    const ran = await run(["build", "--json"]);
    expect([ran.code, published(registry)]).toEqual([0, everything]);
    expect(standing(registry)).toBe(true);
    for (const repository of repositories) {
      expect(registry.digest(repository, "latest")).toBe(registry.digest(repository, buildTag));
      expect(registry.image(repository, buildTag)?.labels["multistage-build.build-tag"]).toBe(buildTag);
    }
    const { targets } = ran.json() as { targets: { digest: string }[] };
    expect(targets.map(({ digest }) => digest)).toEqual(
      repositories.map((repository) => registry.digest(repository, buildTag)),
    );
    const names = docker.images().flatMap((image) => image.names.filter((name) => name.startsWith("r.io/")));
    expect(names.toSorted()).toEqual(repositories.map((name) => `${name}:${buildTag}`).toSorted());
  });

  it("publishes in a later step what an earlier one has built", async () => {
    const { run, registry, docker } = await world({ engine, ...project });
    expect((await run(["build", "--no-push"])).code).toBe(0);
    expect(published(registry)).toEqual(nothing);
    const before = docker.images().map(({ id }) => id);
    expect((await run(["push"])).code).toBe(0);
    expect([published(registry), standing(registry)]).toEqual([everything, true]);
    expect(docker.images().map(({ id }) => id)).toEqual(before);
  });

  it("removes the images of old builds, but none that is in use", async () => {
    const { run, docker } = await world({ engine, ...project });
    docker.load("r.io/elses/image:1", { labels: { "multistage-build.repository": "octocat/hello-world" } });
    await run(["build", "--no-reuse"]);
    docker.container(`r.io/p/app1:${buildTag}`);
    const next = droneEnv({ DRONE_BUILD_NUMBER: "43" });
    await run(["build", "--no-reuse"], next);
    expect(docker.images().filter(({ names }) => names.some((name) => name.startsWith("r.io/")))).toHaveLength(7);
    expect((await run(["clean", "--keep", "0"], next)).code).toBe(0);
    const names = [...repositories.map((name) => `${name}:${buildTag.replace("42", "43")}`), `r.io/p/app1:${buildTag}`];
    expect(
      docker
        .images()
        .flatMap((image) => image.names.filter((name) => name.startsWith("r.io/")))
        .toSorted(),
    ).toEqual([...names, "r.io/elses/image:1"].toSorted());
  });

  it("stands on the base of an earlier step, from this host or another", async () => {
    const registry = createRegistry();
    const first = await world({ engine, ...project, registry });
    expect((await first.run(["build", "base"])).code).toBe(0);
    expect((await first.run(["build", "app1"])).code).toBe(0);
    const other = await world({ engine, ...project, registry });
    const ran = await other.run(["build", "app2"]);
    expect(other.docker.commands.some((line) => line === `docker pull r.io/p/base:${buildTag}`)).toBe(true);
    // The builder of 20.10 cannot be given a base: there it is the cache in the base's image that makes the difference.
    expect([ran.code, registry.tags("r.io/p/app2"), standing(registry)]).toEqual([0, ["latest", buildTag], true]);
  });

  it("builds anew what was pruned, or on demand", async () => {
    const { run, docker } = await world({ engine, ...project });
    const built = async (...flags: string[]) => {
      expect((await run(["build", "--no-push", ...flags])).code).toBe(0);
      return docker.images().find(({ names }) => names.includes(`r.io/p/base:${buildTag}`))!.id;
    };
    const id = await built();
    expect(await built()).toBe(id);
    const again = await built("--no-cache");
    expect(again).not.toBe(id);
    expect(await built()).toBe(again);
    docker.prune();
    expect(await built()).not.toBe(again);
  });

  it("publishes nothing of a build that fails, and says which command it was", async () => {
    const files = { ...project.files, Dockerfile: `${project.files.Dockerfile}RUN exit 3\n` };
    const { run, registry } = await world({ engine, ...project, files });
    const ran = await run(["build"]);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("Dockerfile:7");
    expect(plain(ran.err)).toContain("error app2: RUN exit 3: exit code 3");
    expect(published(registry).flat()).not.toContain("latest");
  });

  it("fails where an image that is needed is nowhere", async () => {
    const { run } = await world({ engine, files: project.files });
    const ran = await run(["build"]);
    expect([ran.code, ran.err.includes("docker.io/library/python:3.8-slim: not found")]).toEqual([1, true]);
  });

  it("moves no tag where a registry refuses an image", async () => {
    const registry = createRegistry({
      beforeRequest: ({ method, path }) =>
        method === "POST" && path.startsWith("/v2/p/app2/") ? { status: 403 } : undefined,
    });
    const { run } = await world({ engine, ...project, registry });
    expect((await run(["build"])).code).toBe(1);
    expect([registry.tags("r.io/p/app2"), published(registry).flat().includes("latest")]).toEqual([[], false]);
  });

  it("logs in where the config says so, and leaves no password behind", async () => {
    const accounts = { "r.io": { username: "me", password: "correct horse" } };
    const login = "registries:\n  r.io: { username: REGISTRY_USER, password: REGISTRY_PASSWORD }\n";
    const config = project.files["multistage-build.config.yaml"] + login;
    const files = { ...project.files, "multistage-build.config.yaml": config };
    const registry = createRegistry({ accounts });
    const env = droneEnv({ REGISTRY_USER: "me", REGISTRY_PASSWORD: "correct horse" });
    const loginEnv = ["REGISTRY_USER", "REGISTRY_PASSWORD"];
    const { run, docker, files: left, cwd } = await world({ engine, ...project, files, registry, env, loginEnv });
    expect((await run(["build"], { REGISTRY_PASSWORD: "guess" })).code).toBe(1);
    // A docker without buildx is asked first whether it can build at all.
    const asked = docker.commands.filter((line) => !/^docker (?:buildx )?version/.test(line));
    expect(asked).toEqual(["docker login --username me --password-stdin r.io"]);
    expect(published(registry)).toEqual(nothing);
    expect((await run(["build"])).code).toBe(0);
    expect(published(registry)).toEqual(everything);
    expect(docker.commands.join("\n")).not.toContain("correct horse");
    expect(await left.exists(`${cwd}/.tmp-multistage-build-1`)).toBe(false);
  });
});

describe("what a test may do in between", () => {
  it("another host publishes first", async () => {
    const registry = createRegistry();
    const late = await world({ engine: "modern", ...project, registry });
    const early = await world({ engine: "modern", ...project, registry });
    await late.run(["build", "--no-push"]);
    late.docker.fault(async (_, line) => {
      if (line.startsWith("docker image inspect")) await early.run(["build"]);
      return undefined;
    });
    const ran = await late.run(["push"]);
    expect([ran.code, ran.err.includes("is up already, as another image")]).toEqual([1, true]);
  });

  it("another image gets the app's name before the proof", async () => {
    const { run, registry, docker } = await world({ engine: "modern", ...project });
    docker.fault((_, line) => {
      if (line.startsWith("docker image inspect")) {
        const { labels } = docker.images().find(({ names }) => names[0]?.includes("/app1:"))!;
        docker.load(`r.io/p/app1:${buildTag}`, { labels, layers: ["sha256:other"] });
      }
      return undefined;
    });
    const ran = await run(["build"]);
    expect([ran.code, plain(ran.err).includes("error app1: does not stand on base")]).toEqual([1, true]);
    expect(published(registry)).toEqual(builds);
  });

  it("the requests of two hosts come in any order, and every image is one that stands on its base", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const registry = createRegistry({ schedule: () => scheduler.schedule(Promise.resolve()) });
        const hosts = await Promise.all([1, 2].map(() => world({ engine: "modern", ...project, registry })));
        const next = { DRONE_BUILD_NUMBER: "43" };
        const ran = await scheduler.waitFor(
          Promise.all(hosts.map(({ run }, at) => run(["build"], at === 0 ? {} : next))),
        );
        expect(ran.map(({ code }) => code)).toEqual([0, 0]);
        expect([standing(registry, buildTag), standing(registry, buildTag.replace("42", "43"))]).toEqual([true, true]);
      }),
      { numRuns: 10 },
    );
  });

  it("docker ends in another way, or after it has done its work", async () => {
    const { run, registry, docker } = await world({ engine: "modern", ...project });
    docker.fault((_, line) =>
      line.includes("bake") ? { exitCode: 1, stderr: "ERROR: no space left on device" } : undefined,
    );
    const full = await run(["build"]);
    expect([full.code, full.err.includes("no space left on device"), published(registry)]).toEqual([1, true, nothing]);
    let broken = false;
    docker.fault((_, line) => {
      if (broken || !line.includes("bake")) return undefined;
      broken = true;
      return () => ({ exitCode: 1, stderr: "ERROR: read: connection reset by peer" });
    });
    expect((await run(["build"])).code).toBe(0);
    expect([published(registry), standing(registry)]).toEqual([everything, true]);
  });

  it("docker hangs until a signal comes", async () => {
    const controller = new AbortController();
    const { run, registry, docker } = await world({ engine: "modern", ...project, signal: controller.signal });
    docker.fault(() => {
      setImmediate(() => controller.abort("SIGTERM"));
      return "hang";
    });
    expect((await run(["build"])).code).toBe(143);
    expect(published(registry)).toEqual(nothing);
  });
});
