import parse from "semver/functions/parse.js";
import compare from "semver/functions/compare.js";
import { type Affixes, withoutAffixes } from "./build-tag.ts";

/** What an alias stands for: all versions of one major, or of one minor, version. */
interface Line {
  major: number;
  minor: number | null;
}

/** Whether `tag` is an alias of `version`: `1.2` or `1` (`v1.2`, `v1`) of 1.2.3, with the target's affixes. */
export function isAlias(tag: string, version: string | null, affixes: Affixes): boolean {
  return lineOf(tag, version, affixes) !== null;
}

/**
 * The tag in `existing` of a higher version that the alias `tag` stands for as well, so that the alias must not move to
 * `version`. Null if there is none, or if `tag` is not an alias of `version`.
 */
export function higherVersion(
  tag: string,
  version: string | null,
  existing: readonly string[],
  affixes: Affixes,
): string | null {
  const own = parse(version);
  const line = lineOf(tag, version, affixes);
  if (own === null || line === null) return null;
  const higher = existing.find((candidate) => {
    const other = parse(withoutAffixes(candidate, affixes));
    if (other === null || other.prerelease.length > 0 || other.major !== line.major) return false;
    return (line.minor === null || other.minor === line.minor) && compare(other, own) > 0;
  });
  return higher ?? null;
}

function lineOf(tag: string, version: string | null, affixes: Affixes): Line | null {
  const own = parse(version);
  if (own === null || own.prerelease.length > 0) return null;
  const alias = withoutAffixes(tag, affixes)?.replace(/^v/, "");
  if (alias === `${own.major}`) return { major: own.major, minor: null };
  return alias === `${own.major}.${own.minor}` ? { major: own.major, minor: own.minor } : null;
}
