import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../../src/config/resolve.ts";
import type { WrittenConfig, WrittenTarget } from "../../../src/config/schema.ts";
import { formatProblem } from "../../../src/core/errors.ts";

/** What is wrong with a config of a base and this target; `changes` are of the top level. */
const problemsOf = (app: WrittenTarget, changes: Partial<WrittenConfig> = {}) =>
  resolveConfig({ targets: { base: "x.io/base", app }, ...changes }, "/work").problems.map(formatProblem);

describe("a config is refused", () => {
  it.each<[string, WrittenTarget, string]>([
    [
      "if it publishes what has no repository",
      { push: true },
      "targets.app.push: is true, but there is no repo to publish to",
    ],
    [
      "if it publishes what is for the host",
      { repo: false, push: true },
      "targets.app.push: is true, but there is no repo to publish to",
    ],
    [
      "if a need is misspelt",
      { needs: ["base", "bsae"] },
      'targets.app.needs.1: is not a target (got "bsae")\n    did you mean "base"?',
    ],
    [
      "if a need is like no target",
      { needs: "tools-of-ours" },
      'targets.app.needs.0: is not a target (got "tools-of-ours")\n    the targets are base, app',
    ],
    [
      "if a target needs itself",
      { needs: "app" },
      expect.stringMatching(/^targets\.app\.needs\.0: is the target itself \(got "app"\)/) as string,
    ],
    [
      "if an argument refers to no target",
      { args: { BASE: "{{ref.base}}", OTHER: "{{ref.bass}}" } },
      'targets.app.args.OTHER: is not a target (got "bass")\n    did you mean "base"?',
    ],
    [
      "if a named context is of no target",
      { contexts: { lib: "target:bas", src: "./target:x" } },
      'targets.app.contexts.lib: is not a target (got "bas")\n    did you mean "base"?',
    ],
    [
      "if an argument replaces the frontend",
      { args: { BUILDKIT_SYNTAX: "evil/frontend" } },
      'targets.app.args.BUILDKIT_SYNTAX: is refused\n    it replaces the Dockerfile frontend; write "# syntax=" in the Dockerfile, or add "buildkit-syntax" to allow',
    ],
  ])("%s", (_, app, expected) => {
    expect(problemsOf(app)).toEqual([expected]);
  });

  it.each<[string, NonNullable<WrittenConfig["registries"]>, string]>([
    [
      "a URL",
      { "https://x.io": {} },
      'registries.https://x.io: is not a registry (got "https://x.io")\n    write host or host:port, without https://',
    ],
    [
      "what docker would take for an option",
      { "-x": {} },
      'registries.-x: is not a registry (got "-x")\n    write host or host:port, without https://',
    ],
    [
      "a user without a password",
      { "x.io": { username: "ROBOT" } },
      "registries.x.io: needs both username and password, as names of environment variables",
    ],
    [
      "a password without a user",
      { "x.io": { password: "TOKEN" } },
      "registries.x.io: needs both username and password, as names of environment variables",
    ],
  ])("if a registry is %s", (_, registries, expected) => {
    expect(problemsOf({}, { registries })).toEqual([expected]);
  });

  it.each<[string, NonNullable<WrittenConfig["registries"]>]>([
    ["a host with both credentials", { "x.io": { username: "ROBOT", password: "TOKEN" } }],
    ["a port without any", { "localhost:5000": { insecure: true } }],
  ])("but not if a registry is %s", (_, registries) => {
    expect(problemsOf({}, { registries })).toEqual([]);
  });
});

describe("what comes from the network", () => {
  it.each<[where: string, WrittenTarget, refused: boolean]>([
    ["context", { context: "https://example.com/x.git" }, true],
    ["context", { context: "git@example.com:x.git" }, true],
    ["context", { context: "github.com/octocat/hello-world" }, true],
    ["context", { context: "./github.com" }, false],
    ["dockerfile", { dockerfile: "https://example.com/Dockerfile" }, true],
    ["dockerfile", { dockerfile: "docker/https.Dockerfile" }, false],
    ["contexts.src", { contexts: { src: "git://example.com/x.git" } }, true],
    ["contexts.src", { contexts: { src: "docker-image://alpine:3" } }, false],
    ["contexts.src", { contexts: { src: "../src" } }, false],
  ])("as %s of %j is refused: %j", (where, app, refused) => {
    const places = problemsOf(app).map((problem) => problem.split(" (got")[0]);
    expect(places).toEqual(refused ? [`targets.app.${where}: is not a local path`] : []);
    expect(problemsOf(app, { allow: ["remote-context"] })).toEqual([]);
  });

  it("is allowed each for itself", () => {
    const both: WrittenTarget = { context: "https://example.com/x.git", args: { BUILDKIT_SYNTAX: "x/y" } };
    const paths = (allow: WrittenConfig["allow"]) =>
      problemsOf(both, allow === undefined ? {} : { allow }).map((problem) => problem.split(": ")[0]);
    expect(paths(undefined)).toEqual(["targets.app.context", "targets.app.args.BUILDKIT_SYNTAX"]);
    expect(paths(["remote-context"])).toEqual(["targets.app.args.BUILDKIT_SYNTAX"]);
    expect(paths(["buildkit-syntax"])).toEqual(["targets.app.context"]);
    expect(paths(["buildkit-syntax", "remote-context"])).toEqual([]);
  });
});
