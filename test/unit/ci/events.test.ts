import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detectEvent } from "../../../src/ci/detect.ts";
import { droneEvent, isDrone } from "../../../src/ci/drone.ts";
import { readEvent } from "../../../src/ci/read-event.ts";
import { buildTag } from "../../../src/core/build-tag.ts";
import { decidePush } from "../../../src/plan/push-policy.ts";
import { fakeHost, noGit } from "../../support/host.ts";
import { project } from "../../support/project.ts";
import { isWoodpecker, woodpeckerEvent } from "../../../src/ci/woodpecker.ts";
import { droneEnvironments, woodpeckerEnvironments } from "./environments.ts";

const pullRequest = { kind: "pull_request", pullRequest: 17, branch: null, tag: null, baseRef: "master" };
const tag = { kind: "tag", tag: "v1.2.3", branch: null, pullRequest: null };

describe("Drone", () => {
  it.each<[keyof typeof droneEnvironments, object]>([
    ["push", { kind: "push", branch: "feature/x", tag: null, pullRequest: null, defaultBranch: "master" }],
    ["push to the default branch", { kind: "push", branch: "master" }],
    ["pull request on GitHub", pullRequest],
    ["merge request on GitLab", pullRequest],
    ["pull request on Bitbucket Server", pullRequest],
    ["pull request on Harness", pullRequest],
    ["tag on Gitea, no branch", { ...tag, baseRef: null }],
    ["tag on GitHub, made from a branch", { ...tag, baseRef: "release/1" }],
    ["tag on Gogs, the branch is the tag", { ...tag, baseRef: null }],
    ["promotion of a branch", { kind: "promote", branch: "master", deployTo: "production", parent: 41 }],
    ["promotion of a tag", { kind: "promote", tag: "v1.2.3", branch: null, deployTo: "production" }],
    ["promotion of a pull request", { ...pullRequest, deployTo: "production" }],
    ["rollback of a branch", { kind: "rollback", branch: "master", deployTo: "production" }],
    ["rollback of a tag", { kind: "rollback", tag: "v1.2.3", branch: null }],
    ["rollback of a pull request", { ...pullRequest, deployTo: "production" }],
    ["cron", { kind: "cron", branch: "master", baseRef: null, parent: null }],
    ["custom", { kind: "custom", branch: "dev" }],
    ["custom build of a tag", { kind: "custom", tag: "v1.2.3", branch: null, baseRef: null }],
  ])("%s", (name, expected) => {
    const env = droneEnvironments[name];
    expect([isDrone(env), isWoodpecker(env)]).toEqual([true, false]);
    const { event, problems } = readEvent(droneEvent(env));
    expect(problems).toEqual([]);
    expect(event).toMatchObject({
      ...expected,
      provider: "drone",
      sha: "860c1904a1ce19322e91ac35af1ab07466440c37",
      buildNumber: 42,
      repository: "octocat/hello-world",
      sourceUrl: "https://github.com/octocat/hello-world.git",
      commitTime: 1578616200,
    });
  });

  const push = droneEnvironments.push;
  it.each([
    ["a tag event of a branch", { ...push, DRONE_BUILD_EVENT: "tag" }, ["DRONE_COMMIT_REF"]],
    ["a push event of a tag", { ...push, DRONE_COMMIT_REF: "refs/tags/v1" }, ["DRONE_COMMIT_REF"]],
    ["a pull request without a number", { ...push, DRONE_BUILD_EVENT: "pull_request" }, ["DRONE_COMMIT_REF"]],
    ["a ref that is none", { ...push, DRONE_BUILD_EVENT: "custom", DRONE_COMMIT_REF: "dev" }, ["DRONE_COMMIT_REF"]],
    ["a build without a ref", { ...push, DRONE_COMMIT_REF: "" }, ["DRONE_COMMIT_REF"]],
    ["a bare ref of no branch of this build", { ...push, DRONE_COMMIT_REF: "feature/y" }, ["DRONE_COMMIT_REF"]],
    [
      "a bare ref of a tag",
      { ...push, DRONE_BUILD_EVENT: "tag", DRONE_COMMIT_REF: "v1", DRONE_BRANCH: "v1", DRONE_TARGET_BRANCH: "v1" },
      ["DRONE_COMMIT_REF"],
    ],
    [
      "a pull request of a tag",
      { ...push, DRONE_BUILD_EVENT: "pull_request", DRONE_COMMIT_REF: "refs/tags/v1" },
      ["DRONE_COMMIT_REF"],
    ],
    [
      "a pull request whose number is only in a branch's name",
      { ...push, DRONE_BUILD_EVENT: "pull_request", DRONE_COMMIT_REF: "refs/heads/release/2", DRONE_PULL_REQUEST: "2" },
      ["DRONE_COMMIT_REF"],
    ],
    ["an event that an object has", { ...push, DRONE_BUILD_EVENT: "constructor" }, ["DRONE_BUILD_EVENT"]],
    ["a short commit", { ...push, DRONE_COMMIT_SHA: "860c190" }, ["DRONE_COMMIT_SHA"]],
    ["a build number 0 of a commit", { ...push, DRONE_BUILD_NUMBER: "0" }, ["DRONE_BUILD_NUMBER"]],
    ["an unknown event", { ...push, DRONE_BUILD_EVENT: "pushh" }, ["DRONE_BUILD_EVENT"]],
    ["a commit that is none", { ...push, DRONE_COMMIT_SHA: "--help" }, ["DRONE_COMMIT_SHA"]],
    ["a build number that is none", { ...push, DRONE_BUILD_NUMBER: "1.5" }, ["DRONE_BUILD_NUMBER"]],
    ["nothing", { DRONE: "true" }, ["DRONE_BUILD_EVENT", "DRONE_COMMIT_REF", "DRONE_COMMIT_SHA", "DRONE_BUILD_NUMBER"]],
  ])("refuses %s", (_, env, paths) => {
    expect(readEvent(droneEvent(env)).problems.map(({ path }) => path)).toEqual(paths);
  });

  it.each<[string, Record<string, string>, object]>([
    [
      "a bare commit that is promoted",
      { DRONE_BUILD_EVENT: "promote", DRONE_COMMIT_REF: "" },
      { kind: "promote", branch: null, ref: "" },
    ],
    [
      "a bare commit that is rolled back to",
      { DRONE_BUILD_EVENT: "rollback", DRONE_COMMIT_REF: "" },
      { kind: "rollback", branch: null, ref: "" },
    ],
    [
      "a new branch of Bitbucket Server",
      { DRONE_COMMIT_REF: "feature/x" },
      { kind: "push", branch: "feature/x", ref: "refs/heads/feature/x" },
    ],
    [
      "what is promoted of one",
      { DRONE_BUILD_EVENT: "promote", DRONE_COMMIT_REF: "feature/x" },
      { kind: "promote", branch: "feature/x", ref: "refs/heads/feature/x" },
    ],
    ["a commit of SHA-256", { DRONE_COMMIT_SHA: "ab".repeat(32) }, { sha: "ab".repeat(32) }],
    [
      "an event of pull requests that is new",
      { DRONE_BUILD_EVENT: "pull_request_x", DRONE_COMMIT_REF: "refs/pull/17/head" },
      pullRequest,
    ],
    [
      "a push of a pull request's ref",
      { DRONE_COMMIT_REF: "refs/pull/17/merge" },
      { kind: "pull_request", pullRequest: 17, branch: null },
    ],
  ])("reads %s", (_, changes, expected) => {
    const { event, problems } = readEvent(
      droneEvent({ ...push, ...changes, ...("baseRef" in expected && { DRONE_TARGET_BRANCH: "master" }) }),
    );
    expect(problems).toEqual([]);
    expect(event).toMatchObject(expected);
  });

  it("knows no time that no date can be made of", () => {
    const { event, problems } = readEvent(droneEvent({ ...push, DRONE_BUILD_CREATED: "99999999999999999" }));
    expect([event.commitTime, problems]).toEqual([null, []]);
  });

  it("takes a pull request's number from CI where the ref has none", () => {
    const { event, problems } = readEvent(
      droneEvent({ ...push, DRONE_BUILD_EVENT: "pull_request", DRONE_PULL_REQUEST: "9" }),
    );
    expect(problems).toEqual([]);
    expect(event).toMatchObject({ kind: "pull_request", pullRequest: 9, branch: null });
  });
});

