import type { BuildEvent } from "../../../src/core/event.ts";

/** A build event for tests: a push of master, but for `changes`. */
export function eventOf(changes: Partial<BuildEvent> = {}): BuildEvent {
  return {
    provider: "drone",
    kind: "push",
    ref: "refs/heads/master",
    branch: "master",
    tag: null,
    pullRequest: null,
    sha: "860c1904a1ce19322e91ac35af1ab07466440c37",
    buildNumber: 42,
    defaultBranch: "master",
    parent: null,
    deployTo: null,
    baseRef: null,
    prerelease: false,
    dirty: false,
    commitTime: 1578616200,
    repository: "octocat/hello-world",
    sourceUrl: null,
    url: null,
    ...changes,
  };
}

export const branchEvent = (branch: string, changes: Partial<BuildEvent> = {}) =>
  eventOf({ ref: `refs/heads/${branch}`, branch, ...changes });

export const tagEvent = (tag: string, changes: Partial<BuildEvent> = {}) =>
  eventOf({ kind: "tag", ref: `refs/tags/${tag}`, branch: null, tag, ...changes });

export const pullRequestEvent = (pullRequest: number, changes: Partial<BuildEvent> = {}) =>
  eventOf({
    kind: "pull_request",
    ref: `refs/pull/${pullRequest}/head`,
    branch: null,
    pullRequest,
    baseRef: "master",
    ...changes,
  });
