import { describe, expect, it } from "vitest";
import type { WrittenConfig } from "../../../src/config/schema.ts";
import { eventOf } from "../tags/event-of.ts";
import { made } from "./made.ts";

const dockerfile = "FROM python:3.8-slim AS base\nFROM base AS app\n";
const targets = { base: "x.io/base", app: "x.io/app" };

describe("a plan is refused", () => {
  it.each<[string, WrittenConfig, string, string]>([
    [
      "if a stage is like no other",
      { targets: { website: "x.io/website" } },
      dockerfile,
      'targets.website: is not a stage of Dockerfile (got "website")\n    its stages are base, app',
    ],
    [
      "if a stage that is written is not there",
      { targets: { web: { repo: "x.io/web", target: "ap" } } },
      dockerfile,
      'targets.web.target: is not a stage of Dockerfile (got "ap")\n    did you mean "app"?',
    ],
    [
      "if no stage has a name",
      { targets: { app: "x.io/app" } },
      "FROM alpine\nFROM python:3.8-slim\n",
      'targets.app: is not a stage of Dockerfile (got "app")\n    it has no named stages',
    ],
    [
      "if the one stage has another name than is written",
      { targets: { web: { repo: "x.io/web", target: "web" } } },
      "FROM alpine AS app\n",
      'targets.web.target: is not a stage of Dockerfile (got "web")\n    its stages are app',
    ],
    [
      "if a repository is none",
      { targets: { app: "x.io//app" } },
      dockerfile,
      'targets.app.repo: is not a repository: parts are a-z, 0-9 with single . _ __ or - between (got "x.io//app")',
    ],
    [
      "if a repository cannot be filled in",
      { targets: { app: "x.io/{{env.TEAM}}/App" } },
      dockerfile,
      'targets.app.repo: TEAM is not listed (got "{{env.TEAM}}")\n    add TEAM to env: in the config',
    ],
    [
      "if a context is of a target that has no stage",
      { targets: { tools: "x.io/tools", app: { repo: "x.io/app", contexts: { base: "target:tools" } } } },
      dockerfile,
      'targets.tools: is not a stage of Dockerfile (got "tools")\n    its stages are base, app',
    ],
    [
      "if a build tag would be none",
      { targets: { app: { repo: "x.io/app", prefix: "-", tags: [] } } },
      dockerfile,
      'targets.app: prefix, suffix and those of buildTag do not give a valid build tag (got "-master-860c1904a1ce-42")',
    ],
  ])("%s", (_, config, text, expected) => {
    expect(made(config, { Dockerfile: text }).problems).toEqual([expected]);
  });

  it.each([
    ["ap", 'did you mean "app"?'],
    // Only the first word, and only where no command is named, may have been meant to be one.
    ["plann", "targets are base, app"],
    ["everything", "targets are base, app"],
  ])("if there is no target %s: %s", (name, hint) => {
    const { problems } = made({ targets }, { Dockerfile: dockerfile }, { names: ["app", name] });
    expect(problems).toEqual([`target: is not in the config (got "${name}")\n    ${hint}`]);
  });

  it("once for a Dockerfile that is not there, and not for targets that are not built", () => {
    const config: WrittenConfig = { dockerfile: "no.Dockerfile", targets: { a: "x.io/a", b: "x.io/b" } };
    expect(made(config, {}).problems).toEqual([
      expect.stringMatching(/^targets\.a\.dockerfile: there is no such file/),
    ]);
    const other: WrittenConfig = { targets: { ...targets, b: { repo: "x.io/b", dockerfile: "no.Dockerfile" } } };
    expect(made(other, { Dockerfile: dockerfile }, { names: ["app"] }).problems).toEqual([]);
  });
});

describe("a Dockerfile of one stage", () => {
  it.each(["FROM alpine\n", "FROM alpine AS whatever\n"])("%j needs no name of a target", (text) => {
    const { target, problems } = made({ targets: { app: "x.io/app" } }, { Dockerfile: text });
    expect(problems).toEqual([]);
    expect(target("app")).toMatchObject({ stage: "" });
  });
});

describe("a plan that publishes nothing", () => {
  it.each<[string, WrittenConfig["targets"], string]>([
    ["no target that could be", { app: { repo: "x.io/app", push: false } }, "no target is to be published"],
    ["no repository", { app: false }, "no target is to be published"],
  ])("because there is %s says so", (_, written, reason) => {
    expect(made({ targets: written }, { Dockerfile: dockerfile }).plan).toMatchObject({
      push: false,
      pushReason: reason,
    });
  });
});

describe("an image that is never published", () => {
  const local = eventOf({ provider: "local", kind: "local", buildNumber: null, repository: null });

  it.each([
    ["the repository", eventOf(), "/work/project", "multistage-build.invalid/octocat/hello-world/app"],
    ["the folder", local, "/work/My Project", "multistage-build.invalid/my-project/app"],
    ["the folder on Windows", local, "C:\\work\\project", "multistage-build.invalid/project/app"],
    ["nothing, in a folder of no letters", local, "/work/日本", "multistage-build.invalid/x/app"],
  ])("is called after %s", (_, event, directory, name) => {
    const { target } = made({ targets: { app: false } }, { Dockerfile: dockerfile }, { event, directory });
    expect(target("app")?.image.repository.name).toBe(name);
  });
});

describe("the cache of a base is looked for", () => {
  const base = (changes: object = {}) => ({ targets: { ...targets, base: { repo: "x.io/base", ...changes } } });
  const branch = { branch: "dev", ref: "refs/heads/dev" };

  it.each<[string, WrittenConfig, Parameters<typeof eventOf>[0], string[]]>([
    ["under its own tag", base(), {}, ["x.io/base:latest"]],
    ["under the branch's tag, then the default branch's", base(), branch, ["x.io/base:dev", "x.io/base:latest"]],
    ["under the branch's, if no branch is the default", base(), { ...branch, defaultBranch: null }, ["x.io/base:dev"]],
    ["nowhere if it has no moving tags", base({ tags: [] }), {}, []],
    ["nowhere if it is published nowhere", { targets: { ...targets, base: false } }, {}, []],
    ["nowhere on a laptop", base(), { provider: "local", kind: "local", buildNumber: null }, []],
    ["where the config says, first", base({ cacheFrom: "x.io/cache" }), {}, ["x.io/cache", "x.io/base:latest"]],
  ])("%s", (_, config, changes, expected) => {
    const { target, problems } = made(config, { Dockerfile: dockerfile }, { event: eventOf(changes) });
    expect(problems).toEqual([]);
    expect(target("base")?.cacheFrom).toEqual(expected);
    expect(target("app")?.cacheFrom).toEqual([]);
  });
});
