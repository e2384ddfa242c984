import { expect, it } from "vitest";
import type { PlanDocument } from "../../src/plan/document.ts";
import { noGit, run } from "../support/host.ts";
import { droneEnv, project } from "../support/project.ts";

const Dockerfile = "FROM python AS base\nFROM base AS app\n";
const branch = (name: string) => droneEnv({ DRONE_COMMIT_REF: `refs/heads/${name}`, DRONE_BRANCH: name });
const app = "targets: { app: reg.io/app }";

/** What a plan warns of; the Dockerfile may be another one. */
async function warningsOf(config: string, env: Record<string, string>, dockerfile = Dockerfile): Promise<string[]> {
  const files = { "package.json": {}, Dockerfile: dockerfile, "multistage-build.config.yaml": `${config}\n` };
  const ended = await run(["plan", "--json"], { cwd: await project(files), env, commands: noGit! });
  expect(ended).toMatchObject({ code: 0, err: "" });
  const { warnings } = JSON.parse(ended.out) as PlanDocument;
  return warnings.filter(({ code }) => code !== "shared-stage-unpublished").map(({ message }) => message);
}

const limit = "write when: { branch: master } or enable={{is_default_branch}}, unless every branch is to move it";
const share = "give one of the two a prefix, or a when that leaves this build out";

it.each<[title: string, config: string, env: Record<string, string>, warnings: string[]]>([
  [
    "tags: latest on a branch",
    `tags: latest\n${app}`,
    branch("dev"),
    [`tags: moves latest from branch dev, as from any other\n    ${limit}`],
  ],
  ["tags: latest on the default branch", `tags: latest\n${app}`, branch("master"), []],
  [
    "tags: latest of a git tag",
    `tags: latest\n${app}`,
    droneEnv({ DRONE_BUILD_EVENT: "tag", DRONE_COMMIT_REF: "refs/tags/v1.2.3" }),
    [],
  ],
  ["latest with a when", `tags: [{ type: raw, value: latest, when: { branch: dev } }]\n${app}`, branch("dev"), []],
  [
    "latest of the default branch alone",
    `tags: ["type=raw,value=latest,enable={{is_default_branch}}"]\n${app}`,
    branch("dev"),
    [],
  ],
  [
    "latest of every branch by the flavor",
    `flavor: latest=true\ntags: ["type=ref,event=branch"]\n${app}`,
    branch("dev"),
    [`flavor.latest: moves latest from branch dev, as from any other\n    ${limit}`],
  ],
  [
    "latest of every branch by a rule",
    `tags: ["type=ref,event=branch,latest=true"]\n${app}`,
    branch("dev"),
    [`tags.0: moves latest from branch dev, as from any other\n    ${limit}`],
  ],
  [
    "a branch that is called as cron's builds are",
    app,
    branch("nightly"),
    [`tags: gives nightly the tag nightly, which type=schedule gives to other builds\n    ${share}`],
  ],
  [
    "a branch that is called as a promotion's environment",
    app,
    branch("production"),
    [`tags: gives production the tag production, which type=deploy gives to other builds\n    ${share}`],
  ],
  [
    "a branch that is called as a rule's builds are",
    `tags: ["type=ref,event=branch", "type=edge"]\n${app}`,
    branch("edge"),
    [`tags.0: gives edge the tag edge, which type=edge gives to other builds\n    ${share}`],
  ],
  [
    "a promotion to what a rule calls its builds",
    `tags: ["type=deploy", { type: raw, value: stable, when: { branch: main } }]\n${app}`,
    droneEnv({ DRONE_BUILD_EVENT: "promote", DRONE_DEPLOY_TO: "stable" }),
    [
      `tags.0: gives stable the tag stable, which type=raw,value=stable when {"branch":"main"} gives to other builds\n    ${share}`,
    ],
  ],
  [
    "a name that two rules give to the same build",
    `tags: ["type=ref,event=branch", "type=edge,branch=edge"]\n${app}`,
    branch("edge"),
    [],
  ],
  ["a branch of no such name", app, branch("nightly-2"), []],
  [
    "a rule whose file is not there",
    `tags: ["type=file", "type=package,path=app/package.json"]\n${app}`,
    branch("master"),
    ["tags.1: gives no tag, as there is no file app/package.json", "tags.0: gives no tag, as there is no file .tags"],
  ],
  [
    "a variable in an argument and a label",
    `targets:\n  app: { repo: reg.io/app, args: { V: "$DRONE_TAG", P: "$HOME" }, labels: { v: "\${VERSION}" } }`,
    branch("master"),
    [
      'targets.app.labels.v: ${VERSION} is not filled in here (got "${VERSION}")\n    write {{env.VERSION}}, and list VERSION under env:',
      'targets.app.args.V: $DRONE_TAG is not filled in here (got "$DRONE_TAG")\n    write {{tag}}',
    ],
  ],
  [
    "a registry that is misspelt",
    `registries: { reg.oi: { username: U, password: P }, other.com: { insecure: true } }\n${app}`,
    branch("master"),
    ['registries.reg.oi: no target is published there; did you mean "reg.io"?'],
  ],
])("%s", async (_, config, env, warnings) => {
  expect(await warningsOf(config, env)).toEqual(warnings);
});

it.each<[title: string, dockerfile: string, warnings: string[]]>([
  [
    "FROM",
    "FROM python AS base\nFROM bsae AS app\n",
    ['Dockerfile:2: bsae is no stage but an image; did you mean "base"?'],
  ],
  [
    "COPY --from and a mount",
    "FROM python AS base\nFROM base AS app\nCOPY --from=bse /a /a\nRUN --mount=from=base2,target=/b ls\n",
    [
      'Dockerfile:3: bse is no stage but an image; did you mean "base"?',
      'Dockerfile:4: base2 is no stage but an image; did you mean "base"?',
    ],
  ],
  ["an image with a tag", "FROM python AS base\nFROM bas:1 AS app\n", []],
  ["a stage that is called nearly as its image", "FROM node AS nodes\nFROM nodes AS app\nCOPY --from=node /a /a\n", []],
])("an image that is nearly called as a stage: %s", async (_, dockerfile, warnings) => {
  const found = await warningsOf(app, branch("master"), dockerfile);
  expect(found.filter((message) => message.startsWith("Dockerfile:"))).toEqual(warnings);
});

it("a suffix whose variable is empty gives no variant another one's tags", async () => {
  const config = `env: [VARIANT]\ntags: ["type=raw,value=1,suffix=-{{env.VARIANT}}"]\n${app}\n`;
  const cwd = await project({ "package.json": {}, Dockerfile, "multistage-build.config.yaml": config });
  const tags = (env: Record<string, string>) =>
    run(["tags", "app"], { cwd, env: { ...droneEnv(), ...env }, commands: noGit! });
  expect(await tags({ VARIANT: "alpine" })).toMatchObject({
    code: 0,
    out: expect.stringContaining("1-alpine") as string,
  });
  const said = "tags.0.suffix: the environment variable VARIANT is empty or not set";
  expect(await tags({ VARIANT: "" })).toMatchObject({ code: 2, err: expect.stringContaining(said) as string });
});
