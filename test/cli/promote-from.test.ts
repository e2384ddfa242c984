import { describe, expect, it } from "vitest";
import type { PlanDocument } from "../../src/plan/document.ts";
import { buildTag, example, faulty, isOurs, repositories } from "../support/docker/example.ts";
import { failuresIn, promotion, publishedBy, pushOf } from "../support/docker/promotions.ts";
import { droneEnv } from "../support/project.ts";

const [base = "", app1 = "", app2 = ""] = repositories;

describe("a promotion that cannot be carried out moves no tag:", () => {
  it("an image is missing", async () => {
    const { run, first, digests } = await publishedBy([]);
    await first.run(["build", "base", "app1"], pushOf(40));
    const ran = await run(["--json"], promotion(50, 40));
    expect([ran.code, digests("production")]).toEqual([1, [null, null, null]]);
    const [only, ...others] = failuresIn(ran.json());
    expect([only, others]).toMatchObject([
      {
        code: "missing-image",
        target: "app2",
        message: `${app2}:${buildTag(40)} is not in the registry, so that this build cannot be promoted`,
        hint: expect.stringContaining("promote --from <build>") as string,
      },
      [],
    ]);
  });

  it.each([
    ["41", "missing-image"],
    ["0", "missing-image"],
  ])("nothing of the parent %s is up", async (parent, code) => {
    const { run, digests } = await publishedBy([]);
    const ran = await run(["--json"], promotion(50, Number(parent)));
    expect([ran.code, digests("production")]).toEqual([1, [null, null, null]]);
    expect(failuresIn(ran.json())[0]).toMatchObject({ code });
  });

  it.each([
    ["the registry says nothing of an image", 503, "transient"],
    ["an image may not be read", 403, "unauthorized"],
  ])("%s", async (_, status, code) => {
    const registry = faulty((request) =>
      closed && isOurs(request) && request.path.includes("/app2/manifests/") ? { status } : undefined,
    );
    let closed = false;
    const { run, digests } = await publishedBy([40], { registry });
    closed = true;
    const ran = await run(["--json", "--force"], promotion(50, 40));
    closed = false;
    expect([ran.code, digests("production")]).toEqual([1, [null, null, null]]);
    expect(failuresIn(ran.json())[0]).toMatchObject({ code, target: "app2" });
  });

  it("an image is somebody else's", async () => {
    const { run, registry, digests } = await publishedBy([40]);
    const labels = { "multistage-build.repository": "another/project" };
    registry.putImage(app1, buildTag(40), { labels, layers: ["other"] });
    const ran = await run(["--json"], promotion(50, 40));
    expect([ran.code, digests("production")]).toEqual([1, [null, null, null]]);
    expect(failuresIn(ran.json())[0]).toMatchObject({ code: "foreign-image", target: "app1" });
  });

  it("two repositories hold different images", async () => {
    const targets = { base: [base, "mirror.io/p/base"], app1, app2 };
    const { run, registry, digests } = await publishedBy([40], { targets });
    registry.putImage("mirror.io/p/base", buildTag(40), { labels: {}, layers: ["other"] });
    const ran = await run(["--json"], promotion(50, 40));
    expect([ran.code, digests("production")]).toEqual([1, [null, null, null]]);
    expect(failuresIn(ran.json())[0]).toMatchObject({ code: "other-image", target: "base" });
  });

  it("one of the tags may not be written", async () => {
    const registry = faulty(({ method, path }) =>
      method === "PUT" && path.endsWith("/app2/manifests/production") ? { status: 403 } : undefined,
    );
    const { run, first, digests } = await publishedBy([40], { registry });
    for (const name of repositories.slice(0, 2)) registry.putImage(name, "production", { labels: {}, layers: ["old"] });
    const before = digests("production");
    expect((await run([], promotion(50, 40))).code).toBe(1);
    expect([digests("production"), first.tags()[2]]).toEqual([before, ["latest", buildTag(40)]]);
  });
});

