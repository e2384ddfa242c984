import { describe, expect, it } from "vitest";
import { planOf } from "../support/plans.ts";
import { droneEnv } from "../support/project.ts";

const apps = Array.from({ length: 7 }, (_, at) => `app${at}`);
const dockerfile = (base: string) =>
  `FROM python:3.8-slim AS ${base}\n${apps.map((app) => `FROM ${base} AS ${app}\n`).join("")}`;

const pullRequest = droneEnv({ DRONE_BUILD_EVENT: "pull_request", DRONE_COMMIT_REF: "refs/pull/17/head" });

/** The warnings of a plan of some targets of a base that all apps stand on. */
async function warningsOf(targets: object, args: string[], env = droneEnv(), file = dockerfile("base")) {
  const files = { "package.json": {}, Dockerfile: file, "multistage-build.config.json": { targets } };
  return (await planOf(files, args, env)).warnings;
}

const all = Object.fromEntries(apps.map((app) => [app, `r.io/${app}`]));

describe("a base that is published nowhere", () => {
  it("is said to be another one on another host, where a step is for some of its apps alone", async () => {
    const warnings = await warningsOf({ base: false, ...all }, ["app0"]);
    expect(warnings).toMatchObject([
      {
        code: "base-not-shared",
        message: expect.stringMatching(/^base is published nowhere: app1, app2, app3, app4, app5 and 1 more would/),
      },
    ]);
  });

  const kept = { repo: "r.io/base", push: false };
  const onMiddle = dockerfile("base").replace("FROM base AS app0\n", "FROM base AS middle\nFROM middle AS app0\n");

  it.each<[string, object, string[], string?]>([
    ["in a step that builds it along with some of its apps", { base: false, ...all }, ["base", "app0"]],
    ["in its own step", { base: false, ...all }, ["base"]],
    ["if it is kept from its repository", { base: kept, ...all }, ["app0"]],
    ["if another base stands on it", { base: false, middle: false, ...all }, ["app1"], onMiddle],
  ])("is spoken of %s", async (_, targets, args, file) => {
    const codes = (await warningsOf(targets, args, droneEnv(), file)).map(({ code }) => code);
    expect(codes).toEqual(["base-not-shared"]);
  });

  it.each<[string, object, string[], Record<string, string>]>([
    ["in a step that builds it along", { base: false, ...all }, [], droneEnv()],
    ["in a step for all that stands on it", { base: false, ...all }, apps, droneEnv()],
    ["in a step for the only one that stands on it", { base: false, app0: "r.io/app0" }, ["app0"], droneEnv()],
    ["where nothing is published", { base: "r.io/base", ...all }, ["app0"], pullRequest],
    ["if it is published", { base: "r.io/base", ...all }, apps, droneEnv()],
    ["on a laptop", { base: false, ...all }, apps, {}],
  ])("is not spoken of %s", async (_, targets, args, env) => {
    const codes = (await warningsOf(targets, args, env)).map(({ code }) => code);
    expect(codes).not.toContain("base-not-shared");
  });
});

describe("a target that is called a base", () => {
  const lone = "FROM scratch AS base\nFROM scratch AS app0\n";

  it("is said to be none if nothing stands on it", async () => {
    const warnings = await warningsOf({ base: "r.io/base", app0: "r.io/app0" }, [], droneEnv(), lone);
    expect(warnings).toMatchObject([
      { code: "base-unused", message: expect.stringMatching(/no other target is built on it$/) },
    ]);
  });

  it("may be alone", async () => {
    expect(await warningsOf({ base: "r.io/base" }, [], droneEnv(), lone)).toEqual([]);
  });
});

describe("the cache that a base is built from in CI", () => {
  const from = async (env: Record<string, string>) => {
    const files = {
      "package.json": {},
      Dockerfile: dockerfile("base"),
      "multistage-build.config.json": { targets: { base: "r.io/base", ...all } },
    };
    return (await planOf(files, [], env)).targets.find(({ name }) => name === "base")!.cacheFrom;
  };

  it.each<[string, Record<string, string>, string[]]>([
    [
      "of a branch is its own, then the default branch's",
      droneEnv({ DRONE_COMMIT_REF: "refs/heads/dev", DRONE_BRANCH: "dev" }),
      ["r.io/base:dev", "r.io/base:latest"],
    ],
    ["of the default branch is its own", droneEnv(), ["r.io/base:latest"]],
    [
      "of a repository without a known default branch is its own",
      droneEnv({ DRONE_REPO_BRANCH: "" }),
      ["r.io/base:master"],
    ],
    ["of a laptop is its own host's alone", {}, []],
  ])("%s", async (_, env, expected) => {
    expect(await from(env)).toEqual(expected);
  });
});