describe("Woodpecker", () => {
  const request = { kind: "pull_request", pullRequest: 17, branch: null, baseRef: "main" };
  it.each<[string, object]>([
    ["push", { kind: "push", branch: "main", defaultBranch: "main" }],
    ["pull_request", request],
    ["pull_request_closed", request],
    ["pull_request_metadata", request],
    ["tag on GitHub, the branch is the ref", { ...tag, baseRef: null }],
    ["release", tag],
    ["deployment", { kind: "promote", branch: "main", deployTo: "production", parent: 6 }],
    ["cron", { kind: "cron", branch: "main" }],
    ["manual", { kind: "custom", branch: "dev" }],
  ])("%s", (name, expected) => {
    const env = (woodpeckerEnvironments as Record<string, Record<string, string>>)[name]!;
    expect([isDrone(env), isWoodpecker(env)]).toEqual([false, true]);
    const { event, problems } = readEvent(woodpeckerEvent(env));
    expect(problems).toEqual([]);
    expect(event).toMatchObject({ ...expected, provider: "woodpecker", buildNumber: 43 });
  });

  it.each([
    ["a branch", "refs/heads/master", undefined],
    ["a branch with a number in its name", "refs/heads/release/2", "2"],
  ])("reads a merged pull request of Bitbucket Cloud at %s as one of no known number", (_, ref, number) => {
    const { event, problems } = readEvent(
      woodpeckerEvent({
        ...woodpeckerEnvironments.push,
        CI_PIPELINE_EVENT: "pull_request_closed",
        CI_COMMIT_REF: ref,
        CI_COMMIT_PULL_REQUEST: number,
      }),
    );
    expect(problems).toEqual([]);
    expect(event).toMatchObject({ kind: "pull_request", pullRequest: null, branch: null, tag: null });
    expect(buildTag(event)).toBe("pr-3370e228f220-43");
  });

  it.each(["CI_COMMIT_PRERELEASE", "CI_PIPELINE_RELEASE_PRE"])("knows a pre-release by %s", (name) => {
    const of = (value: string) =>
      readEvent(woodpeckerEvent({ ...woodpeckerEnvironments.release, [name]: value })).event;
    expect([of("true").prerelease, of("false").prerelease]).toEqual([true, false]);
  });

  it("lists its own events where one is not known", () => {
    const { problems } = readEvent(woodpeckerEvent({ ...woodpeckerEnvironments.push, CI_PIPELINE_EVENT: "promote" }));
    expect(problems).toMatchObject([
      { path: "CI_PIPELINE_EVENT", hint: expect.stringContaining("deployment") as string },
    ]);
  });

  it("refuses an event and a ref that disagree", () => {
    const env = { ...woodpeckerEnvironments.push, CI_PIPELINE_EVENT: "tag" };
    expect(readEvent(woodpeckerEvent(env)).problems).toMatchObject([{ path: "CI_COMMIT_REF", got: "refs/heads/main" }]);
  });
});

