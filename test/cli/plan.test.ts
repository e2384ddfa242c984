import { describe, expect, it } from "vitest";
import type { PlanDocument } from "../../src/plan/document.ts";
import { run } from "../support/host.ts";
import { commandsOf, linked, planOf, target } from "../support/plans.ts";
import { droneEnv, project, question } from "../support/project.ts";

describe("plan --json", () => {
  it("is the whole truth about a build", async () => {
    const plan = await planOf(question, []);
    expect(plan).toMatchObject({
      version: 2,
      event: {
        provider: "drone",
        kind: "push",
        ref: "refs/heads/master",
        branch: "master",
        tag: null,
        pullRequest: null,
        sha: "860c1904a1ce19322e91ac35af1ab07466440c37",
        buildNumber: 42,
        defaultBranch: "master",
        deployTo: null,
      },
      buildTag: "master-860c1904a1ce-42",
      push: true,
      pushReason: "push in drone",
      shared: [{ stage: "build-base", targets: ["base", "app1", "app2"], publishedBy: null }],
    });
    expect(target(plan, "app1")).toMatchObject({
      stage: "app1",
      tags: ["latest"],
      version: null,
      image: "my-registry.com/myproject/app1:master-860c1904a1ce-42",
      references: [
        { repository: "my-registry.com/myproject/app1", buildTag: "master-860c1904a1ce-42", moving: ["latest"] },
      ],
      push: true,
    });
    expect(plan.warnings.map(({ code }) => code)).toEqual(["shared-stage-unpublished", "base-unused"]);
  });

  it("warns of an argument that looks like a secret", async () => {
    const config = "targets: { base: { repo: x.io/base, args: { NPM_TOKEN: x } } }";
    const plan = await planOf({ ...linked, "multistage-build.config.yaml": config }, []);
    expect(plan.warnings).toMatchObject([{ code: "secret-argument", message: expect.stringContaining("NPM_TOKEN") }]);
  });

  it("keeps the names of credentials and secrets, and no value", async () => {
    const config = `registries: { my-registry.com: { username: REG_USER, password: REG_PASSWORD } }
targets:
  base: { repo: my-registry.com/base, secrets: { npm: { env: NPM_TOKEN }, rc: { file: .npmrc } } }
`;
    const env = droneEnv({ REG_USER: "robot", REG_PASSWORD: "hunter2-hunter2", NPM_TOKEN: "npm_s3cret" });
    const plan = await planOf({ ...linked, "multistage-build.config.yaml": config }, [], env);
    expect(plan.steps[0]).toMatchObject({ kind: "login", targets: [] });
    expect(plan.steps[0]!.commands[0]).toMatchObject({
      argv: ["docker", "login", "--username", "$REG_USER", "--password-stdin", "my-registry.com"],
      stdin: "$REG_PASSWORD",
      env: ["REG_USER", "REG_PASSWORD"],
    });
    const builds = plan.steps.filter(({ kind }) => kind === "build");
    expect(builds).toMatchObject([{ targets: ["base"], commands: [{ env: ["NPM_TOKEN"] }] }]);
    expect(JSON.stringify(plan)).not.toMatch(/hunter2|s3cret/);
  });

  it("plans for docker build where it is told to", async () => {
    const plan = await planOf(linked, ["--builder", "docker", "base", "app1"]);
    expect(commandsOf(plan).map(({ argv }) => argv.slice(0, 2).join(" "))).toEqual([
      "docker pull",
      "docker image",
      "docker build",
      "docker push",
      "docker build",
      "docker image",
      "docker push",
      "docker tag",
      "docker push",
      "docker tag",
      "docker push",
    ]);
    expect(plan.steps.findLast(({ kind }) => kind === "build")!.commands[0]!.argv).toEqual(
      expect.arrayContaining(["--target=app1", "--tag=my-registry.com/app1:master-860c1904a1ce-42"]),
    );
  });

  it.each<[string, Record<string, string>, string[], object]>([
    [
      "a pull request",
      { DRONE_BUILD_EVENT: "pull_request", DRONE_COMMIT_REF: "refs/pull/17/head" },
      [],
      {
        push: false,
        pushReason: "a pull request; nothing of it is published",
      },
    ],
    [
      "a pull request that is to be published",
      { DRONE_BUILD_EVENT: "pull_request", DRONE_COMMIT_REF: "refs/pull/17/head" },
      ["--push"],
      {
        push: true,
        pushReason: "--push",
      },
    ],
    [
      "a promoted pull request",
      { DRONE_BUILD_EVENT: "promote", DRONE_COMMIT_REF: "refs/pull/17/head", DRONE_DEPLOY_TO: "production" },
      [],
      { push: false },
    ],
    ["a push that is not to be published", {}, ["--no-push"], { push: false, pushReason: "--no-push" }],
  ])("decides whether to publish %s", async (_, changes, args, expected) => {
    expect(await planOf(question, args, droneEnv(changes))).toMatchObject(expected);
  });

  it("lets a pull request write only names of its own", async () => {
    const config = `tags: ["type=raw,value=x", "type=sha", "type=ref,event=pr"]\ntargets: { app1: my-registry.com/app1 }\n`;
    const env = droneEnv({ DRONE_BUILD_EVENT: "pull_request", DRONE_COMMIT_REF: "refs/pull/17/head" });
    const files = { ...linked, "multistage-build.config.yaml": config };
    const plan = await planOf(files, ["--push"], env);
    expect(target(plan, "app1").references).toMatchObject([{ repository: "my-registry.com/app1", moving: ["pr-17"] }]);
    expect(plan.warnings).toContainEqual({
      code: "pull-request-tag",
      message: expect.stringContaining("x, sha-860c190"),
    });
  });

  it("never publishes from a laptop by itself", async () => {
    expect(await planOf(question, [], {})).toMatchObject({ push: false, buildTag: "local-000000000000" });
  });

  it("plans outside CI and git, and with docker nowhere to be found", async () => {
    expect(await run(["--dry-run"], { cwd: await project(question) })).toMatchObject({
      code: 0,
      err: "",
      commands: [],
    });
    const clone = await project({ ...question, ".git/HEAD": "ref: refs/heads/main" });
    const ended = await run(["--dry-run"], { cwd: clone, commands: { "git ": { missing: true } } });
    expect(ended).toMatchObject({ code: 0, err: "" });
    expect(ended.commands.map(({ argv }) => argv[0])).toEqual(["git", "git", "git", "git"]);
  });

  it("takes a laptop's build from git", async () => {
    const clone = await project({ ...question, ".git/HEAD": "ref: refs/heads/main" });
    const status = "# branch.head dev\n1 .M N... 100644 100644 100644 a b x\n";
    const commit = "3370e228f2209994d57af4427fe64e71bb79ac96 commit 99\ncommitter me <me@host> 1578616200 +0000\n\nx";
    const commands = {
      "git ": { exitCode: 1 },
      "git status": { stdout: status },
      "git cat-file": { stdout: commit },
      "git config": { stdout: "remote.origin.url\nhttps://me:token@host/octocat/hello.git\0" },
    };
    const ended = await run(["plan", "--json"], { cwd: clone, commands });
    const plan = JSON.parse(ended.out) as PlanDocument;
    expect(plan).toMatchObject({ buildTag: "local-3370e228f220-dirty", event: { branch: "dev", provider: "local" } });
    expect(target(plan, "app1").labels).toMatchObject({
      "org.opencontainers.image.source": "https://host/octocat/hello.git",
      "org.opencontainers.image.created": "2020-01-10T00:30:00.000Z",
    });
  });
});

describe("hostile names", () => {
  it.each([
    "$(touch${IFS}/tmp/pwn)",
    "`id`",
    "a;id",
    "a&&id",
    'a"b',
    "a'b",
    "--build-arg=X=1",
    "-t",
    "latest",
    "1.2.3",
    "x".repeat(200),
    "ÄÖ/#1",
  ])("are only text: %s", async (branch) => {
    const env = droneEnv({ DRONE_COMMIT_REF: `refs/heads/${branch}`, DRONE_BRANCH: branch });
    const plan = await planOf(question, [], env);
    for (const { references } of plan.targets) {
      const tags = references.flatMap(({ buildTag, moving }) => [buildTag, ...moving]);
      for (const tag of tags) expect(tag).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/);
      for (const tag of tags) expect(["latest", "1.2.3"]).not.toContain(tag);
    }
    for (const { argv } of commandsOf(plan)) for (const word of argv.slice(3)) expect(word).not.toBe(branch);
    // bake evaluates ${…}: in what it is given there is none.
    for (const { stdin } of commandsOf(plan)) expect(stdin ?? "").not.toMatch(/(?<!\$)\$\{/);
  });
});
