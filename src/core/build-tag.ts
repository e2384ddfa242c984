import { type BuildEvent, isPullRequest } from "./event.ts";
import { branchSlug, longestTag, tagSlug } from "./slug.ts";

/** The scope is cut at this length: people read build tags. */
const longestScope = 80;

/** What a target puts in front of and behind each of its tags. */
export interface Affixes {
  prefix: string;
  suffix: string;
}

/**
 * The identity of this build, `<scope>-<first 12 of sha>-<build number>`. It never moves and is the same in every step
 * and pipeline of the build: `master-860c1904a1ce-42`, `pr-17-3370e228f220-43`, `local-860c1904a1ce-dirty`. With a
 * target's affixes it is that target's: `master-860c1904a1ce-42-alpine`.
 */
export function buildTag(event: BuildEvent, affixes: Affixes = { prefix: "", suffix: "" }): string {
  const sha = event.sha.slice(0, 12);
  if (event.buildNumber === null) return withAffixes(`local-${sha}${event.dirty ? "-dirty" : ""}`, affixes);
  const rest = `-${sha}-${event.buildNumber}`;
  const room = longestTag - withAffixes(rest, affixes).length;
  return withAffixes(`${scopeOf(event, Math.min(longestScope, room))}${rest}`, affixes);
}

/** The affixes of a target's build tag: those of all its tags, and outside of them those of its build tag alone. */
export function buildAffixes(all: Affixes, alone: Affixes): Affixes {
  return { prefix: `${alone.prefix}${all.prefix}`, suffix: setOff(all.suffix) + setOff(alone.suffix) };
}

/**
 * A tag of a target. A suffix that starts with a letter or a digit is set off by `-`, as plugins/docker does it: build
 * 42 with suffix `1` must not read as build 421.
 */
export function withAffixes(tag: string, { prefix, suffix }: Affixes): string {
  return `${prefix}${tag}${setOff(suffix)}`;
}

function setOff(suffix: string): string {
  return suffix === "" || /^[-_.]/.test(suffix) ? suffix : `-${suffix}`;
}

/** The other way round; null where the tag does not have them. `suffix` has its `-`, if it is set off by one. */
export function withoutAffixes(tag: string, { prefix, suffix }: Affixes): string | null {
  return tag.startsWith(prefix) && tag.endsWith(suffix) ? tag.slice(prefix.length, tag.length - suffix.length) : null;
}

function scopeOf(event: BuildEvent, longest: number): string {
  if (isPullRequest(event)) return event.pullRequest === null ? "pr" : `pr-${event.pullRequest}`;
  if (event.tag !== null) return tagSlug(event.tag, longest);
  // A bare commit can be promoted.
  return branchSlug(event.branch ?? (event.ref || "commit"), longest);
}

/** What the build tags of a branch, git tag or pull request begin with, as far as the affixes leave room for it. */
export function buildScope(event: BuildEvent, affixes: Affixes): string | null {
  return buildTagParts(withoutAffixes(buildTag(event, affixes), affixes) ?? "")?.scope ?? null;
}

/** What a build tag is made of. */
export interface BuildTagParts {
  scope: string;
  /** Twelve hex digits. */
  sha: string;
  number: number;
}

/** Takes a build tag without affixes apart; null where it is none. */
export function buildTagParts(tag: string): BuildTagParts | null {
  const [, scope, sha, number] = /^([A-Za-z0-9_][A-Za-z0-9_.-]*)-([0-9a-f]{12})-([1-9]\d{0,14})$/.exec(tag) ?? [];
  return scope === undefined ? null : { scope, sha: sha!, number: Number(number) };
}
