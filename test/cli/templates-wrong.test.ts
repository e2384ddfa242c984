import { describe, expect, it } from "vitest";
import { errors } from "../support/templated.ts";

const gitTag = { DRONE_BUILD_EVENT: "tag", DRONE_COMMIT_REF: "refs/tags/v1.2.3", DRONE_TAG: "v1.2.3" };

describe("a variable that is empty where the text is needed", () => {
  const set = "\n    set PY where this runs, as in the step's environment\n";
  it.each<[string, string, Record<string, string>, string]>([
    [
      "suffix",
      'targets: { app: { repo: r.io/app, suffix: "-{{env.PY}}" } }',
      { PY: "" },
      `targets.app.suffix: the environment variable PY is empty or not set (got "{{env.PY}}")${set}`,
    ],
    [
      "prefix",
      'targets: { app: { repo: r.io/app, prefix: "{{tag}}-" } }',
      {},
      'targets.app.prefix: tag is empty in this build (got "{{tag}}")\n    only builds of a git tag have it; write what every build has',
    ],
    [
      "suffix, after what is done to it",
      `targets: { app: { repo: r.io/app, suffix: "-{{branch without='master'}}" } }`,
      {},
      "targets.app.suffix: branch is empty in this build (got \"{{branch without='master'}}\")",
    ],
    [
      "platforms",
      'targets: { app: { repo: r.io/app, platforms: ["linux/amd64", "linux/{{env.PY}}"] } }',
      { PY: "" },
      `targets.app.platforms.1: the environment variable PY is empty or not set (got "{{env.PY}}")${set}`,
    ],
    [
      "dockerfile",
      'dockerfile: "{{branch}}.Dockerfile"\ntargets: { app: r.io/app }',
      gitTag,
      'targets.app.dockerfile: branch is empty in this build (got "{{branch}}")\n    only builds of a branch have it',
    ],
    [
      "context",
      'targets: { app: { repo: r.io/app, context: "x/{{env.PY}}" } }',
      { PY: "" },
      "targets.app.context: the environment variable PY is empty or not set",
    ],
    [
      "registry",
      'registry: "{{env.PY}}"\ntargets: { app: app }',
      { PY: "" },
      "registry: the environment variable PY is empty or not set",
    ],
    [
      "registries",
      'registries: { "{{env.PY}}": {} }\ntargets: { app: r.io/app }',
      { PY: "" },
      "registries.{{env.PY}}: the environment variable PY is empty or not set",
    ],
    [
      "suffix, as git has no tag of a version",
      'targets: { app: { repo: r.io/app, suffix: "-{{major}}" } }',
      {},
      'targets.app.suffix: major is empty in this build (got "{{major}}")\n    only builds of a git tag that is a version have it',
    ],
  ])("is an error that names it: in %s", async (_, config, changes, message) => {
    const [code, said] = await errors(config, changes);
    expect([code, said]).toEqual([2, expect.stringContaining(message) as string]);
    // One mistake is told once.
    expect(said.split("\n").filter((line) => line.startsWith("error "))).toHaveLength(1);
  });

  it.each([["tags"], ["ref", "app"], ["clean"], ["outdated"]])("is one for %s, too", async (...argv) => {
    const config = 'targets: { app: { repo: r.io/app, suffix: "-{{env.PY}}" } }';
    expect(await errors(config, { PY: "" }, argv)).toEqual([2, expect.stringContaining("targets.app.suffix")]);
  });
});