describe("promote --from", () => {
  it.each(["40", "#40", buildTag(40)])("%s publishes that build's images", async (from) => {
    const { run, digests, docker } = await publishedBy([40, 41]);
    expect((await run(["promote", "--from", from], promotion(50, 41))).code).toBe(0);
    expect([digests("production"), docker.commands]).toEqual([digests(buildTag(40)), []]);
  });

  it("needs no promotion, and keeps the laws", async () => {
    const { run, digests } = await publishedBy([40, 41]);
    const ran = await run(["promote", "--from", "40"], pushOf(39));
    expect([ran.code, digests("latest")]).toEqual([0, digests(buildTag(41))]);
    expect((await run(["promote", "--from", "40"], pushOf(50))).code).toBe(0);
    expect(digests("latest")).toEqual(digests(buildTag(40)));
  });

  it("takes no tag in a branch's build from a later one that has used its image again", async () => {
    const { run, first, digests } = await publishedBy([40], { config: '"reuse":true,"pull":true' });
    await first.run(["--no-reuse", "--no-cache"], pushOf(41));
    await first.run([], pushOf(60));
    const ran = await run(["promote", "--from", "40"], pushOf(50));
    expect([ran.code, digests("latest")]).toEqual([0, digests(buildTag(60))]);
    expect(ran.err).toContain("latest stays where it is: build 60 is later");
  });

  it("in a git tag's build gives what is up of its commit the version, and never an alias of a higher one", async () => {
    const { run, registry, digests } = await publishedBy([40]);
    registry.putImage(base, "1.3.0", { labels: {}, layers: ["higher"] });
    registry.putImage(base, "1", { labels: {}, layers: ["higher"] });
    const tagged = { DRONE_BUILD_EVENT: "tag", DRONE_TAG: "v1.2.3", DRONE_COMMIT_REF: "refs/tags/v1.2.3" };
    expect((await run(["promote"], pushOf(50, tagged))).code).toBe(0);
    expect([digests("1.2.3"), digests("1.2")]).toEqual([digests(buildTag(40)), digests(buildTag(40))]);
    expect(registry.digest(base, "1")).toBe(registry.digest(base, "1.3.0"));
  });

  it("takes targets' prefixes and suffixes into account", async () => {
    const targets = { base: { repo: app1, suffix: "alpine" }, app1: { repo: app1, prefix: "v-" } };
    const { run, registry } = await publishedBy([], { targets: targets });
    const first = await example({ targets: targets, registry });
    await first.run([], pushOf(40));
    for (const [from, to] of [
      ["40", "blue"],
      [buildTag(40), "green"],
    ] as const) {
      const env = promotion(50, 0, { DRONE_DEPLOY_TO: to });
      expect((await run(["promote", "--from", from], env)).code).toBe(0);
      expect(registry.digest(app1, `${to}-alpine`)).toBe(registry.digest(app1, `${buildTag(40)}-alpine`));
      expect(registry.digest(app1, `v-${to}`)).toBe(registry.digest(app1, `v-${buildTag(40)}`));
    }
  });

  it("of a number that several builds have says which there are", async () => {
    const { run, registry, digests } = await publishedBy([40]);
    for (const name of repositories) registry.putImage(name, "dev-111111111111-40", { labels: {}, layers: ["o"] });
    const ran = await run(["promote", "--from", "40", "--json"], promotion(50, 40));
    expect([ran.code, digests("production")]).toEqual([1, [null, null, null]]);
    expect(JSON.stringify(ran.json())).toMatch(/there are several builds 40: .*dev-111111111111-40/);
  });

  it("of a number that nothing has, and where tags cannot be listed, says so", async () => {
    const registry = faulty(({ path }) => (closed && path.endsWith("/tags/list") ? { status: 403 } : undefined));
    let closed = false;
    const { run } = await publishedBy([40], { registry });
    const none = await run(["promote", "--from", "39", "--json"], promotion(50, 40));
    expect(failuresIn(none.json())).toMatchObject([{ code: "missing-image" }]);
    closed = true;
    const ran = await run(["promote", "--from", "40", "--json"], promotion(50, 40));
    expect(failuresIn(ran.json())).toMatchObject([
      { code: "unauthorized", hint: "write the whole build tag, which needs no list: promote --from <build tag>" },
    ]);
    expect((await run(["promote", "--from", buildTag(40)], promotion(50, 41))).code).toBe(0);
  });

  it.each([
    [["promote", "--from", "latest"], droneEnv(), "--from: is neither a build's number nor its build tag"],
    [
      ["promote", "--from", `${buildTag(40)}-alpine`],
      droneEnv(),
      "--from: is neither a build's number nor its build tag",
    ],
    [["build", "--from", "40"], droneEnv(), "--from: is not an option of build\n    it is an option of promote"],
    [["promote", "base"], droneEnv(), "targets.base: is published nowhere, so it cannot be promoted"],
    [["promote"], {}, "promote: publishes nothing, as this is no build of a CI that is known here"],
    [
      ["ref", "app1"],
      promotion(50, 0),
      "ref: only the registry tells which is the latest build of commit 860c1904a1ce",
    ],
  ])("refuses %j", async (argv, env, message) => {
    const { run } = await example({ targets: { base: false as unknown as string, app1, app2 }, env: {} });
    const ran = await run(argv, env);
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(message) as string]);
  });
});

