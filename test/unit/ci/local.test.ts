import { describe, expect, it } from "vitest";
import { eventAs } from "../../../src/ci/as.ts";
import { localEvent } from "../../../src/ci/local.ts";
import { nullSha } from "../../../src/core/event.ts";

const git = {
  sha: "860c1904a1ce19322e91ac35af1ab07466440c37",
  branch: "dev",
  dirty: true,
  commitTime: 1578616200,
  defaultBranch: "main",
  remoteUrl: "git@github.com:octocat/hello-world.git",
};
const here = localEvent(git);

describe("localEvent", () => {
  it("says what git says", () => {
    expect(here).toMatchObject({
      provider: "local",
      kind: "local",
      ref: "refs/heads/dev",
      branch: "dev",
      buildNumber: null,
      dirty: true,
      repository: "octocat/hello-world",
    });
  });

  it("is an event outside git too", () => {
    const nothing = { sha: null, branch: null, dirty: false, commitTime: null, defaultBranch: null, remoteUrl: null };
    expect(localEvent(nothing)).toMatchObject({ sha: nullSha, ref: "", branch: null, repository: null });
  });

  it.each([
    ["https://github.com/octocat/hello-world.git", "octocat/hello-world"],
    ["ssh://git@host:2222/group/project.git", "group/project"],
    ["/srv/git/project.git", "git/project"],
    ["project", null],
  ])("finds the repository of %s", (remoteUrl, repository) => {
    expect(localEvent({ ...git, remoteUrl }).repository).toBe(repository);
  });
});

describe("eventAs", () => {
  it.each<[string, object]>([
    ["branch:feature/x", { kind: "push", ref: "refs/heads/feature/x", branch: "feature/x" }],
    ["tag:v1.2.3-rc.1", { kind: "tag", ref: "refs/tags/v1.2.3-rc.1", branch: null, tag: "v1.2.3-rc.1" }],
    ["pr:17", { kind: "pull_request", ref: "refs/pull/17/head", branch: null, pullRequest: 17, baseRef: "main" }],
    ["cron", { kind: "cron", branch: "dev" }],
    ["custom", { kind: "custom", branch: "dev" }],
    ["promote:production", { kind: "promote", branch: "dev", deployTo: "production" }],
    ["rollback:production", { kind: "rollback", deployTo: "production" }],
  ])("%s", (spec, expected) => {
    const { event, problems } = eventAs(spec, here);
    expect(problems).toEqual([]);
    expect(event).toMatchObject({ ...expected, provider: "drone", sha: git.sha, buildNumber: 0, dirty: false });
  });

  it.each(["", "branch", "branch:", "pr:x", "pr:0", "tag:", "promote", "cron:nightly", "push:dev"])(
    "refuses %j",
    (spec) => {
      expect(eventAs(spec, here).problems).toMatchObject([{ path: "--as", got: spec }]);
    },
  );
});
