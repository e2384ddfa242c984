import { describe, expect, it } from "vitest";
import { run } from "../support/host.ts";
import { droneEnv, project } from "../support/project.ts";

/** Plans a project of this config and Dockerfile. */
async function planned(
  config: string | object,
  dockerfile = "FROM scratch AS app\n",
  env: Record<string, string> = {},
) {
  const name = `multistage-build.config.${typeof config === "string" ? "yaml" : "json"}`;
  const cwd = await project({ "package.json": {}, [name]: config, Dockerfile: dockerfile });
  return run(["plan"], { cwd, env: droneEnv(env), commands: { "git ": { exitCode: 128 } } });
}

const lines = (count: number, line: (at: number) => string) => Array.from({ length: count }, (_, at) => line(at));
const list = (count: number, item: (at: number) => string) => `[${lines(count, item).join(", ")}]`;
const fields = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, value]));

/** Each of ten anchors holds the one before it ten times. */
const anchors = lines(10, (at) => `x${at}: &x${at} ${list(10, () => (at === 0 ? "ha" : `*x${at - 1}`))}`).join("\n");

describe("a config that is too much is refused in words", () => {
  it.each<[what: string, config: string | object, message: string]>([
    ["a billion laughs", `${anchors}\ntargets: { app: { repo: *x9 } }`, "comes to more than 200000 values"],
    ["a map that holds itself", "targets: &t { app: { args: *t } }", "targets.app.args: holds itself"],
    ["200,000 wrong fields", { tags: [fields(200_000, 1)], targets: { app: "x.io/a" } }, "more than 200000 values"],
    ["as many as there may be", { tags: [fields(150_000, "x")], targets: { app: "x.io/a" } }, "\nand 900 more"],
    ["20,000 wrong arguments", { targets: { app: { repo: "x.io/a", args: fields(20_000, {}) } } }, "\nand 900 more"],
    ["20,000 unknown keys", { targets: { app: fields(20_000, "x") } }, "\nand 900 more"],
    ["20,000 wrong needs", { targets: { app: { needs: lines(20_000, String) } } }, "\nand 900 more"],
    ["defaults times targets", { defaults: { args: fields(1000, "1") }, targets: fields(5000, "x") }, "500000 values"],
    [
      "100,000 rules",
      { tags: lines(100_000, (at) => `type=raw,value=${at}`), targets: { app: "x.io/a" } },
      "1000 rules",
    ],
    ["100,000 targets", { targets: fields(100_000, "x.io/a") }, "must name at most 5000 targets"],
    ["a label of 5 MB", { targets: { app: { labels: { a: "x".repeat(5e6) } } } }, "comes to more than 100000 char"],
    [
      "an argument that is put together",
      { env: ["A"], targets: { app: { args: { A: "{{env.A}}".repeat(1000) } } } },
      "targets.app.args.A: comes to more than 100000 characters",
    ],
  ])("%s", async (_, config, message) => {
    const ended = await planned(config, undefined, { A: "a".repeat(100_000) });
    expect(ended.err).toContain(message);
    expect(ended.err.length).toBeLessThan(40_000);
    expect(ended.code).toBe(2);
  });

  it("a JSON document of it is as short", async () => {
    const cwd = await project({ "package.json": {}, "multistage-build.config.json": { targets: fields(5000, 7) } });
    const ended = await run(["plan", "--json"], { cwd, env: droneEnv() });
    const { error } = JSON.parse(ended.out) as { error: { problems: unknown[]; message: string } };
    expect(error.problems).toHaveLength(100);
    expect(error.message).toContain("and 900 more");
  });
});

describe("a regular expression that would take years", () => {
  const ref = `v${"a".repeat(200)}!`;

  it.each<[what: string, rule: string, ref: string]>([
    ["in a rule of type match", String.raw`type=match,pattern=^v(a+)+$`, ref],
    ["in the match of a version", String.raw`type=semver,pattern={{version}},match=^v((a+)+)$`, ref],
    ["with a value", String.raw`type=match,pattern=(x+x+)+y,value={{tag}}`, `v${"x".repeat(200)}`],
  ])("%s is given up", async (_, rule, tag) => {
    const config = { tags: [rule], targets: { app: "x.io/app" } };
    const ended = await planned(config, undefined, { DRONE_BUILD_EVENT: "tag", DRONE_COMMIT_REF: `refs/tags/${tag}` });
    expect(ended.err).toContain("tags.0: its pattern takes too long to match");
    expect(ended.code).toBe(2);
  });

  it("does not move latest, where it is a git tag that it takes too long for", async () => {
    const name = "multistage-build.config.json";
    const tags = ["type=match,pattern=^v(\\d\\.\\d\\.\\d)$|^v(a+)+$,group=1"];
    const config = { flavor: "latest=highest", tags, targets: { app: "x.io/app" } };
    const cwd = await project({ "package.json": {}, [name]: config });
    const env = droneEnv({ DRONE_BUILD_EVENT: "tag", DRONE_COMMIT_REF: "refs/tags/v1.2.3" });
    const commands = { "git ": { exitCode: 128 }, "git tag": { stdout: `${ref}\n` } };
    const ended = await run(["tags", "--explain"], { cwd, env, commands });
    expect(ended.out).toContain("latest stays where it is");
  });
});

describe("what CI says at length", () => {
  it.each<[string, Record<string, string>]>([
    ["a message", { DRONE_COMMIT_MESSAGE: "x".repeat(1e6) }],
    ["a tag", { DRONE_BUILD_EVENT: "tag", DRONE_COMMIT_REF: `refs/tags/${"v1.".repeat(30_000)}` }],
    ["a branch", { DRONE_COMMIT_REF: `refs/heads/${"a/".repeat(50_000)}b` }],
  ])("%s is no trouble", async (_, env) => {
    const ended = await planned({ targets: { app: "x.io/app" } }, undefined, env);
    expect([0, 2]).toContain(ended.code);
  });
});
