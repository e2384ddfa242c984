import { describe, expect, it } from "vitest";
import type { Engine } from "../support/docker/docker.ts";
import { atFirst, buildTag, example, repositories } from "../support/docker/example.ts";
import { droneEnv } from "../support/project.ts";
import { createRegistry } from "../support/registry/in-memory.js";

const engines: Engine[] = ["modern", "containerd", "legacy"];
const [base = "", app1 = "", app2 = ""] = repositories;
const own = buildTag(42);
const none = [null, null, null];
const builds = [[own], [own], [own]];
const published = builds.map((tags) => ["latest", ...tags]);
const bakes = /^docker (?:buildx bake|build) /;

/** The labels that an image of build 42 has of this target. */
const labelsOf = (target: string, changes: Record<string, string> = {}) => ({
  "multistage-build.build-tag": own,
  "multistage-build.build-number": "42",
  "multistage-build.repository": "octocat/hello-world",
  "multistage-build.target": target,
  "org.opencontainers.image.revision": "860c1904a1ce19322e91ac35af1ab07466440c37",
  ...changes,
});
/** A registry that answers some requests in its own way. */
type Faults = NonNullable<NonNullable<Parameters<typeof createRegistry>[0]>["beforeRequest"]>;
const faulty = (beforeRequest: Faults) => createRegistry({ beforeRequest });

