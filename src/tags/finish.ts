import { type Affixes, withAffixes } from "../core/build-tag.ts";
import { type BuildEvent, isPullRequest } from "../core/event.ts";
import { isTag } from "../core/reference.ts";
import { isBuildTagLike, isReserved, isVersionLike, longestTag, nameSlug, protectedSlug } from "../core/slug.ts";
import type { Origin } from "../templates/expressions.ts";
import type { RenderedParts } from "../templates/template.ts";
import type { Fault } from "../templates/syntax.ts";
import type { Value } from "./rule.ts";

/** A rule's own prefix or suffix, or the flavor's; null for none. */
export type RuleAffix = Pick<RenderedParts, "value" | "origin" | "shape"> | null;

/** A whole tag, and without the target's affixes, or why there is none: it belongs to something else (`refused`), or it is not valid (`fault`). */
export type Finished = { tag: string; core: string; changed: boolean } | { refused: string } | { fault: Fault };

/** Turns a value into a target's tag: adds the affixes, replaces what a tag cannot hold, protects reserved tags. */
export function finishTag(
  value: Value,
  prefix: RuleAffix,
  suffix: RuleAffix,
  affixes: Affixes,
  event: BuildEvent,
): Finished {
  const around = (text: string, key: "value" | "shape") => `${prefix?.[key] ?? ""}${text}${suffix?.[key] ?? ""}`;
  const written = around(value.text, "value");
  let core = value.exact === true ? written : sanitise(written);
  const origin = strongest([prefix?.origin, value.origin, suffix?.origin]);
  const shape = sanitise(around(value.shape, "shape"));
  const changed = origin !== null && isTaken(value, core, shape, origin, affixes);
  if (changed) core = protect(around(value.name ?? value.text, "value"), origin, affixes);
  const tag =
    value.yieldsToSuffix === true && affixes.suffix !== "" ? suffixAlone(affixes) : withAffixes(core, affixes);
  const refused = !isPullRequest(event) ? null : pullRequestFault(value, core, event);
  if (refused !== null) return { refused };
  const fault = tagFault(tag, core);
  return fault === null ? { tag, core, changed } : { fault: { ...fault, got: tag } };
}

/** How docker/metadata-action turns any text into a tag. */
function sanitise(text: string): string {
  return text.replace(/[^a-zA-Z0-9._-]+/g, "-");
}

function strongest(origins: readonly (Origin | null | undefined)[]): Origin | null {
  return origins.includes("branch") ? "branch" : origins.includes("tag") ? "tag" : null;
}

/** Whether a name that somebody else chose has led to a tag that is reserved, or to one that is not valid. */
function isTaken(value: Value, core: string, shape: string, origin: Origin, affixes: Affixes): boolean {
  const tag = withAffixes(core, affixes);
  if (!isTag(tag) || /^[.-]/.test(core)) return true;
  if (value.origin !== null && isReservedBy(value.text, value.shape, origin)) return true;
  return isReservedBy(core, shape, origin) || isReservedBy(tag, withAffixes(shape, affixes), origin);
}

/** `8.2-` in front of a branch was written by whoever wrote the rules, who may give such versions. */
function isReservedBy(tag: string, shape: string, origin: Origin): boolean {
  const theirs = /^v?\d+(?:\.\d+)+[-_]/i.test(shape) && isVersionLike(tag) && !isBuildTagLike(tag);
  return isReserved(tag, origin) && !theirs;
}

/**
 * The slug for a name whose plain tag is taken; with the origin in front, if slug and prefix together are taken again.
 */
function protect(name: string, origin: Origin, affixes: Affixes): string {
  const room = longestTag - withAffixes("", affixes).length;
  const slug = protectedSlug(origin, name, room);
  const together = isReserved(withAffixes(slug, affixes), origin) && !isReserved(withAffixes("x", affixes), origin);
  return together ? protectedSlug(origin, `${origin}-${name}`, room) : slug;
}

function suffixAlone({ prefix, suffix }: Affixes): string {
  return `${prefix}${suffix.replace(/^[-_.]/, "")}`;
}

/** A pull request is not reviewed yet: its build gets its own tags, never one that stands for a release or a branch. */
function pullRequestFault(value: Value, core: string, event: BuildEvent): string | null {
  if (event.pullRequest !== null && new RegExp(`^pr-${event.pullRequest}(?:$|[-_.])`).test(core)) return null;
  if (isReserved(core) || (value.own !== true && isReserved(value.text))) return `a pull request never gets ${core}`;
  const branches = [event.baseRef, event.defaultBranch].filter((name) => name !== null);
  const branch = branches.find((name) => core === nameSlug(name));
  return branch === undefined ? null : `a pull request never gets the tag of branch ${branch}`;
}

function tagFault(tag: string, core: string): Fault | null {
  if (isBuildTagLike(tag)) return { message: "would be a build tag, which never moves" };
  if (isTag(tag)) return null;
  if (tag.length > longestTag) return { message: `would be longer than ${longestTag} characters` };
  const hint = /^[.-]/.test(core)
    ? "if an expression at the start is empty in this build, add enable or when"
    : undefined;
  const message = "would not be a valid tag: use letters, digits, _ . and -, and start with neither . nor -";
  return hint === undefined ? { message } : { message, hint };
}
