import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { mkdir } from "node:fs/promises";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { noGit, run } from "../support/host.ts";
import { droneEnv, project, question } from "../support/project.ts";

const never = "no docker process may be started";
/** Whoever asks docker for anything gets an answer that fails the test. */
const commands = { ...noGit, "docker ": { exitCode: 1, stderr: never } };

describe("--cwd", () => {
  const files = { ...question, "service/Dockerfile": "FROM x\n", "file.txt": "" };

  it.each([
    ["servce", '--cwd: there is no such folder (got "servce")\n    did you mean "service"?'],
    ["./servce", '--cwd: there is no such folder (got "./servce")\n    did you mean "service"?'],
    ["nowhere/at/all", '--cwd: there is no such folder (got "nowhere/at/all")'],
    ["file.txt", '--cwd: is not a folder (got "file.txt")'],
  ])("that does not exist leads to no project above it: %s", async (folder, problem) => {
    const cwd = await project(files);
    for (const command of ["build", "push", "plan", "tags", "clean"]) {
      const ended = await run([command, "-C", folder], { cwd, env: droneEnv(), commands });
      expect(ended).toMatchObject({ code: 2, out: "", err: `error ${problem}\n`, commands: [] });
    }
  });

  it("that exists finds the project that it is in", async () => {
    const cwd = await project(files);
    expect(await run(["ref", "app1", "-C", "service"], { cwd, env: droneEnv(), commands })).toMatchObject({ code: 0 });
  });
});

describe("the config that is used", () => {
  it("is in the JSON, and on stderr in CI and with --verbose", async () => {
    const cwd = await project(question);
    const config = path.join(cwd, "multistage-build.config.yaml");
    const planned = await run(["plan", "--json"], { cwd, commands });
    expect(JSON.parse(planned.out)).toMatchObject({ version: 2, config });
    for (const [env, args, isSaid] of [
      [droneEnv(), ["--no-push"], true],
      [{}, ["--verbose"], true],
      [{}, [], false],
    ] as const) {
      const ended = await run(["base", "--json", ...args], { cwd, env, commands });
      expect(ended.err.includes(`config: ${config}\n`)).toBe(isSaid);
      expect(JSON.parse(ended.out)).toMatchObject({ version: 1, config });
    }
  });
});

describe("a CI that is not known", () => {
  it.each([
    [{ CI: "true", GITHUB_ACTIONS: "true" }, "GitHub Actions"],
    [{ GITHUB_ACTIONS: "true", GITEA_ACTIONS: "true" }, "Gitea Actions"],
    [{ CI: "true", GITLAB_CI: "true" }, "GitLab CI"],
    [{ JENKINS_URL: "https://ci.example.com/" }, "Jenkins"],
    [{ CI: "1" }, "a CI"],
  ])("is said to count as a laptop, by every command: %j", async (env, name) => {
    const cwd = await project(question);
    const warning = `this looks like ${name}, which is not known here, so that the build counts as a laptop's`;
    const planned = await run(["plan", "--json"], { cwd, env, commands });
    const { push, warnings } = JSON.parse(planned.out) as {
      push: boolean;
      warnings: { code: string; message: string }[];
    };
    expect(push).toBe(false);
    expect(warnings.filter(({ code }) => code === "unknown-ci").map(({ message }) => message)).toEqual([
      expect.stringMatching(new RegExp(`^${warning}.*--as branch:master`)),
    ]);
    for (const args of [["tags", "app1"], ["ref", "app1"], ["base"]]) {
      const ended = await run(args, { cwd, env, commands });
      expect(stripVTControlCharacters(ended.err)).toContain(`warning ${warning}`);
    }
  });

  it.each([
    ["a laptop", {}, []],
    ["a laptop that says so", { CI: "false" }, []],
    ["Drone", droneEnv(), []],
    ["any other that --as describes", { CI: "true" }, ["--as", "branch:dev"]],
  ])("is not %s", async (_, env, args) => {
    const cwd = await project(question);
    const { out } = await run(["plan", "--json", ...args], { cwd, env, commands });
    expect(out).not.toContain("unknown-ci");
  });
});

