import { describe, expect, it } from "vitest";
import { validateConfig } from "../../../src/config/validate.ts";
import { formatProblem } from "../../../src/core/errors.ts";

const targets = { app1: "my-registry.com/app1" };
const messages = (written: unknown) => validateConfig(written).problems.map(formatProblem);

describe("validateConfig", () => {
  it.each<[string, unknown]>([
    ["the short form", { targets }],
    ["a list", { targets: { app1: ["my-registry.com/app1", "docker.io/acme/app1"] } }],
    ["a target that is never published", { targets: { base: false } }],
    ["the long form", { targets: { app1: { repo: "x/app1", target: "app", args: { A: 1, B: true, C: "{{sha}}" } } } }],
    ["rules in both forms", { tags: ["type=sha", { type: "raw", value: "x" }], targets }],
    [
      "every key of the top level",
      {
        $schema: "./schema.json",
        dockerfile: "multistage.Dockerfile",
        context: ".",
        tags: "auto_tag",
        flavor: { latest: "auto" },
        push: "auto",
        registry: "my-registry.com",
        registries: { "my-registry.com": { username: "USER", password: "PASSWORD" } },
        env: ["VERSION"],
        allow: ["remote-context"],
        defaults: { platforms: ["linux/amd64", "linux/arm/v7"] },
        targets,
      },
    ],
  ])("takes %s", (_, written) => {
    expect(messages(written)).toEqual([]);
  });

  it.each<[string, unknown, string[]]>([
    [
      "no object",
      "targets",
      ['the config: must be a map (NAME: value) (got "targets")\n    write NAME: value, one a line'],
    ],
    [
      "no targets",
      {},
      [
        "targets: is missing\n    write under it what is built, and where it is published: app1: my-registry.com/myproject/app1",
      ],
    ],
    ["empty targets", { targets: {} }, ["targets: must name at least one target (got {})"]],
    ["an unknown key", { targetz: {}, targets }, ['targetz: unknown key\n    did you mean "targets"?']],
    [
      "an unknown key of a target",
      { targets: { app1: { repos: "x/y" } } },
      ["targets.app1.repos: unknown key\n    write repo:"],
    ],
    [
      "an unknown key of a registry",
      { registries: { "r.io": { usernme: "U" } }, targets },
      ['registries.r.io.usernme: unknown key\n    did you mean "username"?'],
    ],
    [
      "an unknown key of the defaults",
      { defaults: { arg: {} }, targets },
      ["defaults.arg: unknown key\n    write args:"],
    ],
    [
      "unknown keys of a registry",
      { registries: { "x.io": { usernam: "ROBOT", zone: "eu" } }, targets },
      ['registries.x.io.usernam: unknown key\n    did you mean "username"?', "registries.x.io.zone: unknown key"],
    ],
    ["nothing", undefined, ["the config: is missing"]],
    [
      "a number with a point",
      { targets: { app1: { repo: "x/y", args: { V: 1.1 } } } },
      [
        "targets.app1.args.V: must be a string, an integer or true/false; quote a number with a decimal point: YAML reads 1.10 as 1.1 (got 1.1)",
      ],
    ],
    [
      "a target's name that is none",
      { targets: { "app 1": "x/y" } },
      ['targets.app 1: is not a valid target name: use letters, digits, _ and -, 64 at most (got "app 1")'],
    ],
    [
      "a target that is a number",
      { targets: { app1: 7 } },
      ["targets.app1: must be a repository, a list of them, false, or a map (got 7)\n    put it in quotes"],
    ],
    [
      "a secret in clear",
      { targets: { app1: { repo: "x/y", secrets: { npm: "hunter2" } } } },
      ["targets.app1.secrets.npm: must be { env: NAME } or { file: path }"],
    ],
    [
      "a password instead of a variable's name",
      { registries: { r: { password: "p@ss" } }, targets },
      ["registries.r.password: must be the name of an environment variable"],
    ],
    [
      "a platform that is none",
      { targets: { app1: { repo: "x/y", platforms: ["arm"] } } },
      ['targets.app1.platforms.0: must be os/arch[/variant] (got "arm")'],
    ],
    [
      "several unknown keys",
      { foo: 1, bar: 2, targets: { app1: { repo: "x/y", a1: 1, a2: 2 } } },
      ["foo: unknown key", "bar: unknown key", "targets.app1.a1: unknown key", "targets.app1.a2: unknown key"],
    ],
    [
      "a list of arguments",
      { targets: { app1: { repo: "x/y", args: ["A=1"] } } },
      ['targets.app1.args: must be a map (NAME: value), not a list (got ["A=1"])'],
    ],
    [
      "a list of targets",
      { targets: ["a", "b"] },
      ['targets: must be a map (NAME: value), not a list (got ["a","b"])'],
    ],
    [
      "an argument's name that is none",
      { targets: { app1: { repo: "x/y", args: { "A(": "1" } } } },
      ['targets.app1.args.A(: is not a valid name for a build argument (got "A(")'],
    ],
    [
      "everything at once",
      { targetz: 1, push: "yes", targets: { app1: { repo: "x", nedes: [], dockerfile: 3 } } },
      [
        expect.stringContaining("targetz: unknown key"),
        'push: must be "auto", true or false (got "yes")\n    write true',
        expect.stringContaining("targets.app1.nedes: unknown key"),
        "targets.app1.dockerfile: must be a string (got 3)\n    put it in quotes",
      ] as string[],
    ],
  ])("refuses %s", (_, written, expected) => {
    expect(messages(written).toSorted()).toEqual(expect.arrayContaining(expected));
    expect(messages(written)).toHaveLength(expected.length);
  });
});
