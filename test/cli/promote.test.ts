import { describe, expect, it } from "vitest";
import type { PlanDocument } from "../../src/plan/document.ts";
import { buildTag, engines, example, faulty, isOurs, repositories } from "../support/docker/example.ts";
import { droneEnv } from "../support/project.ts";
import { createRegistry } from "../support/registry/in-memory.js";

const [base = "", app1 = "", app2 = ""] = repositories;

/** What Drone says of a promotion of another build, to production if nothing else is said. */
const promotion = (number: number, parent: number, changes: Record<string, string> = {}) =>
  droneEnv({
    DRONE_BUILD_NUMBER: String(number),
    DRONE_BUILD_PARENT: String(parent),
    DRONE_BUILD_EVENT: "promote",
    DRONE_DEPLOY_TO: "production",
    ...changes,
  });

const pushOf = (number: number, changes: Record<string, string> = {}) =>
  droneEnv({ DRONE_BUILD_NUMBER: String(number), ...changes });

/** A host that has published these builds of the default branch, one after the other. */
async function up(numbers: readonly number[], options: Parameters<typeof example>[0] = {}) {
  const registry = options.registry ?? createRegistry();
  const made = await example({ ...options, registry });
  for (const number of numbers) expect(await made.run(["build"], pushOf(number))).toMatchObject({ code: 0 });
  /** Another host, which has nothing and builds nothing. */
  const other = await example({ ...options, registry });
  const digests = (tag: string) => repositories.map((repository) => registry.digest(repository, tag));
  const blobs = registry.transfers.uploads.length;
  return { ...other, registry, first: made, digests, sent: () => registry.transfers.uploads.length - blobs };
}

const parsed = (json: unknown) => json as { error: { failures: { code: string; target: string | null }[] } };

describe.each(engines)("a promotion: %s", (engine) => {
  it.each([["build"], ["push"], ["promote"], []])(
    "gives the images of the build that it is of their new tag, without docker (%s)",
    async (...argv) => {
      const { run, digests, docker, sent, tags } = await up([40, 41], { engine });
      const before = tags();
      expect(await run(argv, promotion(50, 40))).toMatchObject({ code: 0 });
      expect(digests("production")).toEqual(digests(buildTag(40)));
      expect([docker.commands, sent(), digests("latest")]).toEqual([[], 0, digests(buildTag(41))]);
      // It moves tags, and has no build tag of its own.
      expect(tags()).toEqual(before.map((all) => [...all, "production"].toSorted()));
    },
  );
});

