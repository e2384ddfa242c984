import { describe, expect, it } from "vitest";
import { commandsOf, planOf, target } from "../support/plans.ts";
import { noGit, run } from "../support/host.ts";
import { droneEnv, project } from "../support/project.ts";

const dockerfile = "FROM scratch AS base\nFROM base AS app1\nFROM base AS app2\n";
const buildTag = "master-860c1904a1ce-42";

/** A project of this config. */
const files = (config: string) => ({
  "package.json": {},
  Dockerfile: dockerfile,
  "multistage-build.config.yaml": config,
});

/** A command's result as JSON. */
async function json(config: string, args: string[], env = droneEnv()): Promise<Record<string, unknown>> {
  const ended = await run([...args, "--json"], { cwd: await project(files(config)), env, commands: noGit! });
  expect({ code: ended.code, err: ended.err }).toEqual({ code: 0, err: "" });
  return JSON.parse(ended.out) as Record<string, unknown>;
}

/** The build tags of a plan's targets, by name. */
async function buildTags(config: string, env = droneEnv()): Promise<Record<string, string | null | undefined>> {
  const { targets } = await planOf(files(config), [], env);
  return Object.fromEntries(targets.map(({ name, references }) => [name, references[0]?.buildTag]));
}

const oneRepository = `targets:
  app1: { repo: r.io/all, tags: [{ type: raw, value: one }] }
  app2: { repo: r.io/all, tags: [{ type: raw, value: two }] }
`;

describe("the build tag's own affixes", () => {
  it.each([
    ["a suffix", "{ repo: r.io/app, buildTag: { suffix: -x } }", `${buildTag}-x`],
    ["a suffix that is set off", "{ repo: r.io/app, buildTag: { suffix: '1' } }", `${buildTag}-1`],
    ["a prefix", "{ repo: r.io/app, buildTag: { prefix: ci- } }", `ci-${buildTag}`],
    [
      "both, outside of those of all tags",
      "{ repo: r.io/app, prefix: p-, suffix: -s, buildTag: { prefix: ci-, suffix: -x } }",
      `ci-p-${buildTag}-s-x`,
    ],
  ])("%s", async (_, app1, expected) => {
    const config = `targets:\n  app1: ${app1}\n`;
    const { references } = target(await planOf(files(config), []), "app1");
    expect(references[0]?.buildTag).toBe(expected);
    expect(references[0]?.moving).toEqual([expect.stringMatching(/^(?:p-)?latest(?:-s)?$/)]);
    expect(await json(config, ["ref", "app1"])).toMatchObject({ reference: `r.io/app:${expected}` });
    expect(await json(config, ["tags", "app1"])).toMatchObject({ buildTag: expected });
  });

  it("may be the same for all, and are written in the label by which the image is known", async () => {
    const config = "defaults: { buildTag: { suffix: -x } }\ntargets: { app1: r.io/app1, app2: r.io/app2 }\n";
    const plan = await planOf(files(config), []);
    expect(plan.targets.map(({ labels }) => labels["multistage-build.build-tag"])).toEqual(
      ["app1", "app2"].map(() => `${buildTag}-x`),
    );
    expect(plan.buildTag).toBe(buildTag);
  });

  it("go into {{ref.…}}", async () => {
    const config = `targets:
  base: { repo: r.io/base, buildTag: { suffix: -b } }
  app1: { repo: r.io/app1, args: { BASE: "{{ref.base}}" } }
`;
    expect(target(await planOf(files(config), []), "app1").args).toEqual({ BASE: `r.io/base:${buildTag}-b` });
  });
});

describe("targets of one repository", () => {
  it.each<[string, string, Record<string, string>]>([
    ["have a build tag each", oneRepository, { app1: `${buildTag}-app1`, app2: `${buildTag}-app2` }],
    [
      "have one each also where they share only one of several",
      oneRepository.replace("repo: r.io/all", "repo: [r.io/app1, r.io/all]"),
      { app1: `${buildTag}-app1`, app2: `${buildTag}-app2` },
    ],
    [
      "keep their own suffixes where these differ",
      oneRepository.replace("app2: {", "app2: { suffix: -two,"),
      { app1: buildTag, app2: `${buildTag}-two` },
    ],
    [
      "keep what the config says of the build tag",
      oneRepository.replace("app2: {", "app2: { buildTag: { suffix: -two },"),
      { app1: buildTag, app2: `${buildTag}-two` },
    ],
    [
      "have one each where the config says the same of both",
      `defaults: { buildTag: { suffix: -x } }\n${oneRepository}`,
      { app1: `${buildTag}-x-app1`, app2: `${buildTag}-x-app2` },
    ],
    [
      "leave that of a third one alone",
      `${oneRepository}  base: r.io/base\n`,
      { app1: `${buildTag}-app1`, app2: `${buildTag}-app2`, base: buildTag },
    ],
  ])("%s", async (_, config, expected) => {
    expect(await buildTags(config)).toEqual(expected);
  });

  it("have the same one whatever is selected", async () => {
    const plan = await planOf(files(oneRepository), ["app2"]);
    expect(target(plan, "app2").references).toEqual([
      { repository: "r.io/all", buildTag: `${buildTag}-app2`, moving: ["two"] },
    ]);
  });

  it("have the same one in a pull request, which has no moving tags", async () => {
    const env = droneEnv({
      DRONE_BUILD_EVENT: "pull_request",
      DRONE_COMMIT_REF: "refs/pull/17/head",
      DRONE_PULL_REQUEST: "17",
    });
    expect(await buildTags(oneRepository, env)).toEqual({
      app1: "pr-17-860c1904a1ce-42-app1",
      app2: "pr-17-860c1904a1ce-42-app2",
    });
  });

  it("must differ in their moving tags", async () => {
    const cwd = await project(files("targets: { app1: r.io/all, app2: r.io/all }\n"));
    const ended = await run(["plan"], { cwd, env: droneEnv(), commands: noGit! });
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('would write the same reference as targets.app1 (got "r.io/all:latest")');
  });

  it("are promoted by their build tags of the other build", async () => {
    const env = droneEnv({ DRONE_BUILD_EVENT: "promote", DRONE_DEPLOY_TO: "production", DRONE_BUILD_PARENT: "40" });
    const plan = await planOf(files(oneRepository), [], env);
    expect(plan.targets.map(({ references: [place] }) => place?.buildTag)).toEqual([
      "master-860c1904a1ce-40-app1",
      "master-860c1904a1ce-40-app2",
    ]);
    expect(commandsOf(plan).length).toBeGreaterThan(0);
  });
});
