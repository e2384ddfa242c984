import { describe, expect, it } from "vitest";
import { droneEvent, isDrone } from "../../../src/ci/drone.ts";
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
    ["promotion of a branch", { kind: "promote", branch: "master", deployTo: "production" }],
    ["promotion of a tag", { kind: "promote", tag: "v1.2.3", branch: null, deployTo: "production" }],
    ["promotion of a pull request", { ...pullRequest, deployTo: "production" }],
    ["rollback of a branch", { kind: "rollback", branch: "master", deployTo: "production" }],
    ["rollback of a tag", { kind: "rollback", tag: "v1.2.3", branch: null }],
    ["rollback of a pull request", { ...pullRequest, deployTo: "production" }],
    ["cron", { kind: "cron", branch: "master", baseRef: null }],
    ["custom", { kind: "custom", branch: "dev" }],
    ["custom build of a tag", { kind: "custom", tag: "v1.2.3", branch: null, baseRef: null }],
  ])("%s", (name, expected) => {
    const env = droneEnvironments[name];
    expect([isDrone(env), isWoodpecker(env)]).toEqual([true, false]);
    const { event, problems } = droneEvent(env);
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
    ["an unknown event", { ...push, DRONE_BUILD_EVENT: "pushh" }, ["DRONE_BUILD_EVENT"]],
    ["a commit that is none", { ...push, DRONE_COMMIT_SHA: "--help" }, ["DRONE_COMMIT_SHA"]],
    ["a build number that is none", { ...push, DRONE_BUILD_NUMBER: "1.5" }, ["DRONE_BUILD_NUMBER"]],
    ["nothing", { DRONE: "true" }, ["DRONE_BUILD_EVENT", "DRONE_COMMIT_REF", "DRONE_COMMIT_SHA", "DRONE_BUILD_NUMBER"]],
  ])("refuses %s", (_, env, paths) => {
    expect(droneEvent(env).problems.map(({ path }) => path)).toEqual(paths);
  });

  it("knows no time that no date can be made of", () => {
    const { event, problems } = droneEvent({ ...push, DRONE_BUILD_CREATED: "99999999999999999" });
    expect([event.commitTime, problems]).toEqual([null, []]);
  });

  it("takes a pull request's number from CI where the ref has none", () => {
    const { event, problems } = droneEvent({ ...push, DRONE_BUILD_EVENT: "pull_request", DRONE_PULL_REQUEST: "9" });
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
    ["deployment", { kind: "promote", branch: "main", deployTo: "production" }],
    ["cron", { kind: "cron", branch: "main" }],
    ["manual", { kind: "custom", branch: "dev" }],
  ])("%s", (name, expected) => {
    const env = (woodpeckerEnvironments as Record<string, Record<string, string>>)[name]!;
    expect([isDrone(env), isWoodpecker(env)]).toEqual([false, true]);
    const { event, problems } = woodpeckerEvent(env);
    expect(problems).toEqual([]);
    expect(event).toMatchObject({ ...expected, provider: "woodpecker", buildNumber: 43 });
  });

  it("refuses an event and a ref that disagree", () => {
    const env = { ...woodpeckerEnvironments.push, CI_PIPELINE_EVENT: "tag" };
    expect(woodpeckerEvent(env).problems).toMatchObject([{ path: "CI_COMMIT_REF", got: "refs/heads/main" }]);
  });
});