describe("any event", () => {
  const words = ["push", "tag", "promote", "custom", "cron", "deployment", "manual", "release", "constructor", ""];
  const eventName = fc.oneof(
    fc.constantFrom(...words),
    fc.string().map((rest) => `pull_request${rest}`),
  );
  const requests = [
    "pull/17/head",
    "pull/17/merge",
    "merge-requests/17/head",
    "pull-requests/17/from",
    "pullreq/17/head",
  ];
  const ref = fc.constantFrom(...requests.map((one) => `refs/${one}`), "refs/heads/release/2", "refs/tags/v1", "x", "");
  const number = fc.constantFrom("17", "2", "0", "-1", "x", "");

  it("with a pull request's name or ref is a pull request or refused", () => {
    fc.assert(
      fc.property(eventName, ref, number, fc.boolean(), (name, at, pullRequestNumber, onDrone) => {
        const reading = onDrone
          ? droneEvent({
              ...droneEnvironments.push,
              DRONE_BUILD_EVENT: name,
              DRONE_COMMIT_REF: at,
              DRONE_PULL_REQUEST: pullRequestNumber,
            })
          : woodpeckerEvent({
              ...woodpeckerEnvironments.push,
              CI_PIPELINE_EVENT: name,
              CI_COMMIT_REF: at,
              CI_COMMIT_PULL_REQUEST: pullRequestNumber,
            });
        const { event, problems } = readEvent(reading);
        fc.pre(problems.length === 0 && (name.startsWith("pull_request") || at.includes("17")));
        expect(event).toMatchObject({ kind: "pull_request", branch: null, tag: null });
        expect(decidePush(event, "auto", undefined).push).toBe(false);
      }),
    );
  });
});

it.each<[string, Record<string, string>]>([
  ["drone exec", { DRONE: "true", DRONE_BUILD_NUMBER: "0", DRONE_BUILD_EVENT: "", DRONE_COMMIT_REF: "" }],
  ["drone exec --event", { DRONE: "true", DRONE_BUILD_NUMBER: "0", DRONE_BUILD_EVENT: "push" }],
  [
    "woodpecker-cli exec",
    { CI: "woodpecker", CI_PIPELINE_NUMBER: "0", CI_PIPELINE_EVENT: "manual", CI_COMMIT_BRANCH: "main" },
  ],
])("%s on a laptop is a local build", async (_, env) => {
  const cwd = await project({});
  const host = fakeHost([], { cwd, commands: noGit! }, { out: "", err: "", commands: [] });
  const { event, problems } = await detectEvent(host, env, cwd, undefined);
  expect(problems).toEqual([]);
  expect(event).toMatchObject({ provider: "local", kind: "local", buildNumber: null });
});