describe.each(engines)("build: %s", (engine) => {
  it("a refused login ends it before anything is built", async () => {
    const registry = createRegistry({ accounts: { "r.io": { username: "me", password: "secret" } } });
    const config = '"registries":{"r.io":{"username":"USER_NAME","password":"PASS_WORD"}}';
    const env = droneEnv({ USER_NAME: "me", PASS_WORD: "wrong" });
    const { run, asked, tags, docker } = await example({
      engine,
      registry,
      config,
      env,
      loginEnv: ["USER_NAME", "PASS_WORD"],
    });
    const ran = await run(["build", "--json", "--metadata-file", "run.json"]);
    expect([ran.code, tags(), asked("docker push")]).toEqual([1, [[], [], []], []]);
    expect(docker.commands.filter((line) => bakes.test(line))).toEqual([]);
    expect(ran.json()).toMatchObject({ error: { code: "run-failed", failures: [{ code: "unauthorized" }] } });
  });

  it("a login is good for all that follows, and no password is left", async () => {
    const registry = createRegistry({ accounts: { "r.io": { username: "me", password: "secret" } } });
    const config = '"registries":{"r.io":{"username":"USER_NAME","password":"PASS_WORD"}}';
    const env = droneEnv({ USER_NAME: "me", PASS_WORD: "secret" });
    const options = { engine, registry, config, env, loginEnv: ["USER_NAME", "PASS_WORD"] };
    const { run, tags, files, cwd, docker } = await example(options);
    expect((await run(["build", "--verbose"])).code).toBe(0);
    expect([tags(), await files.exists(`${cwd}/.tmp-multistage-build-1`)]).toEqual([published, false]);
    expect(docker.commands.join("\n")).not.toContain("secret");
  });

  it("an unreadable registry is written to all the same, but no tag moves", async () => {
    const registry = faulty(({ method, headers, path }) =>
      method !== "PUT" && path.includes("/manifests/") && String(headers["accept"] ?? "").includes("index")
        ? { status: 403 }
        : undefined,
    );
    const { run, tags, standing } = await example({ engine, registry });
    const ran = await run(["build", "--json"]);
    expect([ran.code, tags(), standing()]).toEqual([1, builds, true]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "undecided" }, {}, {}] } });
    expect((await run(["build", "--force"])).code).toBe(0);
    expect(tags()).toEqual(published);
  });

  it("what is up already is not built again", async () => {
    const registry = createRegistry();
    await (await example({ engine, registry })).run(["build"]);
    const before = repositories.map((repository) => registry.digest(repository, own));
    const { run, docker, tags } = await example({ engine, registry });
    expect((await run(["build"])).code).toBe(0);
    expect(docker.commands.filter((line) => bakes.test(line) || / (?:push|pull) /.test(line))).toEqual([]);
    expect([repositories.map((repository) => registry.digest(repository, own)), tags()]).toEqual([before, published]);
  });

  it.each([
    ["somebody else's", {}],
    ["another build's", labelsOf("app1", { "multistage-build.build-tag": "dev-860c1904a1ce-42" })],
    ["another target's", labelsOf("app2")],
    ["another source's", labelsOf("app1", { "multistage-build.repository": "octocat/other" })],
    ["another commit's", labelsOf("app1", { "org.opencontainers.image.revision": "f".repeat(40) })],
  ])("%s image under an app's build tag ends it before anything is built", async (_, labels) => {
    const { run, registry, docker, tags } = await example({ engine });
    const digest = registry.putImage(app1, own, { labels, layers: ["x"] });
    const ran = await run(["build", "--json"]);
    expect([ran.code, tags(), registry.digest(app1, own)]).toEqual([1, [[], [own], []], digest]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "foreign-image", target: "app1" }] } });
    expect(docker.commands.filter((line) => bakes.test(line))).toEqual([]);
  });

  it("what is up in one of two repositories only is copied to the other", async () => {
    const targets = { base, app1: [app1, "mirror.io/p/app1"], app2 };
    const registry = createRegistry();
    await (await example({ engine, registry })).run(["build"]);
    const { run, docker } = await example({ engine, registry, targets });
    expect((await run(["build"])).code).toBe(0);
    for (const tag of [own, "latest"])
      expect(registry.digest("mirror.io/p/app1", tag)).toBe(registry.digest(app1, own));
    expect(docker.commands.filter((line) => bakes.test(line))).toEqual([]);
  });

  it("two different images under one build tag end it", async () => {
    const targets = { base, app1: [app1, "mirror.io/p/app1"], app2 };
    const { run, registry, builds: at } = await example({ engine, targets });
    registry.putImage(app1, own, { labels: labelsOf("app1"), layers: ["one"] });
    registry.putImage("mirror.io/p/app1", own, { labels: labelsOf("app1"), layers: ["other"] });
    const ran = await run(["build", "--json"]);
    expect([ran.code, at("latest")]).toEqual([1, none]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "other-image", target: "app1" }] } });
  });

  it("what is up but does not stand on the base that is up ends it", async () => {
    const { run, registry, tags } = await example({ engine });
    registry.putImage(base, own, { labels: labelsOf("base"), layers: ["a", "b"] });
    registry.putImage(app1, own, { labels: labelsOf("app1"), layers: ["a", "x", "c"] });
    const ran = await run(["build", "--json"]);
    expect([ran.code, tags()]).toEqual([1, [[own], [own], []]]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "wrong-base", target: "app1" }] } });
  });

  it("an app that is up without its base does not get a tag beside a base that it does not stand on", async () => {
    const { run, registry, standing, builds: at } = await example({ engine });
    registry.putImage(app1, own, { labels: labelsOf("app1"), layers: ["a", "b", "c"] });
    const ran = await run(["build"]);
    expect(ran.code === 0 ? standing() : at("latest").every((build) => build === null), ran.err).toBe(true);
  });

  it("a base that fails ends it before anything is built on it", async () => {
    const dockerfile = "FROM python:3.8-slim AS base\nRUN exit 3\nFROM base AS app1\nRUN a\nFROM base AS app2\nRUN b\n";
    for (const argv of [["build"], ["build", "--no-push"], ["build", "app1"]]) {
      const { run, docker, tags } = await example({ engine, dockerfile });
      expect((await run(argv)).code).toBe(1);
      expect(tags()).toEqual([[], [], []]);
      expect(docker.commands.filter((line) => bakes.test(line))).toHaveLength(1);
    }
  });

  it("one of two apps that fails moves no tag", async () => {
    const dockerfile = "FROM python:3.8-slim AS base\nRUN x\nFROM base AS app1\nRUN a\nFROM base AS app2\nRUN exit 3\n";
    const { run, builds: at } = await example({ engine, dockerfile });
    const ran = await run(["build", "--json"]);
    expect([ran.code, at("latest")]).toEqual([1, none]);
    const { targets } = ran.json() as { targets: { name: string; status: string }[] };
    expect(targets.find(({ name }) => name === "app2")?.status).toBe("failed");
  });

  it.each([
    ["refused", 403],
    ["broken for good", 501],
  ])("one push of three that is %s moves no tag", async (_, status) => {
    const registry = faulty(({ method, path }) =>
      method === "PUT" && path.includes("/app2/") ? { status } : undefined,
    );
    const { run, builds: at, tags } = await example({ engine, registry });
    expect((await run(["build"])).code).toBe(1);
    expect([at("latest"), tags()[2]]).toEqual([none, []]);
  });

  it("a push that is refused for a while is tried again, and nothing is built anew", async () => {
    let busy = 2;
    const registry = faulty(({ method, path }) =>
      method === "PUT" && path.includes("/app2/manifests/master") && busy-- > 0 ? { status: 503 } : undefined,
    );
    const { run, tags, standing } = await example({ engine, registry });
    expect((await run(["build"])).code).toBe(0);
    expect([tags(), standing()]).toEqual([published, true]);
  });

  it("images that do not stand on their base are not given the moving tags", async () => {
    const { run, builds: at, docker } = await example({ engine });
    atFirst(docker, `docker image inspect ${base}:${own} ${app1}:${own}`, () => {
      const { labels } = docker.images().find(({ names }) => names.includes(`${base}:${own}`))!;
      docker.load(`${base}:${own}`, { labels, layers: ["other"] });
      return undefined;
    });
    const ran = await run(["build", "--json"]);
    expect([ran.code, at("latest")]).toEqual([1, none]);
    expect(JSON.stringify(ran.json())).toContain("wrong-base");
  });

  it("an image that nobody can find is not taken for proved", async () => {
    const { run, builds: at, docker } = await example({ engine });
    atFirst(docker, `docker image inspect ${base}:${own} ${app1}:${own}`, () => ({
      stdout: "[]",
      stderr: "No such image",
      exitCode: 1,
    }));
    expect((await run(["build"])).code).toBe(1);
    expect(at("latest")).toEqual(none);
  });
});

