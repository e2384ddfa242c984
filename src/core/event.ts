/** Which CI told us about the build; `local` is a laptop, where git is asked instead. */
export type Provider = "drone" | "woodpecker" | "local";

/** What triggered the build, in Drone's words; `local` is a build that no CI asked for. */
export type EventKind = "push" | "tag" | "pull_request" | "cron" | "promote" | "rollback" | "custom" | "local";

/**
 * What CI says about this build. Everything that is derived (tags, labels, push policy) comes from here, so that every
 * step and every pipeline of one build derives the same.
 */
export interface BuildEvent {
  provider: Provider;
  kind: EventKind;
  /** The full git ref, `refs/heads/dev`; "" where there is none (a laptop outside git, or a detached HEAD). */
  ref: string;
  /** The branch that is built; null on a tag and on a pull request (whose target branch is `baseRef`). */
  branch: string | null;
  /** The git tag that is built, as written (`v1.2.3`). */
  tag: string | null;
  /** The number of the pull request; null on other builds, and where CI does not say it. See {@link isPullRequest}. */
  pullRequest: number | null;
  /** The full commit id; 40 zeros where there is no git. */
  sha: string;
  /** CI's build number; null on a laptop. */
  buildNumber: number | null;
  /** The number of the build that this one was started from, as a promotion is; null where there is none. */
  parent: number | null;
  /** The repository's default branch, where it is known. */
  defaultBranch: string | null;
  /** The environment that a promotion or rollback goes to. */
  deployTo: string | null;
  /** On a pull request the branch it is to be merged into; on a tag the branch it was made from, where CI knows it. */
  baseRef: string | null;
  /** True for a release that is marked as a pre-release where the code is hosted, whatever its git tag looks like. */
  prerelease: boolean;
  /** True where the work tree has uncommitted changes (laptops only). */
  dirty: boolean;
  /** Commit time in seconds since 1970 (SOURCE_DATE_EPOCH wins); null where it is unknown. */
  commitTime: number | null;
  /** The repository's slug, `octocat/hello-world`. */
  repository: string | null;
  /** Where the repository can be cloned from. */
  sourceUrl: string | null;
  /** The repository's web page. */
  url: string | null;
}

/** The commit id where there is no git: git's own null id. */
export const nullSha = "0".repeat(40);

/** Whether this build is of a pull request, which anybody may have opened. */
export function isPullRequest({ kind, pullRequest }: Pick<BuildEvent, "kind" | "pullRequest">): boolean {
  return kind === "pull_request" || pullRequest !== null;
}

/** Whether this build is of the repository's default branch. */
export function isDefaultBranch(event: BuildEvent): boolean {
  return event.branch !== null && event.branch === event.defaultBranch;
}