describe("what a promotion would do", () => {
  const plan = async (argv: string[], env: Record<string, string>) => {
    const { run, registry, docker } = await example();
    const ran = await run(argv, env);
    expect([ran.code, registry.requests, docker.commands]).toEqual([0, [], []]);
    return ran;
  };

  it("is in its plan", async () => {
    const { json } = await plan(["plan", "--json"], promotion(50, 40));
    const { buildTag: own, promotes, targets, steps } = json() as PlanDocument;
    expect([own, promotes]).toEqual([buildTag(50), "build 40"]);
    expect(targets.map(({ image, references }) => [image, references[0]?.buildTag])).toEqual(
      repositories.map((name) => [`${name}:${buildTag(40)}`, buildTag(40)]),
    );
    expect(steps.map(({ kind }) => kind)).toEqual(["resolve", "move"]);
    expect(steps[1]?.commands.map(({ argv }) => argv.slice(-2).join(" "))).toEqual(
      repositories.map((name) => `--tag=${name}:production ${name}:${buildTag(40)}`),
    );
  });

  it("is in its tree", async () => {
    const { out } = await plan(["plan", "app1", "--no-color"], promotion(50, 40));
    expect(out).toContain("promotes build 40; nothing is built");
    expect(out).toContain(`${app1}:${buildTag(40)}  build tag of the promoted build`);
    expect(out).not.toContain(base);
  });

  it.each([
    [["promote", "--from", "40", "--dry-run", "--no-color"], "promotes build 40; nothing is built"],
    [["build", "--dry-run", "--no-color"], "promotes the latest build of commit 860c1904a1ce; nothing is built"],
  ])("is told by %j, though only the registry knows the build's tag", async (argv, first) => {
    const { out } = await plan(argv, promotion(50, 0));
    expect(out).toContain(first);
    expect(out).toContain(`--tag=${app1}:production ${app1}:"\${PROMOTED}"`);
    const json = (await plan([...argv, "--json"], promotion(50, 0))).json() as PlanDocument;
    expect(json.targets.map(({ image, references }) => [image, references[0]?.buildTag])).toEqual(
      repositories.map(() => [null, null]),
    );
  });

  it("is what `ref` and the file of tags speak of", async () => {
    expect((await plan(["ref", "app1"], promotion(50, 40))).out).toBe(`${app1}:${buildTag(40)}\n`);
    expect((await plan(["ref", "app1", "--no-promote"], promotion(50, 40))).out).toBe(`${app1}:${buildTag(50)}\n`);
    const { run, files, cwd } = await publishedBy([40]);
    for (const [parent, text] of [
      [40, `${buildTag(40)},production\n`],
      [0, "production\n"],
    ] as const) {
      expect((await run(["build", "--tags-file", ".tags"], promotion(50, parent))).code).toBe(0);
      expect(await files.read(`${cwd}/.tags`)).toBe(text);
    }
  });
});