describe.each(engines)("the base of an earlier step: %s", (engine) => {
  it("on this host is used", async () => {
    const { run, docker, standing } = await example({ engine });
    await run(["build", "base"]);
    const id = docker.images().find(({ names }) => names.includes(`${base}:${own}`))?.id;
    expect((await run(["build", "app1"])).code).toBe(0);
    expect((await run(["build", "app2"])).code).toBe(0);
    expect(docker.images().find(({ names }) => names.includes(`${base}:${own}`))?.id).toBe(id);
    expect([standing(), docker.commands.filter((line) => line.startsWith("docker pull"))]).toEqual([true, []]);
  });

  it("in the registry is pulled", async () => {
    const registry = createRegistry();
    await (await example({ engine, registry })).run(["build", "base", "app1"]);
    const { run, asked, standing } = await example({ engine, registry });
    expect((await run(["build", "app2"])).code).toBe(0);
    expect([asked("docker pull"), standing()]).toEqual([[`docker pull ${base}:${own}`], true]);
  });

  it("that is nowhere is built, and published before anything stands on it", async () => {
    const { run, tags, docker } = await example({ engine });
    expect((await run(["build", "app1"])).code).toBe(0);
    expect(tags()).toEqual([[own], ["latest", own], []]);
    const work = docker.commands.filter((line) => bakes.test(line) || line.startsWith("docker push"));
    expect(work[1]).toBe(`docker push ${base}:${own}`);
  });

  it("that differs between host and registry is the registry's", async () => {
    const registry = createRegistry();
    const late = await example({ engine, registry });
    await late.run(["build", "base", "--no-push"]);
    await (await example({ engine, registry })).run(["build", "base", "app2"]);
    const digest = registry.digest(base, own);
    const ran = await late.run(["build", "app1"]);
    expect([registry.digest(base, own), late.asked("docker pull")]).toEqual([digest, [`docker pull ${base}:${own}`]]);
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

describe("a pull request", () => {
  const env = droneEnv({
    DRONE_BUILD_EVENT: "pull_request",
    DRONE_COMMIT_REF: "refs/pull/17/head",
    DRONE_PULL_REQUEST: "17",
  });

  it.each(engines)("writes nothing, and logs in nowhere: %s", async (engine) => {
    const config = '"registries":{"r.io":{"username":"USER_NAME","password":"PASS_WORD"}}';
    const { run, registry, asked } = await example({ engine, env, config });
    expect((await run(["build"])).code).toBe(0);
    expect((await run(["build", "app1"])).code).toBe(0);
    expect(registry.requests.filter(({ method }) => !["GET", "HEAD"].includes(method))).toEqual([]);
    expect([asked("docker login"), asked("docker push")]).toEqual([[], []]);
  });

  it.each([401, 403, 404])("builds a base that it may not see (%d)", async (status) => {
    const registry = faulty(({ host }) => (host === "r.io" ? { status } : undefined));
    const { run } = await example({ registry, env });
    const ran = await run(["build", "app1"]);
    expect(ran.code, ran.err).toBe(0);
  });

  it("does not build a base that a broken registry may have", async () => {
    const registry = faulty(({ host }) => (host === "r.io" ? { status: 500 } : undefined));
    const { run, docker } = await example({ registry, env });
    expect((await run(["build", "app1"])).code).toBe(1);
    expect(docker.commands.filter((line) => bakes.test(line))).toEqual([]);
  });
});

it.each(engines)("--no-push writes nothing: %s", async (engine) => {
  const { run, registry } = await example({ engine });
  expect((await run(["build", "--no-push"])).code).toBe(0);
  expect(registry.requests.filter(({ method, host }) => host === "r.io" && !["GET", "HEAD"].includes(method))).toEqual(
    [],
  );
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
    expect([asked("docker pull"), late.registry.image(base, own)?.layers]).toEqual([
      [`docker pull ${base}:${own}`],
      late.base(),
    ]);
    // The builder of 20.10 cannot be given a base, and uses what its own cache holds: the proof finds that.
    if (engine === "legacy") expect([ran.code, late.builds("latest")]).toEqual([1, ["42", null, null]]);
    else expect([ran.code, standing(), tags()]).toEqual([0, true, published]);
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

  it("a base that was taken over in the first of two repositories is the same in the second, or the run fails", async () => {
    const { run, registry } = await lateForBase(engine, { base: [base, "mirror.io/p/base"], app1, app2 });
    const ran = await run(["build"]);
    const same = registry.digest("mirror.io/p/base", own) === registry.digest(base, own);
    expect([ran.code, same]).toEqual(engine === "legacy" ? [1, same] : [0, true]);
  });
});

describe("an interruption", () => {
  it.each([
    ["asking for buildx", "docker buildx version"],
    ["building", "docker buildx bake"],
    ["publishing the base", `docker push ${base}`],
    ["looking at images", `docker image inspect ${base}:${own} ${app1}:${own}`],
  ])("while %s ends with 143, one document and nothing moved", async (_, start) => {
    const controller = new AbortController();
    const { run, docker, builds: at, files, cwd } = await example({ signal: controller.signal });
    docker.fault((_command, line) => {
      if (!line.startsWith(start)) return undefined;
      setImmediate(() => controller.abort("SIGTERM"));
      return "hang";
    });
    const ran = await run(["build", "--json", "--metadata-file", "run.json"]);
    expect([ran.code, at("latest")]).toEqual([143, none]);
    expect(ran.json()).toMatchObject({ error: { code: "interrupted" } });
    expect(JSON.parse((await files.read(`${cwd}/run.json`))!)).toEqual(ran.json());
  });
});

it("a build without docker says so", async () => {
  const { run, docker } = await example();
  docker.fault(() => ({ exitCode: 127, missing: true }));
  const ran = await run(["build", "--json"]);
  expect(ran.json()).toMatchObject({ error: { failures: [{ code: "no-docker" }] } });
});

it("--builder buildx is not taken for another where there is no buildx", async () => {
  const { run, docker } = await example({ engine: "legacy" });
  const ran = await run(["build", "--builder", "buildx", "--json"]);
  expect([ran.code, docker.commands]).toEqual([1, ["docker buildx version"]]);
  expect(ran.json()).toMatchObject({ error: { failures: [{ code: "no-buildx" }] } });
});

it("--as is not taken for the build that it pretends, unless it is said", async () => {
  const { run, docker } = await example();
  expect([(await run(["build", "--as", "push:master"])).code, docker.commands]).toEqual([2, []]);
});

it("on a laptop nothing is published, and what is needed is built along", async () => {
  const { run, registry, docker } = await example({ env: {} });
  const ran = await run(["build", "app1"]);
  expect(ran.code, ran.err).toBe(0);
  expect(registry.requests.filter(({ host }) => host === "r.io")).toEqual([]);
  expect(docker.images().flatMap(({ names }) => names)).toHaveLength(2);
});

it.each<[string, string[], Record<string, string>, number]>([
  ["a build", ["build"], {}, 0],
  ["a build that fails", ["build"], { Dockerfile: "FROM python:3.8-slim AS base\nRUN exit 3\n" }, 1],
  ["a push of what is not here", ["push"], {}, 1],
])("%s ends with one JSON document, which is in the metadata file, too", async (_, argv, changes, code) => {
  const dockerfile = changes["Dockerfile"];
  const targets = { base };
  const { run, files, cwd } = await example({
    targets,
    dockerfile: dockerfile ?? "FROM python:3.8-slim AS base\nRUN x\n",
  });
  const ran = await run([...argv, "--json", "--metadata-file", "run.json"]);
  expect(ran.code).toBe(code);
  expect(JSON.parse((await files.read(`${cwd}/run.json`))!)).toEqual(ran.json());
});