describe("a promotion", () => {
  it("by Woodpecker's words is one as well", async () => {
    const { run, digests, docker } = await up([40]);
    const env = {
      DRONE: "",
      CI: "woodpecker",
      CI_PIPELINE_EVENT: "deployment",
      CI_PIPELINE_NUMBER: "50",
      CI_PIPELINE_PARENT: "40",
      CI_PIPELINE_DEPLOY_TARGET: "production",
      CI_COMMIT_REF: "refs/heads/master",
      CI_COMMIT_SHA: "860c1904a1ce19322e91ac35af1ab07466440c37",
      CI_REPO: "octocat/hello-world",
      CI_REPO_DEFAULT_BRANCH: "master",
    };
    expect((await run([], env)).code).toBe(0);
    expect([digests("production"), docker.commands]).toEqual([digests(buildTag(40)), []]);
  });

  it("of some targets moves the tags of those alone", async () => {
    const { run, digests } = await up([40]);
    expect((await run(["build", "app1"], promotion(50, 40))).code).toBe(0);
    expect(digests("production")).toEqual([null, digests(buildTag(40))[1], null]);
  });

  it("has all its tags moved, --tag's as well", async () => {
    const { run, digests } = await up([40]);
    expect((await run(["promote", "--tag", "blue"], promotion(50, 40))).code).toBe(0);
    expect([digests("production"), digests("blue")]).toEqual([digests(buildTag(40)), digests(buildTag(40))]);
  });

  it("of a git tag's build moves no version", async () => {
    const { run, first, digests, tags } = await up([]);
    const tagged = { DRONE_COMMIT_REF: "refs/tags/v1.2.3", DRONE_TAG: "v1.2.3" };
    await first.run([], pushOf(40, { ...tagged, DRONE_BUILD_EVENT: "tag" }));
    await first.run([], pushOf(41, { ...tagged, DRONE_BUILD_EVENT: "tag" }));
    const before = digests("1.2");
    expect((await run([], promotion(50, 40, tagged))).code).toBe(0);
    expect([digests("1.2"), digests("production")]).toEqual([before, digests("v1.2.3-860c1904a1ce-40")]);
    expect(tags()[0]).toHaveLength(6);
  });

  it("back to an earlier build is a rollback", async () => {
    const { run, digests } = await up([40, 41]);
    await run([], promotion(50, 41));
    expect((await run([], promotion(51, 40, { DRONE_BUILD_EVENT: "rollback" }))).code).toBe(0);
    expect(digests("production")).toEqual(digests(buildTag(40)));
  });

  it("that comes late leaves the tag to the image of a build that is later than itself", async () => {
    const { run, first, digests } = await up([40]);
    await first.run([], pushOf(60));
    await run([], promotion(61, 60));
    const ran = await run([], promotion(50, 40));
    expect([ran.code, digests("production")]).toEqual([0, digests(buildTag(60))]);
    expect(ran.err).toContain("production stays where it is: build 60 is later");
    expect((await run(["--force"], promotion(50, 40))).code).toBe(0);
    expect(digests("production")).toEqual(digests(buildTag(40)));
  });

  it("takes the tag from an image that a later build of the branch has used again", async () => {
    const { run, first, digests } = await up([40], { config: '"reuse":true,"pull":true' });
    await run([], promotion(50, 40));
    await first.run(["--no-reuse", "--no-cache"], pushOf(41));
    await first.run([], pushOf(60));
    expect(digests(buildTag(60))).toEqual(digests(buildTag(41)));
    expect((await run([], promotion(51, 41))).code).toBe(0);
    expect((await run([], promotion(52, 40))).code).toBe(0);
    expect(digests("production")).toEqual(digests(buildTag(40)));
  });

  it("is found by its own parent where that is a promotion itself", async () => {
    const { run, digests } = await up([40]);
    await run([], promotion(50, 40, { DRONE_DEPLOY_TO: "staging" }));
    const ran = await run([], promotion(51, 50));
    expect([ran.code, digests("production")]).toEqual([0, digests(buildTag(40))]);
    expect(ran.err).toContain(`promoting build ${buildTag(40)}, found by its commit`);
  });

  it("is not guessed at where several builds of the commit may be meant", async () => {
    const { run, digests } = await up([40, 41]);
    const ran = await run(["--json"], promotion(51, 50));
    expect([ran.code, digests("production")]).toEqual([1, [null, null, null]]);
    expect(ran.json()).toMatchObject({
      error: { failures: [{ code: "undecided", hint: `choose one: promote --from ${buildTag(41)}` }] },
    });
  });

  it("of a commit alone is the latest build of it that is whole, and none of a pull request", async () => {
    const { run, first, registry, digests } = await up([40, 41]);
    await first.run(["build", "app1"], pushOf(42));
    for (const name of repositories) registry.putImage(name, "pr-7-860c1904a1ce-43", { labels: {}, layers: ["pr"] });
    for (const name of repositories) registry.putImage(name, "master-000000000000-44", { labels: {}, layers: ["o"] });
    const ran = await run([], promotion(50, 0, { DRONE_COMMIT_REF: "", DRONE_BRANCH: "" }));
    expect([ran.code, digests("production")]).toEqual([0, digests(buildTag(41))]);
  });

  it("of several repositories and registries moves the tag in each", async () => {
    const targets = { base: [base, "mirror.io/p/base"], app1, app2 };
    const { run, registry, docker } = await up([40], { targets });
    expect((await run([], promotion(50, 40))).code).toBe(0);
    const moved = [base, "mirror.io/p/base"].map((name) => registry.digest(name, "production"));
    expect([moved, docker.commands]).toEqual([targets.base.map((name) => registry.digest(name, buildTag(40))), []]);
  });

  it("copies an image to a repository that does not have it", async () => {
    const registry = createRegistry();
    const content = { labels: {}, layers: ["one"] };
    for (const name of repositories) registry.putImage(name, buildTag(40), content);
    const targets = { base: [base, "mirror.io/p/base"], app1, app2 };
    const { run, docker } = await example({ registry, targets });
    docker.fault((_, line) => {
      if (!line.startsWith("docker buildx imagetools create")) return undefined;
      registry.putImage("mirror.io/p/base", buildTag(40), content);
      return { stdout: "" };
    });
    expect((await run([], promotion(50, 40))).code).toBe(0);
    const source = `${base}@${registry.digest(base, buildTag(40))}`;
    const [command, ...others] = docker.commands;
    expect([command, others]).toEqual([
      `docker buildx imagetools create --prefer-index=false --tag=mirror.io/p/base:${buildTag(40)} ${source}`,
      [],
    ]);
    expect(registry.digest("mirror.io/p/base", "production")).toBe(registry.digest(base, buildTag(40)));
  });

  it("logs in without docker", async () => {
    const registry = createRegistry({ accounts: { "r.io": { username: "bot", password: "p4ss-w0rd-long" } } });
    const config = '"registries":{"r.io":{"username":"USER_NAME","password":"THE_PASSWORD"}}';
    const login = { USER_NAME: "bot", THE_PASSWORD: "p4ss-w0rd-long" };
    const first = await example({ registry, config, loginEnv: Object.keys(login) });
    expect((await first.run([], { ...pushOf(40), ...login })).code).toBe(0);
    const { run, docker } = await example({ registry, config });
    expect((await run([], { ...promotion(50, 40), ...login })).code).toBe(0);
    expect([docker.commands, registry.digest(base, "production")]).toEqual([[], registry.digest(base, buildTag(40))]);
    const wrong = await run(["--json"], { ...promotion(51, 40), ...login, THE_PASSWORD: "an0ther-0ne" });
    expect(wrong).toMatchObject({ code: 1 });
    expect(parsed(wrong.json()).error.failures[0]).toMatchObject({ code: "unauthorized" });
  });

  it("builds nothing that is never published, and says what of it was skipped", async () => {
    const targets = { base, app1, app2: false as unknown as string };
    const { run, docker } = await up([], { targets });
    const first = await example({ targets, registry: createRegistry() });
    await first.run([], pushOf(40));
    const other = await example({ targets, registry: first.registry });
    const ran = await other.run(["--json"], promotion(50, 40));
    expect(ran.json()).toMatchObject({
      targets: [{ status: "promoted" }, { status: "promoted" }, { status: "skipped" }],
    });
    expect([ran.code, other.docker.commands]).toEqual([0, []]);
    // A step for such a target alone, such as one that runs tests, is what it always was.
    expect((await run(["build", "app2"], promotion(50, 40))).code).toBe(0);
    expect(
      docker
        .images()
        .flatMap(({ names }) => names)
        .join(),
    ).toContain("app2");
  });

  it.each([
    ["--no-promote", "", ["build", "--no-promote"]],
    ["promote: build", '"promote":"build"', []],
  ])("is built anew with %s", async (_, config, argv) => {
    const { run, builds, digests } = await up([40], config === "" ? {} : { config });
    expect((await run(argv, promotion(50, 40))).code).toBe(0);
    expect([builds("production"), digests("production")]).toEqual([["50", "50", "50"], digests(buildTag(50))]);
  });

  it("of a pull request's build publishes nothing", async () => {
    const { run, tags } = await up([40]);
    const before = tags();
    expect((await run([], promotion(50, 40, { DRONE_COMMIT_REF: "refs/pull/17/head" }))).code).toBe(0);
    expect(tags()).toEqual(before);
  });

  it("says what it has done, by digest", async () => {
    const { run, registry } = await up([40]);
    const ran = await run(["app1", "--json"], promotion(50, 40));
    const digest = registry.digest(app1, buildTag(40));
    expect(ran.json()).toMatchObject({
      targets: [
        { name: "app1", status: "promoted", digest, image: `${app1}@${digest}`, published: [`${app1}:production`] },
      ],
    });
  });
});

