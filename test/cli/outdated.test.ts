import { describe, expect, it } from "vitest";
import { example, faulty, isOurs, repositories } from "../support/docker/example.ts";
import { createRegistry } from "../support/registry/in-memory.js";
import { droneEnv } from "../support/project.ts";

const [base = "", app1 = "", app2 = ""] = repositories;
const os = "docker.io/library/python";

interface Listed {
  outdated: boolean;
  targets: { name: string; image: string; base: string | null; recorded: string | null; state: string; why: string }[];
}

/** The project's images are up, built on what `pull` has found. */
async function up(options: Parameters<typeof example>[0] = {}) {
  const made = await example({ config: '"pull":true', ...options });
  expect(await made.run([])).toMatchObject({ code: 0 });
  const commands = made.docker.commands.length;
  /** What is listed; no docker has run for it. */
  const listed = async (argv: string[] = [], env = {}) => {
    const ran = await made.run(["outdated", "--json", ...argv], env);
    expect(made.docker.commands.slice(commands)).toEqual([]);
    const { outdated, targets } = ran.json() as Listed;
    return { code: ran.code, outdated, targets, states: targets.map(({ state }) => state), err: ran.err };
  };
  return { ...made, listed };
}

describe("outdated", () => {
  it("has nothing to say of images whose bases are what they were", async () => {
    const { listed, run, registry } = await up();
    const { targets, ...rest } = await listed();
    expect(rest).toMatchObject({ code: 0, outdated: false, states: ["current", "current", "current"], err: "" });
    expect(targets[0]).toMatchObject({ base: "python:3.8-slim", recorded: registry.digest(os, "3.8-slim"), why: null });
    expect(targets[1]).toMatchObject({ image: `${app1}:latest`, base: `${base}:latest` });
    expect((await run(["outdated"])).out).toBe(
      [
        "target  image               stands on           state",
        `base    ${base}:latest  python:3.8-slim     current`,
        `app1    ${app1}:latest  ${base}:latest  current`,
        `app2    ${app2}:latest  ${base}:latest  current\n`,
      ].join("\n"),
    );
  });

  it("finds what stands on an image from outside that has moved on", async () => {
    const { listed, registry } = await up();
    registry.putImage(os, "3.8-slim", { labels: {}, layers: ["newer"] });
    const { targets, ...rest } = await listed();
    expect(rest).toMatchObject({ code: 3, outdated: true, states: ["outdated", "current", "current"] });
    expect(targets[0]?.why).toBe("python:3.8-slim has moved on");
    // Of the apps nothing is outdated, and so it is said.
    expect(await listed(["app1"])).toMatchObject({ code: 0, states: ["current"] });
  });

  it("finds what stands on a base of our own that has been published anew", async () => {
    const { run } = await up();
    await run(["build", "base", "app1", "--no-cache"], droneEnv({ DRONE_BUILD_NUMBER: "43" }));
    const ran = await run(["outdated", "--json"]);
    expect([ran.code, (ran.json() as Listed).targets.map(({ state }) => state)]).toEqual([
      3,
      ["current", "current", "outdated"],
    ]);
  });

  it.each([
    ["in its own repository", '"pull":true', base],
    ["in one for build tags", '"pull":true,"builds":"r.io/ci/{{target}}"', base],
    ["in one for build tags alone", '"pull":true,"builds":"r.io/ci/{{target}}"', { repo: false }],
  ])("finds what stands on a base of our own that was made in parts, %s", async (_, config, to) => {
    const platforms = ["linux/amd64", "linux/arm64"];
    const registry = createRegistry();
    const agent = () =>
      example({
        registry,
        targets: { base: to, app1, app2 },
        config: `${config},"defaults":{"platforms":${JSON.stringify(platforms)}}`,
      });
    const states = async () => {
      const { targets } = (await (await agent()).run(["outdated", "app1", "app2", "--json"])).json() as Listed;
      return targets.map(({ name, state }) => [name, state]);
    };
    const build = async (number: string, argv: string[]) => {
      for (const platform of platforms) {
        const ended = await (
          await agent()
        ).run([...argv, "--platform", platform], droneEnv({ DRONE_BUILD_NUMBER: number }));
        expect(ended, ended.err).toMatchObject({ code: 0 });
      }
    };
    await build("42", ["build"]);
    expect(await states()).toEqual([
      ["app1", "current"],
      ["app2", "current"],
    ]);
    await build("43", ["build", "base", "app1", "--no-cache"]);
    expect(await states()).toEqual([
      ["app1", "current"],
      ["app2", "outdated"],
    ]);
  });

  it("knows an image of several platforms by its parts, though these have attestations", async () => {
    const { run, registry } = await example({ config: '"defaults":{"platforms":["linux/amd64"]}' });
    const image = registry.putImage(base, "inner", { labels: {}, layers: ["base"] });
    const index = async (tag: string, ...more: object[]) => {
      const type = "application/vnd.oci.image.index.v1+json";
      const [own, proof] = ["linux", "unknown"].map((system) => ({
        digest: image,
        platform: { os: system, architecture: "amd64" },
      }));
      const body = JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [own, proof, ...more] });
      const url = `https://r.io/v2/p/base/manifests/${tag}`;
      await registry.handle({ method: "PUT", url, headers: { "content-type": type }, body });
      return registry.digest(base, tag)!;
    };
    const name = `${base}:master-860c1904a1ce-42-linux-amd64`;
    const part = await index(name.split(":")[1]!);
    await index("latest", { digest: image, platform: { os: "linux", architecture: "arm64" } });
    const labels = { "org.opencontainers.image.base.name": name, "org.opencontainers.image.base.digest": part };
    registry.putImage(app1, "latest", { labels, layers: ["base", "app"] });
    const state = async () => ((await run(["outdated", "app1", "--json"])).json() as Listed).targets[0]?.state;
    expect(await state()).toBe("current");
    registry.putImage(base, "latest", { labels: {}, layers: ["another"] });
    expect(await state()).toBe("outdated");
  });

  it("calls nothing current that does not say what it stands on", async () => {
    const unpinned = await up({ config: '"pull":false' });
    const { states, targets, code } = await unpinned.listed();
    expect([code, states]).toEqual([0, ["unknown", "current", "current"]]);
    expect(targets[0]?.why).toContain("it does not say on which image of that name");
    unpinned.registry.putImage(base, "latest", { labels: {}, layers: ["somebody else's"] });
    expect(await unpinned.listed(["base"])).toMatchObject({
      code: 0,
      targets: [{ why: "it names no image that it stands on" }],
    });
    const { listed } = await up({ targets: { base: false as unknown as string, app1, app2 } });
    expect((await listed()).targets.map(({ why }) => why)).toEqual(
      [app1, app2].map(() => "what it stands on is in no registry"),
    );
    const none = await example();
    const ran = await none.run(["outdated", "--json"]);
    expect([ran.code, (ran.json() as Listed).targets.map(({ why }) => why)]).toEqual([
      0,
      repositories.map(() => "it is not in the registry"),
    ]);
  });

  it("takes an image that a digest pins for what it is", async () => {
    const probe = await up();
    const pinned = `python@${probe.registry.digest(os, "3.8-slim")}`;
    const { registry } = probe;
    registry.putImage(base, "latest", { labels: { "org.opencontainers.image.base.name": pinned }, layers: ["a"] });
    registry.putImage(os, "3.8-slim", { labels: {}, layers: ["newer"] });
    expect(await probe.listed(["base"])).toMatchObject({ code: 0, targets: [{ state: "current", base: pinned }] });
  });

  it.each([
    ["of an image", "/p/app1/manifests/latest", ["current", "unknown", "current"]],
    ["of a base", "/library/python/manifests/3.8-slim", ["unknown", "current", "current"]],
  ])("ends with 1 where the registry says nothing %s", async (_, path, states) => {
    let closed = false;
    const registry = faulty((request) =>
      closed && isOurs(request) && request.path.endsWith(path) ? { status: 403 } : undefined,
    );
    const { run } = await up({ registry });
    closed = true;
    const ran = await run(["outdated", "--json"]);
    expect([ran.code, (ran.json() as Listed).targets.map(({ state }) => state)]).toEqual([1, states]);
    expect(ran.json()).toMatchObject({ error: { failures: [{ code: "unauthorized" }] } });
  });

  it("looks at what another build has published with --as", async () => {
    const { listed, registry } = await up();
    registry.putImage(app1, "dev", { labels: {}, layers: ["dev"] });
    const { targets } = await listed(["app1", "--as", "branch:dev"]);
    expect(targets).toMatchObject([{ image: `${app1}:dev`, state: "unknown" }]);
    // A build of whatever kind looks at what the default branch has published.
    const cron = await listed(["app1"], { DRONE_BUILD_EVENT: "cron", DRONE_BUILD_NUMBER: "50" });
    expect(cron.targets).toMatchObject([{ image: `${app1}:latest`, state: "current" }]);
  });

  it("tells targets of one repository apart by their tags' ends", async () => {
    const targets = { base: { repo: base, suffix: "-os" }, app1: { repo: base, suffix: "-app" } };
    const { listed, run } = await up({ targets: targets });
    expect((await listed()).targets.map(({ base: on }) => on)).toEqual(["python:3.8-slim", `${base}:latest-os`]);
    await run(["build", "base", "--no-cache"], droneEnv({ DRONE_BUILD_NUMBER: "43" }));
    expect((await run(["outdated"])).code).toBe(3);
  });

  it.each([
    [["bsae"], 'target: is not in the config (got "bsae")\n    did you mean "base"?'],
    [["base"], "targets.base: is published nowhere, so no registry knows what it stands on"],
  ])("refuses %j", async (argv, message) => {
    const { run } = await example({ targets: { base: false as unknown as string, app1 } });
    const ran = await run(["outdated", ...argv]);
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(message) as string]);
  });

  it("says in a dry run, too, which digest is recorded", async () => {
    const { run } = await example({ config: '"pull":true' });
    const { out } = await run(["build", "base", "--dry-run", "--no-color"]);
    expect(out).toContain('"org.opencontainers.image.base.digest": "${DIGEST_pin_20_python_3a_3_2e_8_2d_slim}"');
  });
});

describe("what outdated cannot tell", () => {
  it("is what no rule gives a moving tag", async () => {
    const { listed } = await up({ targets: { base: { repo: base, tags: [] }, app1 } });
    const { targets, states } = await listed();
    expect(states).toEqual(["unknown", "unknown"]);
    expect(targets.map(({ why }) => why)).toEqual([
      "no rule gives it a moving tag",
      "what it stands on is in no registry",
    ]);
  });

  it("is what stands on an image that is gone", async () => {
    let isGone = false;
    const registry = faulty(({ path }) =>
      isGone && path.includes("library/python")
        ? { status: 404, body: '{"errors":[{"code":"NAME_UNKNOWN"}]}' }
        : undefined,
    );
    const { listed } = await up({ registry });
    isGone = true;
    expect((await listed(["base"])).targets[0]?.why).toBe("python:3.8-slim is not in the registry any more");
  });
});
