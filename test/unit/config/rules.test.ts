import { describe, expect, it } from "vitest";
import { resolveConfig, withRegistry } from "../../../src/config/resolve.ts";
import { validateConfig } from "../../../src/config/validate.ts";
import { formatProblem } from "../../../src/core/errors.ts";

/** What is wrong with a config that the schema has nothing against. */
function problems(written: object): string[] {
  const { config, problems: faults } = validateConfig(written);
  expect(faults).toEqual([]);
  return resolveConfig(config!, "/work").problems.map(formatProblem);
}

const base = "r.io/base";
const many = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`target${at}`, `r.io/t${at}`]));

describe("what a config's parts say of each other", () => {
  it.each<[string, object, (string | RegExp)[]]>([
    [
      "a target that is told to be published has a repository",
      { targets: { base: { push: true } } },
      [/^targets.base.push: is true, but there is no repo/],
    ],
    ["one with a repository may be", { targets: { base: { repo: base, push: true } } }, []],
    [
      "a need is a target",
      { targets: { base, app: { repo: "r.io/app", needs: ["bsae"] } } },
      [/^targets.app.needs.0: is not a target \(got "bsae"\)\n {4}did you mean "base"\?/],
    ],
    ["a need is another target", { targets: { app: { repo: "r.io/app", needs: "app" } } }, [/is the target itself/]],
    [
      "a need is like nothing",
      { targets: { ...many, app: { repo: "r.io/app", needs: ["zzz"] } } },
      [/the targets are target0, .*target9$/],
    ],
    [
      "a reference is to a target",
      { targets: { base, app: { repo: "r.io/app", args: { A: "{{ref.bse}}", B: "{{ref.base}}" } } } },
      [/^targets.app.args.A: is not a target/],
    ],
    [
      "a context is a target's",
      { targets: { base, app: { repo: "r.io/app", contexts: { a: "target:bse", b: "target:base", c: "./folder" } } } },
      [/^targets.app.contexts.a: is not a target/],
    ],
    [
      "a context is a folder here",
      { targets: { base: { repo: base, context: "https://x.org/a.git" } } },
      [/^targets.base.context: is not a local path/],
    ],
    [
      "a Dockerfile is a file here",
      { targets: { base: { repo: base, dockerfile: "git@x.org:a/b" } } },
      [/^targets.base.dockerfile: is not a local path/],
    ],
    [
      "a named context may be an image",
      { targets: { base: { repo: base, contexts: { a: "github.com/a/b", b: "docker-image://x" } } } },
      [/^targets.base.contexts.a: is not a local path/],
    ],
    [
      "unless the network is allowed",
      { allow: ["remote-context"], targets: { base: { repo: base, context: "https://x.org/a.git" } } },
      [],
    ],
    [
      "another frontend is refused",
      { targets: { base: { repo: base, args: { BUILDKIT_SYNTAX: "x" } } } },
      [/BUILDKIT_SYNTAX: is refused/],
    ],
    [
      "unless it is allowed",
      { allow: ["buildkit-syntax"], targets: { base: { repo: base, args: { BUILDKIT_SYNTAX: "x" } } } },
      [],
    ],
    [
      "a registry is a host",
      { registries: { "https://r.io": {} }, targets: { base } },
      [/^registries.https:\/\/r.io: is not a registry/],
    ],
    [
      "a login has two parts",
      { registries: { "r.io": { username: "USER" } }, targets: { base } },
      [/^registries.r.io: needs both/],
    ],
    ["or none", { registries: { "r.io": { insecure: true, ca: "ca.crt" } }, targets: { base } }, []],
  ])("%s", (_, written, expected) => {
    const found = problems(written);
    expect(found).toHaveLength(expected.length);
    for (const [at, one] of expected.entries()) expect(found[at]).toMatch(one);
  });
});

describe("withRegistry", () => {
  it.each([
    ["team/app", null, "team/app"],
    ["team/app", "r.io", "r.io/team/app"],
    ["x.io/app", "r.io", "x.io/app"],
    ["localhost/app", "r.io", "localhost/app"],
    ["app", "r.io/team", "r.io/team/app"],
  ])("%s under %s is %s", (repository, registry, expected) => {
    expect(withRegistry(repository, registry)).toBe(expected);
  });
});

describe("a target's keys", () => {
  const written = {
    dockerfile: "all.Dockerfile",
    defaults: {
      args: { A: 1, B: true },
      labels: { l: "d" },
      platforms: ["linux/amd64"],
      ssh: "default",
      cacheFrom: "r.io/cache",
    },
    targets: {
      base: { repo: base, args: { A: "own" } },
      tool: { repo: false, target: "tools", dockerfile: "x" },
      none: {},
    },
  };
  it("are its own before the defaults, and these before the top level", () => {
    const { config } = resolveConfig(validateConfig(written).config!, "/work");
    expect(config.targets).toMatchObject([
      {
        name: "base",
        stage: "base",
        stageIsWritten: false,
        dockerfile: "all.Dockerfile",
        context: ".",
        args: { A: "own", B: "true" },
        labels: { l: "d" },
        ssh: ["default"],
        cacheFrom: ["r.io/cache"],
        platforms: ["linux/amd64"],
        repositories: [base],
      },
      { name: "tool", stage: "tools", stageIsWritten: true, dockerfile: "x", repositories: [] },
      { name: "none", repositories: [], push: "auto" },
    ]);
  });
});
