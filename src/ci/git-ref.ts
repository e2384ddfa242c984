/** What a full git ref names. */
export type ParsedRef =
  | { kind: "branch"; name: string }
  | { kind: "tag"; name: string }
  | { kind: "pull_request"; number: number }
  | { kind: "unknown" };

/**
 * Pull request refs by SCM, after drone/go-scm: `refs/pull/N/head` (GitHub, Gitea, Gogs), `refs/pull/N/merge` (Azure),
 * `refs/merge-requests/N/head` (GitLab), `refs/pull-requests/N/from` (Bitbucket Server), `refs/pullreq/N/head` (Harness).
 */
const pullRequestRef = /^refs\/(?:pull|pulls|pullreq|pull-requests?|merge-requests)\/([1-9]\d{0,14})(?:\/.*)?$/;

/** Takes a full ref apart. */
export function parseRef(ref: string): ParsedRef {
  const number = pullRequestRef.exec(ref)?.[1];
  if (number !== undefined) return { kind: "pull_request", number: Number(number) };
  if (ref.startsWith("refs/heads/") && ref.length > 11) return { kind: "branch", name: ref.slice(11) };
  if (ref.startsWith("refs/tags/") && ref.length > 10) return { kind: "tag", name: ref.slice(10) };
  return { kind: "unknown" };
}