describe("what a template comes to", () => {
  it.each<[string, string, Record<string, string>, string]>([
    [
      "a tag's part",
      'suffix: "-{{env.PY}}"',
      { PY: "3/12" },
      'suffix: must be at most 40 letters, digits, _ . or - (got "-3/12")',
    ],
    ["a tag's part", 'suffix: "-{{env.PY}}"', { PY: "x".repeat(40) }, "suffix: must be at most 40 letters"],
    ["a tag's beginning", 'prefix: "{{env.PY}}"', { PY: "-x" }, "prefix: must be at most 40 letters"],
    ["a tag's beginning", 'prefix: "{{env.PY}}"', { PY: "pr-7" }, 'prefix: must not start with "pr-"'],
    ["a tag's part", 'suffix: "-{{env.PY}}"', { PY: "{{x" }, "suffix: must be at most 40 letters"],
    ["a platform", 'platforms: ["linux/{{env.PY}}"]', {}, 'platforms.0: must be os/arch[/variant] (got "linux/3.12")'],
    ["a folder", 'context: "{{env.URL}}"', { URL: "https://x.io/y.git" }, "context: is not a local path"],
    ["a file", 'dockerfile: "{{env.URL}}"', { URL: "https://x.io/y" }, "dockerfile: is not a local path"],
    ["a file that is there", 'dockerfile: "{{env.PY}}"', {}, 'dockerfile: there is no such file (got "3.12")'],
  ])("has to be %s: %s", async (_, line, changes, message) => {
    const [code, said] = await errors(`targets: { app: { repo: r.io/app, ${line} } }`, changes);
    expect([code, said]).toEqual([2, expect.stringContaining(`targets.app.${message}`) as string]);
  });

  it.each([
    ['registry: "{{env.URL}}"', "https://x.io", "registry: is not a registry"],
    ['registries: { "{{env.URL}}": {} }', "https://x.io", "registries.https://x.io: is not a registry"],
    ['registries: { "{{env.URL}}": {}, x.io: {} }', "x.io", "registries.x.io: is a registry that is there already"],
    ['registries: { "{{env.URL}}": {} }', "-x{{", "registries.-x{{: is not a registry"],
  ])("has to be a registry: %s", async (line, URL, message) => {
    const [code, said] = await errors(`${line}\ntargets: { app: app }`, { URL });
    expect([code, said]).toEqual([2, expect.stringContaining(message) as string]);
  });

  it("must leave two targets their own references", async () => {
    const config = `defaults: { target: app }
targets:
  one: { repo: r.io/app, suffix: "-{{env.PY}}" }
  two: { repo: r.io/app, suffix: "-3.12" }`;
    expect(await errors(config)).toEqual([2, expect.stringContaining("would write the same reference as targets.one")]);
  });

  it.each(["suffix", "prefix", "context", "dockerfile"])("is no secret in %s", async (key) => {
    const [code, said] = await errors(`targets: { app: { repo: r.io/app, ${key}: "x{{env.SECRET_TOKEN}}" } }`);
    expect([code, said]).toEqual([
      2,
      expect.stringContaining(`targets.app.${key}: SECRET_TOKEN is a secret`) as string,
    ]);
    expect(said).not.toContain("s3cr3t");
  });

  it.each([
    ['targets: { app: { repo: r.io/app, context: "{{env.URL}}" } }', "s3cr3t-t0ken-of-4ll"],
    [
      'targets: { app: { repo: r.io/app, labels: { l: "{{env.URL first=40}}" } } }',
      "postgres://u:s3cr3t-t0ken-of-4ll@h/d",
    ],
    ['registries: { "{{env.URL}}": {} }\ntargets: { app: r.io/app }', "s3cr3t-t0ken-of-4ll"],
  ])("is no secret of another name, either: %s", async (config, URL) => {
    const [code, said] = await errors(config, { URL });
    expect([code, said]).toEqual([2, expect.stringMatching(/is a secret/) as string]);
    expect(said).not.toContain("s3cr3t");
  });
});

describe("what is wrong with a template itself", () => {
  it.each([
    ['suffix: "-{{evn.PY}}"', "targets.app.suffix: unknown expression"],
    ['suffix: "-{{env.OTHER}}"', "targets.app.suffix: OTHER is not listed"],
    ['suffix: "-{{ref.app}}"', "targets.app.suffix: a reference is not allowed here"],
    ['suffix: "-{{env.PY"', 'targets.app.suffix: "{{" is never closed'],
    ['context: "{{lower branch}}"', "targets.app.context: takes no such argument"],
    ["suffix: -$PY", "$PY is not filled in here; write {{env.PY}}, and list PY under env:"],
  ])("is said where it stands: %s", async (line, message) => {
    const [code, said] = await errors(`targets: { app: { repo: r.io/app, ${line} } }`);
    expect([code, said]).toEqual([2, expect.stringContaining(message) as string]);
    expect(said).toMatch(/multistage-build\.config\.yaml:2: /);
  });
});
