import type { Problem } from "../core/errors.ts";
import type { BuildEvent, EventKind, Provider } from "../core/event.ts";
import { expected } from "../core/suggest.ts";
import { withoutCredentials } from "../secrets/url.ts";
import { type ParsedRef, parseRef } from "./git-ref.ts";

/** What an adapter found in the environment, before it is checked. Empty strings count as absent. */
export interface RawEvent {
  provider: Provider;
  /** What the CI's words for events mean. One that starts with `pull_request` is a pull request's, known or not. */
  kinds: Readonly<Record<string, EventKind>>;
  /** The event as CI says it. */
  eventName: string | undefined;
  ref: string | undefined;
  sha: string | undefined;
  buildNumber: string | undefined;
  /** The number of the build that this one was started from; 0 for none. */
  parent: string | undefined;
  /** CI's own number for the pull request; the ref's wins. */
  pullRequest: string | undefined;
  /**
   * The branch that CI names; on a pull request the one it is to be merged into, on a tag nothing that can be relied
   * on.
   */
  branch: string | undefined;
  defaultBranch: string | undefined;
  deployTo: string | undefined;
  /** Whether the code's host calls the release a pre-release. */
  prerelease: boolean;
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

/**
 * Whether no server runs this build: `drone exec` and `woodpecker-cli exec` set a pipeline's variables on a laptop, but
 * know neither commit nor ref, and number the build 0.
 */
export function isRunByHand({ buildNumber, ref, sha }: RawEvent): boolean {
  return buildNumber === "0" && ref === undefined && sha === undefined;
}

/** Reads a build event; what is wrong with the environment comes back with it. */
export function readEvent(raw: RawEvent): EventReading {
  const known = kindOf(raw);
  const ref = fullRef(raw, known);
  const parsed = parseRef(ref);
  const is = classify(raw, known, parsed);
  const number = Number(raw.buildNumber ?? "0");
  return {
    event: {
      provider: raw.provider,
      ...is,
      ref,
      sha: (raw.sha ?? "").toLowerCase(),
      buildNumber: Number.isSafeInteger(number) ? number : 0,
      parent: raw.parent !== undefined && /^[1-9]\d{0,14}$/.test(raw.parent) ? Number(raw.parent) : null,
      defaultBranch: raw.defaultBranch ?? null,
      deployTo: raw.deployTo ?? null,
      prerelease: raw.prerelease,
      dirty: false,
      commitTime: raw.created !== undefined && /^\d{1,12}$/.test(raw.created) ? Number(raw.created) : null,
      repository: raw.repository ?? null,
      sourceUrl: address(raw.sourceUrl),
      url: address(raw.url),
    },
    problems: [...missing(raw, known), ...(is.pullRequest === null ? disagreement(raw, known, parsed) : [])],
  };
}

type Classified = Pick<BuildEvent, "kind" | "branch" | "tag" | "pullRequest" | "baseRef">;

/**
 * Classifies by ref and event, never by branch: on a pull request the branch names the target, on a tag it may be
 * anything. A pull request ref makes a pull request of any event, so that a promoted one is still not trusted.
 */
function classify(raw: RawEvent, known: EventKind | null, ref: ParsedRef): Classified {
  if (known === "pull_request" || ref.kind === "pull_request") {
    const pullRequest = ref.kind === "pull_request" ? ref.number : pullRequestNumber(raw);
    return { kind: "pull_request", branch: null, tag: null, pullRequest, baseRef: raw.branch ?? null };
  }
  const tag = ref.kind === "tag" ? ref.name : null;
  const branch = ref.kind === "branch" ? ref.name : null;
  return { kind: known ?? "custom", branch, tag, pullRequest: null, baseRef: branchOfTag(raw, tag) };
}

function address(url: string | undefined): string | null {
  return url === undefined ? null : withoutCredentials(url);
}

/** The event in Drone's words; null if the CI's word for it is not known. */
function kindOf({ kinds, eventName = "" }: RawEvent): EventKind | null {
  if (eventName.startsWith("pull_request")) return "pull_request";
  return Object.hasOwn(kinds, eventName) ? (kinds[eventName] ?? null) : null;
}

/**
 * Drone gives a new branch of Bitbucket Server, and what is promoted of it, its bare name for a ref.
 * https://github.com/drone/go-scm/blob/master/scm/driver/stash/webhook.go
 */
function fullRef({ ref = "", branch }: RawEvent, kind: EventKind | null): string {
  const isBare = ref !== "" && ref === branch && !ref.startsWith("refs/");
  return isBare && kind !== "tag" && kind !== "pull_request" ? `refs/heads/${ref}` : ref;
}

/** Both CIs take it from the ref, where the first number may as well be a branch's: `release/2`. */
function pullRequestNumber({ ref = "", pullRequest }: RawEvent): number | null {
  if (pullRequest === undefined || !/^[1-9]\d{0,14}$/.test(pullRequest)) return null;
  return /\d+/.exec(ref)?.[0] === pullRequest ? null : Number(pullRequest);
}

function branchOfTag({ branch }: RawEvent, tag: string | null): string | null {
  if (tag === null || branch === undefined) return null;
  // Some SCMs put the tag itself, or its whole ref, where the branch should be.
  return branch === tag || branch.startsWith("refs/") ? null : branch;
}

function missing({ names, ...raw }: RawEvent, kind: EventKind | null): Problem[] {
  const problems: Problem[] = [];
  const hint = "CI sets it; pass the step's environment on, or describe a build with --as or --env-file";
  if (raw.eventName === undefined) problems.push({ path: names.event, message: "is not set", hint });
  else if (kind === null) {
    const message = "is not a known event";
    problems.push({ path: names.event, message, got: raw.eventName, hint: expected(Object.keys(raw.kinds)) });
  }
  // GitHub's deployment of a bare commit has none.
  const needsRef = kind !== "promote" && kind !== "rollback";
  if (raw.ref === undefined && needsRef) problems.push({ path: names.ref, message: "is not set", hint });
  if (raw.sha === undefined) problems.push({ path: names.sha, message: "is not set", hint });
  else if (!/^[0-9a-f]{12,64}$/i.test(raw.sha)) {
    problems.push({ path: names.sha, message: "is not a commit id of at least 12 hex digits", got: raw.sha });
  }
  if (raw.buildNumber === undefined) problems.push({ path: names.buildNumber, message: "is not set", hint });
  else if (!/^[1-9]\d{0,14}$/.test(raw.buildNumber)) {
    problems.push({ path: names.buildNumber, message: "is not a build number", got: raw.buildNumber });
  }
  return problems;
}

/** The refs that an event may have, where it may not have any. */
const wantedRefs: Partial<Record<EventKind, { kind: ParsedRef["kind"]; form: string }>> = {
  push: { kind: "branch", form: "refs/heads/…" },
  cron: { kind: "branch", form: "refs/heads/…" },
  tag: { kind: "tag", form: "refs/tags/…" },
  pull_request: { kind: "pull_request", form: "a pull request's ref, like refs/pull/17/head" },
};

/** An event and a ref that contradict each other: guessing could publish a branch as a release. */
function disagreement({ names, ref, eventName }: RawEvent, kind: EventKind | null, parsed: ParsedRef): Problem[] {
  if (kind === null || ref === undefined) return [];
  // Woodpecker gives a merged pull request of Bitbucket Cloud the branch that it went into.
  // https://github.com/woodpecker-ci/woodpecker/blob/main/server/forge/bitbucket/convert.go
  if (eventName === "pull_request_closed" && parsed.kind === "branch") return [];
  const wanted = wantedRefs[kind];
  if (wanted === undefined ? parsed.kind !== "unknown" : parsed.kind === wanted.kind) return [];
  const message =
    wanted === undefined
      ? "is not the ref of a branch, a tag or a pull request"
      : `does not fit ${names.event}=${eventName}, which needs ${wanted.form}`;
  return [{ path: names.ref, message, got: ref }];
}
