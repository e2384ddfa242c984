import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "../support/host.ts";
import { droneEnv, project, question } from "../support/project.ts";

const yaml = "targets: { app1: x.io/app1 }\n";
const json = JSON.stringify({ targets: { app1: "x.io/app1" } });
const esm = `export default ${json};\n`;
const cjs = `module.exports = ${json};\n`;

describe("the config", () => {
  it.each([
    ["multistage-build.config.yaml", yaml],
    ["multistage-build.config.yml", yaml],
    ["multistage-build.config.json", json],
    ["multistage-build.config.js", cjs],
    ["multistage-build.config.mjs", esm],
    ["multistage-build.config.cjs", cjs],
    [".multistage-buildrc", yaml],
    [".multistage-buildrc.yaml", yaml],
    [".multistage-buildrc.yml", yaml],
    [".multistage-buildrc.json", json],
    ["package.json", `{ "multistage-build": ${json} }`],
  ])("is found in %s, from a folder below it, too", async (name, text) => {
    const cwd = await project({ "package.json": {}, [name]: text, "below/file": "" });
    for (const from of [cwd, path.join(cwd, "below")]) {
      expect(await run(["ref", "app1"], { cwd: from })).toMatchObject({
        code: 0,
        out: "x.io/app1:local-000000000000\n",
      });
    }
  });

  it("is YAML rather than a script, where both are there", async () => {
    const files = { "multistage-build.config.js": "throw new Error('was run')", "multistage-build.config.yaml": yaml };
    const cwd = await project({ "package.json": {}, ...files });
    expect(await run(["ref", "app1"], { cwd })).toMatchObject({ code: 0 });
  });

  it("is the file that --config names, with paths relative to it", async () => {
    const files = { "ci/build.yaml": "targets: { app1: x.io/app1 }", "ci/Dockerfile": "FROM x AS app1\n" };
    const cwd = await project({ "package.json": {}, ...files });
    const ended = await run(["plan", "-c", "ci/build.yaml", "--json"], { cwd });
    expect(JSON.parse(ended.out)).toMatchObject({ targets: [{ name: "app1", dockerfile: "Dockerfile" }] });
    expect((await run(["--dry-run", "-c", "ci/build.yaml"], { cwd })).out).toContain(`cd ${path.join(cwd, "ci")}\n`);
  });
});

describe("--env-file", () => {
  it("takes CI's variables from a file, and none of this machine's own CI", async () => {
    const text = Object.entries(droneEnv({ DRONE_COMMIT_REF: "refs/heads/dev", DRONE_BUILD_NUMBER: "7" }))
      .map(([name, value]) => `${name}=${value}`)
      .join("\n");
    const cwd = await project({ ...question, "ci.env": `# recorded\n${text}\n` });
    const env = { CI: "woodpecker", CI_PIPELINE_EVENT: "tag" };
    const ended = await run(["ref", "app1", "--env-file", "ci.env"], { cwd, env });
    expect(ended.out).toBe("my-registry.com/myproject/app1:dev-860c1904a1ce-7\n");
  });
});

describe("--tags-file", () => {
  it("holds what Drone's plugins read from .tags", async () => {
    const cwd = await project(question);
    const ended = await run(["tags", "app1", "--tags-file", ".tags", "--tag", "canary"], { cwd, env: droneEnv() });
    expect(ended.code).toBe(0);
    expect(await readFile(path.join(cwd, ".tags"), "utf8")).toBe("master-860c1904a1ce-42,latest,canary\n");
  });

  it("is refused where the targets' tags differ, before anything runs", async () => {
    const config = "targets: { app1: x.io/app1, app2: { repo: x.io/app2, suffix: -alpine } }";
    const cwd = await project({
      ...question,
      "multistage-build.config.yaml": `dockerfile: multistage.Dockerfile\n${config}`,
    });
    const ended = await run(["--tags-file", ".tags"], { cwd, env: droneEnv(), commands: {} });
    expect(ended.code).toBe(2);
    expect(ended.err).toContain("--tags-file: can hold one list of tags");
  });
});

describe("tags", () => {
  it("prints the tags of one target, one a line", async () => {
    const ended = await run(["tags", "app1"], { cwd: await project(question), env: droneEnv() });
    expect(ended.out).toBe("master-860c1904a1ce-42\nlatest\n");
  });

  it("prints all targets' as JSON", async () => {
    const ended = await run(["tags", "--json"], { cwd: await project(question), env: droneEnv() });
    const { targets } = JSON.parse(ended.out) as { targets: object[] };
    expect(targets).toHaveLength(3);
    expect(targets[0]).toEqual({
      target: "base",
      buildTag: "master-860c1904a1ce-42",
      version: null,
      tags: ["latest"],
      references: ["my-registry.com/myproject/base:master-860c1904a1ce-42", "my-registry.com/myproject/base:latest"],
    });
  });
});
