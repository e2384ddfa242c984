import compare from "semver/functions/compare.js";
import { higherVersion, isAlias } from "../core/alias.ts";
import { type Affixes, buildTagParts, withoutAffixes } from "../core/build-tag.ts";
import { isOfTarget, ownLabels, versionLabel } from "../plan/labels.ts";
import { platformSuffix } from "../plan/parts.ts";
import type { PlannedTarget } from "../plan/plan.ts";

/** The labels of an image in a registry. */
type Labels = Readonly<Record<string, string>>;

/**
 * Why a moving tag stays with the image that it has now, by that image's labels; null if `target`'s image may have it. A
 * tag is never taken from a later build of the same repository, nor an alias such as `1.2` from a higher version.
 */
export function whyKept(target: PlannedTarget, tag: string, theirs: Labels): string | null {
  const { version, affixes, labels } = target;
  const theirVersion = theirs[versionLabel] ?? "";
  // Of two versions the higher one has the alias, whichever was built later.
  if (isAlias(tag, version, affixes) && isAlias(tag, theirVersion, affixes)) {
    const difference = compare(theirVersion, version!);
    if (difference !== 0) return difference > 0 ? `version ${theirVersion} is higher` : null;
  }
  // Build numbers of different repositories say nothing about each other.
  if (theirs[ownLabels.repository] !== labels[ownLabels.repository]) return null;
  const [later, own] = [buildNumber(theirs), buildNumber(labels)];
  return later > own && own > 0 ? `build ${later} is later` : null;
}

/** The same by the tags that are in the repository: one of a higher version that the alias `tag` stands for as well. */
export function whyKeptByTags(
  { version, affixes }: PlannedTarget,
  tag: string,
  existing: readonly string[],
): string | null {
  const higher = higherVersion(tag, version, existing, affixes);
  return higher === null ? null : `version ${higher} is higher`;
}

/** A build tag of a later build than the target's own. */
export interface LaterBuild {
  tag: string;
  /** What the build tags of that build have in common, without the target's affixes. */
  core: string;
  number: number;
}

/** The build tags of later builds among a repository's tags, the latest first. */
export function laterBuilds({ buildAffixes, labels }: PlannedTarget, existing: readonly string[]): LaterBuild[] {
  const own = buildNumber(labels);
  return existing
    .flatMap((tag): LaterBuild[] => {
      const core = withoutAffixes(tag, buildAffixes);
      if (core === null) return [];
      const number = buildTagParts(core)?.number ?? 0;
      return number > own && own > 0 ? [{ tag, core, number }] : [];
    })
    .toSorted((a, b) => b.number - a.number);
}

/** The build tag of a branch's latest build before another one, whose tags begin with `scope`; null where there is none. */
export function latestOf(
  affixes: Affixes,
  scope: string,
  existing: readonly string[],
  before: number = Infinity,
): string | null {
  const found = existing.flatMap((tag) => {
    const parts = buildTagParts(withoutAffixes(tag, affixes) ?? "");
    return parts !== null && parts.scope === scope && parts.number < before ? [{ tag, number: parts.number }] : [];
  });
  return found.toSorted((a, b) => b.number - a.number)[0]?.tag ?? null;
}

/**
 * The later builds of the same branch, tag or pull request. They give their images the same moving tags, and where they have
 * used an earlier build's image again its labels do not say so: these name the build that made it.
 */
export function laterOfSameRef(target: PlannedTarget, existing: readonly string[]): LaterBuild[] {
  const own = refOf(target.labels[ownLabels.buildTag] ?? "", target);
  return laterBuilds(target, existing).filter(({ tag }) => refOf(tag, target) === own);
}

/** What a build tag begins with, `master` of `master-860c1904a1ce-42`. */
function refOf(buildTag: string, { buildAffixes }: Pick<PlannedTarget, "buildAffixes">): string {
  return buildTag.slice(buildAffixes.prefix.length).replace(/-[0-9a-f]{12}-\d+(?:[-_.].*)?$/, "");
}

/** The labels of an image as a later build has it: if that has not made it, it has used it again, with tags like our own. */
export function labelsAs(later: LaterBuild, target: PlannedTarget, theirs: Labels): Labels {
  const parts = (target.partOf?.parts ?? []).map(({ platform }) => `${later.tag}${platformSuffix(platform)}`);
  const isOwn = [later.tag, ...parts].includes(theirs[ownLabels.buildTag] ?? "");
  if (isOwn || (theirs[ownLabels.inputs] ?? "") === "") return theirs;
  const isSameRef = laterOfSameRef(target, [later.tag]).length > 0;
  return {
    ...theirs,
    [ownLabels.buildTag]: later.tag,
    [ownLabels.buildNumber]: String(later.number),
    [ownLabels.tags]: isSameRef ? (target.labels[ownLabels.tags] ?? "") : "",
  };
}

/** Whether an image is of the same target of the same repository and its build gives it `tag`. */
export function claims(target: PlannedTarget, tag: string, theirs: Labels): boolean {
  return isOfTarget(target, theirs) && (theirs[ownLabels.tags] ?? "").split(",").includes(tag);
}

/** The targets of the build that has made an image; null where it does not say. */
export function targetsOfBuild(theirs: Labels): ReadonlySet<string> | null {
  const names = theirs[ownLabels.targets] ?? "";
  return names === "" ? null : new Set(names.split(","));
}

/** The number of the build that has made an image; 0 where it has none. */
export function buildNumber(labels: Labels): number {
  return Number(labels[ownLabels.buildNumber]) || 0;
}