describe("push", () => {
  it.each([{}, { CI: "true" }])("that would publish nothing is an error, with what to write: %j", async (env) => {
    const cwd = await project(question);
    for (const args of [["push"], ["push", "--dry-run"]]) {
      const ended = await run(args, { cwd, env, commands });
      expect(ended).toMatchObject({ code: 2, out: "" });
      expect(ended.err).toContain("error push: publishes nothing, as this is no build of a CI that is known here\n");
      expect(ended.err).toContain("write push --push");
    }
  });

  it("of a pull request has nothing to publish, and that is as it should be", async () => {
    const cwd = await project(question);
    const env = droneEnv({ DRONE_BUILD_EVENT: "pull_request", DRONE_COMMIT_REF: "refs/pull/7/head" });
    const ended = await run(["push", "--dry-run"], { cwd, env, commands });
    expect(ended).toMatchObject({ code: 0, err: "" });
  });
});

describe("the plan of a laptop", () => {
  it("does not say that tags move which nobody publishes", async () => {
    const cwd = await project(question);
    const tags = ["plan", "app1", "--tag", "canary"];
    expect((await run(tags, { cwd, commands })).out).toMatch(/app1:canary {2}moving, if it were published\n/);
    expect((await run([...tags, "--push"], { cwd, commands })).out).toMatch(/app1:canary {2}moving\n/);
  });
});

describe("a file that is to be written", () => {
  const files = {
    ...question,
    "multistage-build.config.yaml": `${question["multistage-build.config.yaml"]}defaults: { secrets: { npm: { file: .npmrc } }, tags: ["type=file"] }\n`,
    ".npmrc": "token",
    ".tags": "a",
    ".dockerignore": "x",
    "folder/file": "",
  };

  it.each([
    ["nowhere/out", "there is no such folder to write to"],
    [".npmrc/out", "there is no such folder to write to"],
    ["folder", "is a folder, not a file"],
    ["multistage-build.config.yaml", "would be written over the config"],
    ["folder/../multistage.Dockerfile", "would be written over a Dockerfile"],
    [".dockerignore", "would be written over an ignore file"],
    [".npmrc", "would be written over a secret"],
    ["x".repeat(256), "has a name that is too long for a file"],
    [".tags", "would be written over what a tag rule reads"],
  ])("is refused before anything runs: %s", async (file, message) => {
    const cwd = await project(files);
    for (const [command, flag] of [
      ["build", "--metadata-file"],
      ["build", "--tags-file"],
      ["push", "--metadata-file"],
      ["tags", "--tags-file"],
    ] as const) {
      for (const rest of command === "tags" ? [[]] : [[], ["--dry-run"]]) {
        const ended = await run([command, flag, file, ...rest], { cwd, env: droneEnv(), commands });
        expect(ended).toMatchObject({
          code: 2,
          out: "",
          err: expect.stringContaining(`error ${flag}: ${message} (got "${file.slice(0, 99)}`),
        });
        expect(ended.commands.filter(({ argv }) => argv[0] === "docker")).toEqual([]);
      }
    }
  });

  it("is not written twice, and is said with all else that is wrong", async () => {
    const cwd = await project(question);
    const args = ["nosuch", "--metadata-file", "out", "--tags-file", "./out"];
    const { err } = await run(args, { cwd, env: droneEnv(), commands });
    expect(err).toContain('error --tags-file: is the same file as --metadata-file (got "./out")');
    expect(err).toContain('error target: is not in the config (got "nosuch")');
  });

  it("is refused if it is a pipe that may have no reader", async () => {
    const cwd = await project(question);
    await execa("mkfifo", [path.join(cwd, "pipe")]);
    const { err } = await run(["--metadata-file", "pipe"], { cwd, env: droneEnv(), commands });
    expect(err).toBe('error --metadata-file: is a pipe, a socket or a device (got "pipe")\n');
  });

  it("may be a device of the shell's", async () => {
    const cwd = await project(question);
    const ended = await run(["tags", "app1", "--tags-file", "/dev/null"], { cwd, env: droneEnv(), commands });
    expect(ended).toMatchObject({ code: 0, err: "" });
  });

  it("is refused where this user may not write", async () => {
    const cwd = await project(question);
    const locked = path.join(cwd, "locked");
    await mkdir(locked);
    // Root may write anywhere, so this host says it.
    const readOnly = { writable: async (at: string) => at !== locked };
    const world = { cwd, env: droneEnv(), commands, files: readOnly };
    const { err } = await run(["tags", "app1", "--tags-file", "locked/out"], world);
    expect(err).toBe('error --tags-file: this user may not write there (got "locked/out")\n');
  });
});
