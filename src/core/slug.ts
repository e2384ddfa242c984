import { createHash } from "node:crypto";

/** The longest that a tag may be. */
export const longestTag = 128;

/**
 * Ends like one of our own hashes, which always have a letter. Such a name is hashed too, or it could pass for
 * another's.
 */
const looksHashed = /-(?=[0-9]*[a-f])[0-9a-f]{8}$/;
const latestLike = /^latest(?:$|[-_.])/;
/** `1`, `v1`, `1.2`, `1.2.3-rc.1`, `1.2-alpine`, `1.2rc1`; but not `123-fix-login`, which is how people name branches. */
const versionLike = /^v?\d+(?:(?:\.\d+)+(?:(?:[-_.]|(?:a|b|rc)\d).*)?)?$/i;
const pullRequestLike = /^pr-/;
const buildTagLike = /-[0-9a-f]{12}-\d+(?=$|[-_.])|(?:^|-)local-[0-9a-f]{12}(?=$|[-_.])/;

/**
 * Whether a tag is reserved for something other than a branch or a deploy target: `latest`, versions (and variants such
 * as `latest-alpine`), pull requests and build tags. A branch called `1.2.3` must not overwrite release 1.2.3. A git
 * tag, however, may be a version or be called `latest`.
 */
export function isReserved(tag: string, namedBy: "branch" | "tag" = "branch"): boolean {
  if (pullRequestLike.test(tag) || isBuildTagLike(tag)) return true;
  return namedBy === "branch" && (latestLike.test(tag) || isVersionLike(tag));
}

/** Whether a tag reads as a version: `1`, `v1.2.3`, `1.2-alpine`. */
export function isVersionLike(tag: string): boolean {
  return versionLike.test(tag);
}

/** Whether a tag could be the immutable build tag of some build. */
export function isBuildTagLike(tag: string): boolean {
  return buildTagLike.test(tag);
}

/**
 * A name as (a part of) a tag: `/` becomes `-`, and any other loss (characters, length, a leading `.` or `-`) adds 8
 * hex digits of the name's SHA-256. So two names share a slug only if they differ in nothing but `/` versus `-`.
 * Reserved names are let through: see {@link branchSlug}.
 */
export function nameSlug(name: string, longest = longestTag): string {
  const plain = toTag(name).slice(0, longest);
  if (plain !== "" && plain === name.replaceAll("/", "-") && !looksHashed.test(plain)) return plain;
  return withHash(plain, name, longest);
}

/** The tag for a branch or a deploy target: its {@link nameSlug}, and never a reserved one. */
export function branchSlug(name: string, longest = longestTag): string {
  const slug = nameSlug(name, longest);
  return isReserved(slug) ? protectedSlug("branch", name, longest) : slug;
}

/**
 * The tag for a git tag that is not a version: like {@link branchSlug}, but a git tag may be called `latest` or `1.2`.
 */
export function tagSlug(name: string, longest = longestTag): string {
  const slug = nameSlug(name, longest);
  return isReserved(slug, "tag") ? protectedSlug("tag", name, longest) : slug;
}

/** A slug for a name whose plain slug would be reserved or too long; the hash tells it from all others. */
export function protectedSlug(namedBy: "branch" | "tag", name: string, longest = longestTag): string {
  // Without a "-" in front, 12 hex digits do not read as the commit in a build tag.
  const plain = toTag(name).replaceAll(/-(?=[0-9a-f]{12}(?:$|[-_.]))/g, "_");
  const slug = withHash(plain, name, longest);
  const reserved = isReserved(plain, namedBy) || isReserved(slug, namedBy);
  return reserved ? withHash(`${namedBy}-${plain}`, name, longest) : slug;
}

function toTag(name: string): string {
  return name.replace(/[^A-Za-z0-9_.-]+/g, "-").replace(/^[.-]+/, "");
}

function withHash(kept: string, name: string, longest: number): string {
  const stem = kept.slice(0, longest - 9).replace(/[-.]+$/, "");
  return `${stem === "" ? "x" : stem}-${hashOf(name)}`;
}

/**
 * The first 8 hex digits of the name's SHA-256 that are not all digits, so that `release-20240131` does not look
 * hashed.
 */
function hashOf(name: string): string {
  const parts = createHash("sha256").update(name).digest("hex").match(/.{8}/g) ?? [];
  return parts.find((part) => /[a-f]/.test(part)) ?? parts.join("");
}
