import { describe, expect, it } from "vitest";
import { buildTag, engines, example, repositories } from "../support/docker/example.ts";
import { failuresIn, promotion, publishedBy, pushOf } from "../support/docker/promotions.ts";
import { createRegistry } from "../support/registry/in-memory.js";

const [base = "", app1 = "", app2 = ""] = repositories;

describe.each(engines)("a promotion: %s", (engine) => {
  it.each([["build"], ["push"], ["promote"], []])(
    "gives the images of the build that it is of their new tag, without docker (%s)",
    async (...argv) => {
      const { run, digests, docker, sent, tags } = await publishedBy([40, 41], { engine });
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
    const { run, digests, docker } = await publishedBy([40]);
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
    const { run, digests } = await publishedBy([40]);
    expect((await run(["build", "app1"], promotion(50, 40))).code).toBe(0);
    expect(digests("production")).toEqual([null, digests(buildTag(40))[1], null]);
  });

  it("has all its tags moved, --tag's as well", async () => {
    const { run, digests } = await publishedBy([40]);
    expect((await run(["promote", "--tag", "blue"], promotion(50, 40))).code).toBe(0);
    expect([digests("production"), digests("blue")]).toEqual([digests(buildTag(40)), digests(buildTag(40))]);
  });

  it("of a git tag's build moves no version", async () => {
    const { run, first, digests, tags } = await publishedBy([]);
    const tagged = { DRONE_COMMIT_REF: "refs/tags/v1.2.3", DRONE_TAG: "v1.2.3" };
    await first.run([], pushOf(40, { ...tagged, DRONE_BUILD_EVENT: "tag" }));
    await first.run([], pushOf(41, { ...tagged, DRONE_BUILD_EVENT: "tag" }));
    const before = digests("1.2");
    expect((await run([], promotion(50, 40, tagged))).code).toBe(0);
    expect([digests("1.2"), digests("production")]).toEqual([before, digests("v1.2.3-860c1904a1ce-40")]);
    expect(tags()[0]).toHaveLength(6);
  });

  it("back to an earlier build is a rollback", async () => {
    const { run, digests } = await publishedBy([40, 41]);
    await run([], promotion(50, 41));
    expect((await run([], promotion(51, 40, { DRONE_BUILD_EVENT: "rollback" }))).code).toBe(0);
    expect(digests("production")).toEqual(digests(buildTag(40)));
  });

  it("that comes late leaves the tag to the image of a build that is later than itself", async () => {
    const { run, first, digests } = await publishedBy([40]);
    await first.run(["--no-reuse"], pushOf(60));
    await run([], promotion(61, 60));
    const ran = await run([], promotion(50, 40));
    expect([ran.code, digests("production")]).toEqual([0, digests(buildTag(60))]);
    expect(ran.err).toContain("production stays where it is: build 60 is later");
    expect((await run(["--force"], promotion(50, 40))).code).toBe(0);
    expect(digests("production")).toEqual(digests(buildTag(40)));
  });

  it("takes the tag from an image that a later build of the branch has used again", async () => {
    const { run, first, digests } = await publishedBy([40], { config: '"reuse":true,"pull":true' });
    await run([], promotion(50, 40));
    await first.run(["--no-reuse", "--no-cache"], pushOf(41));
    await first.run([], pushOf(60));
    expect(digests(buildTag(60))).toEqual(digests(buildTag(41)));
    expect((await run([], promotion(51, 41))).code).toBe(0);
    expect((await run([], promotion(52, 40))).code).toBe(0);
    expect(digests("production")).toEqual(digests(buildTag(40)));
  });

  it("is found by its own parent where that is a promotion itself", async () => {
    const { run, digests } = await publishedBy([40]);
    await run([], promotion(50, 40, { DRONE_DEPLOY_TO: "staging" }));
    const ran = await run([], promotion(51, 50));
    expect([ran.code, digests("production")]).toEqual([0, digests(buildTag(40))]);
    expect(ran.err).toContain(`promoting build ${buildTag(40)}, found by its commit`);
  });

  it("is not guessed at where several builds of the commit may be meant", async () => {
    const { run, digests } = await publishedBy([40, 41]);
    const ran = await run(["--json"], promotion(51, 50));
    expect([ran.code, digests("production")]).toEqual([1, [null, null, null]]);
    expect(ran.json()).toMatchObject({
      error: { failures: [{ code: "undecided", hint: `choose one: promote --from ${buildTag(41)}` }] },
    });
  });

  it("of a commit alone is the latest build of it that is whole, and none of a pull request", async () => {
    const { run, first, registry, digests } = await publishedBy([40, 41]);
    await first.run(["build", "app1"], pushOf(42));
    for (const name of repositories) registry.putImage(name, "pr-7-860c1904a1ce-43", { labels: {}, layers: ["pr"] });
    for (const name of repositories) registry.putImage(name, "master-000000000000-44", { labels: {}, layers: ["o"] });
    const ran = await run([], promotion(50, 0, { DRONE_COMMIT_REF: "", DRONE_BRANCH: "" }));
    expect([ran.code, digests("production")]).toEqual([0, digests(buildTag(41))]);
  });

  it("of several repositories and registries moves the tag in each", async () => {
    const targets = { base: [base, "mirror.io/p/base"], app1, app2 };
    const { run, registry, docker } = await publishedBy([40], { targets });
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
    expect(failuresIn(wrong.json())[0]).toMatchObject({ code: "unauthorized" });
  });

  it("builds nothing that is never published, and says what of it was skipped", async () => {
    const targets = { base, app1, app2: false as unknown as string };
    const { run, docker } = await publishedBy([], { targets });
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
    ["--no-promote", "", ["build", "--no-promote", "--no-reuse"]],
    ["promote: build", '"promote":"build"', ["--no-reuse"]],
  ])("is built anew with %s", async (_, config, argv) => {
    const { run, builds, digests } = await publishedBy([40], config === "" ? {} : { config });
    expect((await run(argv, promotion(50, 40))).code).toBe(0);
    expect([builds("production"), digests("production")]).toEqual([["50", "50", "50"], digests(buildTag(50))]);
  });

  it("of a pull request's build publishes nothing", async () => {
    const { run, tags } = await publishedBy([40]);
    const before = tags();
    expect((await run([], promotion(50, 40, { DRONE_COMMIT_REF: "refs/pull/17/head" }))).code).toBe(0);
    expect(tags()).toEqual(before);
  });

  it("says what it has done, by digest", async () => {
    const { run, registry } = await publishedBy([40]);
    const ran = await run(["app1", "--json"], promotion(50, 40));
    const digest = registry.digest(app1, buildTag(40));
    expect(ran.json()).toMatchObject({
      targets: [
        { name: "app1", status: "promoted", digest, image: `${app1}@${digest}`, published: [`${app1}:production`] },
      ],
    });
  });
});
