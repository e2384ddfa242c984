import { describe, expect, it } from "vitest";
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
import { droneEnv } from "../support/project.ts";
import { createRegistry } from "../support/registry/in-memory.js";

const [base = "", app1 = "", app2 = ""] = repositories;
const own = buildTag(42);
const none = [null, null, null];
const builds = [[own], [own], [own]];
const published = repositories.map(() => ["latest", own]);

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
    const registry = faulty((request) => (isOurs(request) && request.method !== "PUT" ? { status: 403 } : undefined));
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
    expect(docker.commands.filter((line) => bakes.test(line) || / (?:push|pull) r\.io/.test(line))).toEqual([]);
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

  it.each(["pull", "tag", "push"])("what cannot be copied to the other ends it: %s", async (verb) => {
    const targets = { base, app1: [app1, "mirror.io/p/app1"], app2 };
    const registry = createRegistry();
    await (await example({ engine, registry })).run(["build"]);
    const { run, docker } = await example({ engine, registry, targets });
    docker.fault((_, line) => (line.startsWith(`docker ${verb}`) ? { exitCode: 1, stderr: "denied" } : undefined));
    const ran = await run(["build", "--json"]);
    expect([ran.code, registry.tags("mirror.io/p/app1")]).toEqual([1, []]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "unauthorized", target: "app1" }] } });
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
      const { labels } = docker.images().find(({ names }) => names.includes(`${app1}:${own}`))!;
      docker.load(`${app1}:${own}`, { labels, layers: ["other"] });
      return undefined;
    });
    const ran = await run(["build", "--json"]);
    expect([ran.code, at("latest")]).toEqual([1, none]);
    expect(JSON.stringify(ran.json())).toContain("wrong-base");
  });

  it("a base is what is up, whatever its name on the host becomes in the end", async () => {
    const { run, docker, standing, tags } = await example({ engine });
    atFirst(docker, `docker image inspect ${base}:${own} ${app1}:${own}`, () => {
      docker.load(`${base}:${own}`, { labels: {}, layers: ["other"] });
      return undefined;
    });
    expect((await run(["build"])).code).toBe(0);
    expect([tags(), standing("latest")]).toEqual([published, true]);
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