describe("a promotion that cannot be carried out moves no tag:", () => {
  it("an image is missing", async () => {
    const { run, first, digests } = await up([]);
    await first.run(["build", "base", "app1"], pushOf(40));
    const ran = await run(["--json"], promotion(50, 40));
    expect([ran.code, digests("production")]).toEqual([1, [null, null, null]]);
    const [only, ...others] = parsed(ran.json()).error.failures;
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
    const { run, digests } = await up([]);
    const ran = await run(["--json"], promotion(50, Number(parent)));
    expect([ran.code, digests("production")]).toEqual([1, [null, null, null]]);
    expect(parsed(ran.json()).error.failures[0]).toMatchObject({ code });
  });

  it.each([
    ["the registry says nothing of an image", 503, "transient"],
    ["an image may not be read", 403, "unauthorized"],
  ])("%s", async (_, status, code) => {
    const registry = faulty((request) =>
      closed && isOurs(request) && request.path.includes("/app2/manifests/") ? { status } : undefined,
    );
    let closed = false;
    const { run, digests } = await up([40], { registry });
    closed = true;
    const ran = await run(["--json", "--force"], promotion(50, 40));
    closed = false;
    expect([ran.code, digests("production")]).toEqual([1, [null, null, null]]);
    expect(parsed(ran.json()).error.failures[0]).toMatchObject({ code, target: "app2" });
  });

  it("an image is somebody else's", async () => {
    const { run, registry, digests } = await up([40]);
    const labels = { "multistage-build.repository": "another/project" };
    registry.putImage(app1, buildTag(40), { labels, layers: ["other"] });
    const ran = await run(["--json"], promotion(50, 40));
    expect([ran.code, digests("production")]).toEqual([1, [null, null, null]]);
    expect(parsed(ran.json()).error.failures[0]).toMatchObject({ code: "foreign-image", target: "app1" });
  });

  it("two repositories hold different images", async () => {
    const targets = { base: [base, "mirror.io/p/base"], app1, app2 };
    const { run, registry, digests } = await up([40], { targets });
    registry.putImage("mirror.io/p/base", buildTag(40), { labels: {}, layers: ["other"] });
    const ran = await run(["--json"], promotion(50, 40));
    expect([ran.code, digests("production")]).toEqual([1, [null, null, null]]);
    expect(parsed(ran.json()).error.failures[0]).toMatchObject({ code: "other-image", target: "base" });
  });

  it("one of the tags may not be written", async () => {
    const registry = faulty(({ method, path }) =>
      method === "PUT" && path.endsWith("/app2/manifests/production") ? { status: 403 } : undefined,
    );
    const { run, first, digests } = await up([40], { registry });
    for (const name of repositories.slice(0, 2)) registry.putImage(name, "production", { labels: {}, layers: ["old"] });
    const before = digests("production");
    expect((await run([], promotion(50, 40))).code).toBe(1);
    expect([digests("production"), first.tags()[2]]).toEqual([before, ["latest", buildTag(40)]]);
  });
});

