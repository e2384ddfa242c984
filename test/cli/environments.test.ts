import { describe, expect, it } from "vitest";
import recorded from "../fixtures/vectors/environments.json" with { type: "json" };
import type { PlanDocument } from "../../src/plan/document.ts";
import { noGit, run } from "../support/host.ts";
import { project } from "../support/project.ts";

const files = {
  "package.json": {},
  Dockerfile: "FROM scratch AS app\n",
  "multistage-build.config.yaml": "targets: { app: my-registry.com/app }\n",
};

/** What is published of a recorded build: its tags, the build tag first, or nothing and why. */
type Expected = [kind: string, tags: string[], publishes: boolean];

const drone = "7573a0ae3526";
const woodpecker = "1c13633e1c88";

const expected: Readonly<Record<string, Expected>> = {
  "drone: cron": ["cron", [`master-${drone}-55`, "nightly"], true],
  "drone: custom": ["custom", [`dev-${drone}-56`, "dev"], true],
  "drone: pr azure merge": ["pull_request", [`pr-17-${drone}-49`, "pr-17"], false],
  "drone: pr github": ["pull_request", [`pr-17-${drone}-46`, "pr-17"], false],
  "drone: pr gitlab": ["pull_request", [`pr-17-${drone}-47`, "pr-17"], false],
  "drone: pr stash": ["pull_request", [`pr-17-${drone}-48`, "pr-17"], false],
  "drone: promote branch": ["promote", [`master-${drone}-50`, "production"], true],
  "drone: promote by GitHub deployment of a sha (Ref empty)": ["promote", [`commit-${drone}-53`, "production"], true],
  "drone: promote pr": ["pull_request", [`pr-17-${drone}-52`, "pr-17"], false],
  "drone: promote tag": ["promote", [`v1.2.3-${drone}-51`, "production"], true],
  "drone: push Bitbucket Server new branch (BranchHook, Ref=DisplayID)": [
    "push",
    [`feature-x-${drone}-43`, "feature-x"],
    true,
  ],
  "drone: push dev": ["push", [`dev-${drone}-42`, "dev"], true],
  "drone: push master": ["push", [`master-${drone}-41`, "latest"], true],
  "drone: restart of push": ["push", [`master-${drone}-57`, "latest"], true],
  "drone: rollback": ["rollback", [`master-${drone}-54`, "production"], true],
  "drone: tag rc": ["tag", [`v1.2.3-rc.1-${drone}-44`, "1.2.3-rc.1"], true],
  "drone: tag stable": ["tag", [`v1.2.3-${drone}-45`, "1.2.3", "1.2", "1"], true],
  "woodpecker: bare": ["local", ["local-000000000000"], false],
  "woodpecker: cron": ["cron", [`master-${woodpecker}-157`, "nightly"], true],
  "woodpecker: deployment branch": ["promote", [`master-${woodpecker}-153`, "production"], true],
  "woodpecker: deployment of a PR pipeline": ["pull_request", [`pr-17-${woodpecker}-155`, "pr-17"], false],
  // GitHub says refs/heads/v1.2.3, and such a branch must not pass for the tag.
  "woodpecker: deployment of a tag by GitHub": [
    "promote",
    [`branch-v1.2.3-e3cad1a6-${woodpecker}-154`, "production"],
    true,
  ],
  "woodpecker: deployment without target": ["promote", [`master-${woodpecker}-156`], true],
  "woodpecker: manual": ["custom", [`dev-${woodpecker}-158`, "dev"], true],
  "woodpecker: mr gitlab, branch=source": ["pull_request", [`pr-17-${woodpecker}-148`, "pr-17"], false],
  "woodpecker: pr bitbucket, branch=source": ["pull_request", [`pr-17-${woodpecker}-147`, "pr-17"], false],
  "woodpecker: pr closed github": ["pull_request", [`pr-17-${woodpecker}-149`, "pr-17"], false],
  "woodpecker: pr gitea": ["pull_request", [`pr-17-${woodpecker}-146`, "pr-17"], false],
  "woodpecker: pr merged on Bitbucket Cloud: ref is a branch": ["pull_request", [`pr-${woodpecker}-151`], false],
  "woodpecker: pr merged on Bitbucket Cloud into release 2": ["pull_request", [`pr-${woodpecker}-152`], false],
  "woodpecker: pr metadata": ["pull_request", [`pr-17-${woodpecker}-150`, "pr-17"], false],
  "woodpecker: push dev": ["push", [`dev-${woodpecker}-142`, "dev"], true],
  "woodpecker: push master": ["push", [`master-${woodpecker}-141`, "latest"], true],
  "woodpecker: release prerelease flag": ["tag", [`v1.2.3-${woodpecker}-145`, "1.2.3"], true],
  "woodpecker: restart": ["push", [`master-${woodpecker}-159`, "latest"], true],
  "woodpecker: tag gitea (branch?)": ["tag", [`v1.2.3-${woodpecker}-144`, "1.2.3", "1.2", "1"], true],
  "woodpecker: tag rc (GitHub: branch is the ref)": ["tag", [`v1.2.3-rc.1-${woodpecker}-143`, "1.2.3-rc.1"], true],
};

async function jsonOf<T>(command: string, env: Record<string, string>): Promise<T> {
  const cwd = await project(files);
  const ended = await run([...command.split(" "), "--json"], { cwd, env, commands: noGit! });
  expect(ended).toMatchObject({ code: 0, err: "" });
  return JSON.parse(ended.out) as T;
}

describe("every environment that a runner was seen to set is read", () => {
  const cases = recorded.cases as unknown as { ci: string; build: string; env: Record<string, string> }[];

  it("has a row here", () => {
    expect(cases.map(({ ci, build }) => `${ci}: ${build}`).toSorted()).toEqual(Object.keys(expected).toSorted());
  });

  it.each(cases)("$ci: $build", async ({ ci, build, env }) => {
    const tags = await jsonOf<{ buildTag: string; tags: string[] }>("tags app", env);
    const plan = await jsonOf<PlanDocument>("plan", env);
    expect([plan.event.kind, [tags.buildTag, ...tags.tags], plan.push]).toEqual(expected[`${ci}: ${build}`]);
    const moving = plan.targets.flatMap(({ references }) => references.flatMap((one) => one.moving));
    expect([plan.buildTag, ...moving]).toEqual([tags.buildTag, ...tags.tags]);
  });
});
