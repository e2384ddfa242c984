import compare from "semver/functions/compare.js";
import parse from "semver/functions/parse.js";
import type { Affixes } from "./build-tag.ts";

/**
 * A tag of `existing` that keeps the alias `tag` (`1.2` or `1` of version 1.2.3) where it is: a higher version that the
 * alias stands for as well. Null if `tag` may point to `version`, or is no alias of it.
 */
export function higherVersion(
  tag: string,
  version: string | null,
  existing: readonly string[],
  { prefix, suffix }: Affixes,
): string | null {
  const own = parse(version);
  if (own === null || own.prerelease.length > 0) return null;
  const bare = (text: string) =>
    text.startsWith(prefix) && text.endsWith(suffix) ? text.slice(prefix.length, text.length - suffix.length) : null;
  const alias = bare(tag);
  const isAlias = alias === `${own.major}` || alias === `${own.major}.${own.minor}`;
  if (!isAlias) return null;
  const inLine = (other: { major: number; minor: number }) =>
    other.major === own.major && (alias === `${own.major}` || other.minor === own.minor);
  const higher = existing.find((candidate) => {
    const other = parse(bare(candidate));
    return other !== null && other.prerelease.length === 0 && inLine(other) && compare(other, own) > 0;
  });
  return higher ?? null;
}