describe("promote --from", () => {
  it.each(["40", "#40", buildTag(40)])("%s publishes that build's images", async (from) => {
    const { run, digests, docker } = await up([40, 41]);
    expect((await run(["promote", "--from", from], promotion(50, 41))).code).toBe(0);
    expect([digests("production"), docker.commands]).toEqual([digests(buildTag(40)), []]);
  });

  it("needs no promotion, and keeps the laws", async () => {
    const { run, digests } = await up([40, 41]);
    const ran = await run(["promote", "--from", "40"], pushOf(39));
    expect([ran.code, digests("latest")]).toEqual([0, digests(buildTag(41))]);
    expect((await run(["promote", "--from", "40"], pushOf(50))).code).toBe(0);
    expect(digests("latest")).toEqual(digests(buildTag(40)));
  });

  it("takes no tag in a branch's build from a later one that has used its image again", async () => {
    const { run, first, digests } = await up([40], { config: '"reuse":true,"pull":true' });
    await first.run(["--no-reuse", "--no-cache"], pushOf(41));
    await first.run([], pushOf(60));
    const ran = await run(["promote", "--from", "40"], pushOf(50));
    expect([ran.code, digests("latest")]).toEqual([0, digests(buildTag(60))]);
    expect(ran.err).toContain("latest stays where it is: build 60 is later");
  });

  it("in a git tag's build gives what is up of its commit the version, and never an alias of a higher one", async () => {
    const { run, registry, digests } = await up([40]);
    registry.putImage(base, "1.3.0", { labels: {}, layers: ["higher"] });
    registry.putImage(base, "1", { labels: {}, layers: ["higher"] });
    const tagged = { DRONE_BUILD_EVENT: "tag", DRONE_TAG: "v1.2.3", DRONE_COMMIT_REF: "refs/tags/v1.2.3" };
    expect((await run(["promote"], pushOf(50, tagged))).code).toBe(0);
    expect([digests("1.2.3"), digests("1.2")]).toEqual([digests(buildTag(40)), digests(buildTag(40))]);
    expect(registry.digest(base, "1")).toBe(registry.digest(base, "1.3.0"));
  });

  it("takes targets' prefixes and suffixes into account", async () => {
    const targets = { base: { repo: app1, suffix: "alpine" }, app1: { repo: app1, prefix: "v-" } };
    const { run, registry } = await up([], { targets: targets as never });
    const first = await example({ targets: targets as never, registry });
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
    const { run, registry, digests } = await up([40]);
    for (const name of repositories) registry.putImage(name, "dev-111111111111-40", { labels: {}, layers: ["o"] });
    const ran = await run(["promote", "--from", "40", "--json"], promotion(50, 40));
    expect([ran.code, digests("production")]).toEqual([1, [null, null, null]]);
    expect(JSON.stringify(ran.json())).toMatch(/there are several builds 40: .*dev-111111111111-40/);
  });

  it("of a number that nothing has, and where tags cannot be listed, says so", async () => {
    const registry = faulty(({ path }) => (closed && path.endsWith("/tags/list") ? { status: 403 } : undefined));
    let closed = false;
    const { run } = await up([40], { registry });
    const none = await run(["promote", "--from", "39", "--json"], promotion(50, 40));
    expect(parsed(none.json()).error.failures).toMatchObject([{ code: "missing-image" }]);
    closed = true;
    const ran = await run(["promote", "--from", "40", "--json"], promotion(50, 40));
    expect(parsed(ran.json()).error.failures).toMatchObject([
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
    const { run, files, cwd } = await up([40]);
    for (const [parent, text] of [
      [40, `${buildTag(40)},production\n`],
      [0, "production\n"],
    ] as const) {
      expect((await run(["build", "--tags-file", ".tags"], promotion(50, parent))).code).toBe(0);
      expect(await files.read(`${cwd}/.tags`)).toBe(text);
    }
  });
});
