import { type BuildEvent, nullSha } from "../core/event.ts";

/** What git knows of the work tree; nulls where it knows nothing. */
export interface GitFacts {
  sha: string | null;
  branch: string | null;
  dirty: boolean;
  commitTime: number | null;
  defaultBranch: string | null;
  remoteUrl: string | null;
}

/** The build event of a laptop: what git says, and no build number. Outside git there is one as well, with nothing known. */
export function localEvent(git: GitFacts): BuildEvent {
  return {
    provider: "local",
    kind: "local",
    ref: git.branch === null ? "" : `refs/heads/${git.branch}`,
    branch: git.branch,
    tag: null,
    pullRequest: null,
    sha: git.sha ?? nullSha,
    buildNumber: null,
    parent: null,
    defaultBranch: git.defaultBranch,
    deployTo: null,
    baseRef: null,
    prerelease: false,
    dirty: git.dirty,
    commitTime: git.commitTime,
    repository: git.remoteUrl === null ? null : slugOf(git.remoteUrl),
    sourceUrl: git.remoteUrl,
    url: null,
  };
}

/**
 * `octocat/hello-world` of `https://github.com/octocat/hello-world.git` or `git@github.com:octocat/hello-world.git`.
 */
function slugOf(url: string): string | null {
  const parts = url
    .replace(/\.git\/?$/, "")
    .split(/[/:]/)
    .filter((part) => part !== "");
  return parts.length >= 3 ? parts.slice(-2).join("/") : null;
}
