import type { Problem } from "../core/errors.ts";
import type { BuildEvent, EventKind, Provider } from "../core/event.ts";
import { expected } from "../core/suggest.ts";
import { parseRef } from "./git-ref.ts";

/** What an adapter found in the environment, before it is checked. Empty strings count as absent. */
export interface RawEvent {
  provider: Provider;
  /** The event in Drone's words; null if the CI's word for it is not known. */
  kind: EventKind | null;
  /** The event as CI says it, and the variable that says it. */
  eventName: string | undefined;
  ref: string | undefined;
  sha: string | undefined;
  buildNumber: string | undefined;
  /** CI's own number for the pull request; the ref's wins. */
  pullRequest: string | undefined;
  /**
   * The branch that CI names; on a pull request the one it is to be merged into, on a tag nothing that can be relied
   * on.
   */
  branch: string | undefined;
  defaultBranch: string | undefined;
  deployTo: string | undefined;
  /** When CI created the build, seconds since 1970: the fallback for the commit's time. */
  created: string | undefined;
  repository: string | undefined;
  sourceUrl: string | undefined;
  url: string | undefined;
  /** The variables' names, for messages. */
  names: { event: string; ref: string; sha: string; buildNumber: string };
}

/** A build event, and what is wrong with the environment that it was read from. */
export interface EventReading {
  event: BuildEvent;
  problems: Problem[];
}

const events: readonly string[] = ["push", "tag", "pull_request", "cron", "promote", "rollback", "custom"];

/**
 * Classifies by ref and event, never by branch: on a pull request the branch names the target, on a tag it may be
 * anything. A pull request ref makes a pull request of any event, so that a promoted one is still not trusted.
 */
export function readEvent(raw: RawEvent): EventReading {
  const problems = missing(raw);
  const ref = raw.ref ?? "";
  const parsed = parseRef(ref);
  const pullRequest = parsed.kind === "pull_request" ? parsed.number : pullRequestNumber(raw);
  const kind = pullRequest === null ? (raw.kind ?? "custom") : "pull_request";
  problems.push(...disagreement(raw, ref, pullRequest));
  const branch = parsed.kind === "branch" && pullRequest === null ? parsed.name : null;
  const tag = parsed.kind === "tag" && pullRequest === null ? parsed.name : null;
  const number = Number(raw.buildNumber ?? "0");
  return {
    event: {
      provider: raw.provider,
      kind,
      ref,
      branch,
      tag,
      pullRequest,
      sha: (raw.sha ?? "").toLowerCase(),
      buildNumber: Number.isSafeInteger(number) ? number : 0,
      defaultBranch: raw.defaultBranch ?? null,
      deployTo: raw.deployTo ?? null,
      baseRef: baseRef(raw, tag, pullRequest),
      dirty: false,
      commitTime: raw.created !== undefined && /^\d{1,12}$/.test(raw.created) ? Number(raw.created) : null,
      repository: raw.repository ?? null,
      sourceUrl: raw.sourceUrl ?? null,
      url: raw.url ?? null,
    },
    problems,
  };
}

function pullRequestNumber(raw: RawEvent): number | null {
  if (raw.kind !== "pull_request") return null;
  return raw.pullRequest !== undefined && /^[1-9]\d*$/.test(raw.pullRequest) ? Number(raw.pullRequest) : null;
}

function baseRef(raw: RawEvent, tag: string | null, pullRequest: number | null): string | null {
  if (pullRequest !== null) return raw.branch ?? null;
  if (tag === null || raw.branch === undefined) return null;
  // Some SCMs put the tag itself, or its whole ref, where the branch should be.
  return raw.branch === tag || raw.branch.startsWith("refs/") ? null : raw.branch;
}

function missing(raw: RawEvent): Problem[] {
  const problems: Problem[] = [];
  const hint = "CI sets it; pass the step's environment on, or describe a build with --as or --env-file";
  if (raw.eventName === undefined) problems.push({ path: raw.names.event, message: "is not set", hint });
  else if (raw.kind === null) {
    problems.push({
      path: raw.names.event,
      message: "is not a known event",
      got: raw.eventName,
      hint: expected(events),
    });
  }
  if (raw.ref === undefined) problems.push({ path: raw.names.ref, message: "is not set", hint });
  if (raw.sha === undefined) problems.push({ path: raw.names.sha, message: "is not set", hint });
  else if (!/^[0-9a-f]{12,64}$/i.test(raw.sha)) {
    problems.push({ path: raw.names.sha, message: "is not a commit id of at least 12 hex digits", got: raw.sha });
  }
  if (raw.buildNumber === undefined) problems.push({ path: raw.names.buildNumber, message: "is not set", hint });
  else if (!/^[1-9]\d{0,14}$/.test(raw.buildNumber)) {
    problems.push({ path: raw.names.buildNumber, message: "is not a build number", got: raw.buildNumber });
  }
  return problems;
}

/** An event and a ref that contradict each other: guessing could publish a branch as a release. */
function disagreement(raw: RawEvent, ref: string, pullRequest: number | null): Problem[] {
  if (raw.kind === null || raw.ref === undefined || pullRequest !== null) return [];
  const parsed = parseRef(ref);
  const refs: Partial<Record<EventKind, string>> = {
    push: "refs/heads/…",
    cron: "refs/heads/…",
    tag: "refs/tags/…",
    pull_request: "a pull request's ref, like refs/pull/17/head",
  };
  const wanted = refs[raw.kind];
  const agrees = raw.kind === "tag" ? parsed.kind === "tag" : raw.kind !== "pull_request" && parsed.kind === "branch";
  if (parsed.kind !== "unknown" && (wanted === undefined || agrees)) return [];
  const message =
    wanted === undefined
      ? "is not the ref of a branch, a tag or a pull request"
      : `does not fit ${raw.names.event}=${raw.eventName}, which needs ${wanted}`;
  return [{ path: raw.names.ref, message, got: ref }];
}
