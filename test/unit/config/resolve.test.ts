import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../../src/config/resolve.ts";
import { withRegistry } from "../../../src/core/reference.ts";
import type { WrittenConfig } from "../../../src/config/schema.ts";
import { formatProblem } from "../../../src/core/errors.ts";

const resolved = (written: WrittenConfig) => resolveConfig(written, "/work");

describe("a target", () => {
  it.each<[string, WrittenConfig, object]>([
    [
      "has a default for all that is not written",
      { targets: { app: "x.io/app" } },
      {
        stage: "app",
        stageIsWritten: false,
        dockerfile: "Dockerfile",
        context: ".",
        repositories: ["x.io/app"],
        args: {},
        labels: {},
        secrets: [],
        ssh: [],
        contexts: {},
        platforms: [],
        prefix: "",
        suffix: "",
        needs: [],
        push: "auto",
        cacheFrom: [],
        cacheTo: [],
      },
    ],
    ["has no repository if it is false", { targets: { app: false } }, { repositories: [] }],
    ["has no repository if none is written", { targets: { app: {} } }, { repositories: [] }],
    ["has a list of repositories", { targets: { app: ["x.io/a", "y.io/a"] } }, { repositories: ["x.io/a", "y.io/a"] }],
    [
      "has the top level's Dockerfile and context",
      { dockerfile: "a.Dockerfile", context: "src", targets: { app: {} } },
      { dockerfile: "a.Dockerfile", context: "src" },
    ],
    [
      "has the defaults rather than the top level, and its own rather than those",
      {
        dockerfile: "a.Dockerfile",
        context: "a",
        defaults: { dockerfile: "b.Dockerfile", context: "b", suffix: "-b" },
        targets: { app: { context: "c" } },
      },
      { dockerfile: "b.Dockerfile", context: "c", suffix: "-b" },
    ],
    [
      "has maps that are merged key by key, as texts",
      { defaults: { args: { A: 1, B: "b" }, labels: { l: true } }, targets: { app: { args: { B: 2 } } } },
      { args: { A: "1", B: "2" }, labels: { l: "true" } },
    ],
    [
      "has lists of what is written as one text",
      { targets: { app: { ssh: "default", cacheFrom: "x.io/app:cache" } } },
      { ssh: ["default"], cacheFrom: ["x.io/app:cache"] },
    ],
    [
      "has secrets by where they come from",
      { targets: { app: { secrets: { npm: { env: "NPM_TOKEN" }, key: { file: "key.pem" } } } } },
      {
        secrets: [
          { id: "npm", env: "NPM_TOKEN" },
          { id: "key", file: "key.pem" },
        ],
      },
    ],
  ])("%s", (_, written, expected) => {
    const { config, problems } = resolved(written);
    expect(problems).toEqual([]);
    expect(config.targets).toMatchObject([expected]);
  });
});

describe("tag rules that cannot be read", () => {
  it.each<[string, WrittenConfig, string]>([
    ["of the top level", { tags: ["type=shaa"], targets: { a: "x.io/a", b: "x.io/b" } }, "tags.0.type"],
    [
      "of the defaults",
      { defaults: { tags: ["type=shaa"] }, targets: { a: "x.io/a", b: "x.io/b" } },
      "defaults.tags.0.type",
    ],
    ["of a target", { targets: { a: { repo: "x.io/a", tags: ["type=shaa"] }, b: "x.io/b" } }, "targets.a.tags.0.type"],
  ])("%s are one problem, where they are written", (_, written, path) => {
    expect(resolved(written).problems.map((problem) => problem.path)).toEqual([path]);
  });

  it("because of the flavor are one problem, however many lists of rules there are", () => {
    const targets = { a: { repo: "x.io/a", tags: ["type=sha"] }, b: { repo: "x.io/b", tags: ["type=ref,event=tag"] } };
    const { problems } = resolved({ flavor: "latest=perhaps", targets });
    expect(problems.map(formatProblem)).toEqual([expect.stringMatching(/^flavor/)]);
  });
});

describe("withRegistry", () => {
  it.each([
    ["team/app", "x.io", "x.io/team/app"],
    ["app", "x.io", "x.io/app"],
    ["y.io/app", "x.io", "y.io/app"],
    ["localhost/app", "x.io", "localhost/app"],
    ["team/app", null, "team/app"],
  ])("%s in %s is %s", (repository, registry, expected) => {
    expect(withRegistry(repository, registry)).toBe(expected);
  });
});
