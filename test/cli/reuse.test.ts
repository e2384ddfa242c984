import { describe, expect, it } from "vitest";
import type { Host } from "../../src/host/host.ts";
import { systemFiles } from "../../src/host/system-files.ts";
import { noGit, run } from "../support/host.ts";
import { baked, planOf, target } from "../support/plans.ts";
import { droneEnv, project } from "../support/project.ts";

const files = {
  Dockerfile: "FROM lib/os:3 AS base\nRUN a\nFROM base AS app\nCOPY src /src\nCOPY --from=extra / /extra\n",
  ".dockerignore": "**/*.md\n",
  "src/a": "1",
  "src/a.md": "1",
  "docs/d": "1",
  "extra/e": "1",
  "extra/ignored": "1",
  "extra/.dockerignore": "ignored\n",
  "multistage-build.config.yaml":
    "reuse: true\ndefaults: { contexts: { extra: extra } }\ntargets: { base: r.io/base, app: r.io/app }\n",
};

const inputs = async (changes: Record<string, string> = {}) =>
  target(await planOf({ ...files, ...changes }, []), "app").inputs;

describe("the build context", () => {
  const promotion = { DRONE_BUILD_EVENT: "promote", DRONE_BUILD_PARENT: "41", DRONE_DEPLOY_TO: "production" };

  it.each<[string, string[], Record<string, string>, "read" | "not read"]>([
    ["a build", ["plan"], {}, "read"],
    ["a push, which compares what is up", ["push", "--dry-run"], {}, "read"],
    ["a promotion", ["plan"], promotion, "not read"],
    ["a promotion by push", ["push", "--dry-run"], promotion, "not read"],
    ["a promotion that builds anew", ["plan", "--no-promote"], promotion, "read"],
    ["promote", ["promote", "--from", "41", "--dry-run"], {}, "not read"],
  ])("of %s: %j %j is %s", async (_, argv, changes, expected) => {
    let isRead = false;
    const tree: Host["files"]["tree"] = (...args) => {
      isRead = true;
      return systemFiles.tree(...args);
    };
    const cwd = await project(files);
    const ran = await run([...argv, "--json"], { cwd, env: droneEnv(changes), commands: noGit!, files: { tree } });
    expect([ran.code, isRead ? "read" : "not read"]).toEqual([0, expected]);
  });
});

describe("a plan", () => {
  it("says what an image is made from, as far as it is known before the run", async () => {
    const known = await inputs();
    expect(known).toEqual({
      known: expect.stringMatching(/^[0-9a-f]{64}$/),
      unknown: null,
      targets: ["base"],
      images: [],
    });
  });

  it.each([
    ["src/a", "another thing"],
    ["src/new", "another thing"],
    ["extra/e", "another thing"],
    ["Dockerfile.dockerignore", "another thing"],
    ["src/a.md", "the same"],
    ["src/new.md", "the same"],
    ["docs/d", "the same"],
    ["extra/ignored", "the same"],
  ])("after a change of %s it is %s", async (file, expected) => {
    const [before, after] = [await inputs(), await inputs({ [file]: "2" })];
    expect(after.known === before.known ? "the same" : "another thing").toBe(expected);
  });

  it("is for the platform that docker is told to build for", async () => {
    const env = droneEnv({ DOCKER_DEFAULT_PLATFORM: "linux/arm64" });
    const [plan, plain] = [await planOf(files, [], env), await planOf(files, [])];
    expect(target(plan, "app").platforms).toEqual(["linux/arm64"]);
    expect(baked(plan, "app").platforms).toEqual(["linux/arm64"]);
    expect(target(plan, "app").inputs.known).not.toBe(target(plain, "app").inputs.known);
    const own = {
      ...files,
      "multistage-build.config.yaml": "targets: { base: { repo: r.io/base, platforms: [linux/s390x] } }\n",
    };
    expect(target(await planOf(own, [], env), "base").platforms).toEqual(["linux/s390x"]);
  });

  it("is the same in all steps of a build where an argument is the time", async () => {
    const text = files["multistage-build.config.yaml"].replace(
      "defaults: {",
      `defaults: { args: { AT: "{{date 'YYYYMMDDHHmmss'}}" }, `,
    );
    const at = async (created: string) => {
      const made = {
        ...files,
        Dockerfile: "FROM x AS base\nFROM base AS app\nARG AT\n",
        "multistage-build.config.yaml": text,
      };
      const { args, inputs: of } = target(await planOf(made, [], droneEnv({ DRONE_BUILD_CREATED: created })), "app");
      return { at: args.AT, of: of.known };
    };
    // The clock stands at another time.
    const first = await at("1600000000");
    expect(first.at).toBe("20200913122640");
    expect(await at("1600000000")).toEqual(first);
    expect((await at("1600000001")).of).not.toBe(first.of);
  });

  it.each([
    ["multistage-build.config.yaml", "reuse: false\ntargets:\n  app: r.io/app\n", "reuse is off"],
    [
      "multistage-build.config.yaml",
      "reuse: true\nallow: [remote-context]\ntargets:\n  app: { repo: r.io/app, context: 'https://r.io/x.git', contexts: { extra: extra } }\n",
      "the context https://r.io/x.git is not a folder",
    ],
    [
      "multistage-build.config.yaml",
      "reuse: true\nallow: [remote-context]\ntargets:\n  app: { repo: r.io/app, contexts: { extra: 'https://r.io/x.git' } }\n",
      "the context extra is not a folder",
    ],
  ])("says why it is not known (%s, %s)", async (file, text, why) => {
    expect((await inputs({ [file]: text })).unknown).toBe(why);
  });
});
