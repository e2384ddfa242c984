import { type Affixes, buildTagParts, withoutAffixes } from "../core/build-tag.ts";
import { baseDigestLabel, ownLabels } from "./labels.ts";
import { keptBuild, type KeepPolicy, newestBuilds } from "./clean.ts";

/** A manifest in a repository, with all of its names there. */
export interface Held {
  /** The repository's name. */
  repository: string;
  digest: string;
  /** None for one that only an index lists. */
  tags: string[];
  /** The digests of the manifests that it lists, if it is an index. */
  parts: string[];
  labels: Readonly<Record<string, string>>;
  /** When it was made, milliseconds since 1970; 0 where it does not say. */
  madeAt: number;
}

/** What becomes of one of our images in a repository. */
export interface Judged {
  held: Held;
  /** Why it stays; null if it goes. */
  kept: string | null;
}

/** What is ours, and what of it is to stay. */
export interface RegistryPolicy extends KeepPolicy {
  /** The repository of the source, as the labels have it. */
  source: string;
  /** What may stand around the build tags of our targets. */
  affixes: readonly Affixes[];
}

/**
 * Decides which images go, with all of their names. One stays if any of its names is no build tag of ours or is that of a build
 * that is kept, if an index that stays lists it, if what stays stands on it, and if the same image stays elsewhere, as under a
 * moving tag. Only our own images are told of; `removed` has all that goes with them, indexes first, so that whoever is
 * interrupted leaves none with something missing.
 */
export function judgeImages(all: readonly Held[], policy: RegistryPolicy): { judged: Judged[]; removed: Held[] } {
  const builds = buildsOf(all, policy);
  const newest = newestBuilds(builds, policy.builds);
  const stays = new Map<Held, string>();
  const byDigest = new Map<string, Held[]>();
  for (const held of all) byDigest.set(held.digest, [...(byDigest.get(held.digest) ?? []), held]);
  const queue: Held[] = [];
  const keep = (held: Held, why: string) => {
    if (stays.has(held)) return;
    stays.set(held, why);
    queue.push(held);
  };
  for (const held of all) {
    const why = held.tags.length === 0 || attachedTo(held) !== null ? null : whyKept(held, policy, builds, newest);
    if (why !== null) keep(held, why);
  }
  const settle = () => {
    for (let held = queue.pop(); held !== undefined; held = queue.pop()) {
      const name = nameOf(held);
      const base = held.labels[baseDigestLabel] ?? "";
      for (const other of byDigest.get(held.digest) ?? []) keep(other, `${name} is the same image`);
      for (const other of byDigest.get(base) ?? []) keep(other, `${name} stands on it`);
      for (const part of held.parts)
        for (const other of byDigest.get(part) ?? [])
          if (other.repository === held.repository) keep(other, `${name} lists it`);
    }
  };
  settle();
  // A signature goes with what it is of, and stays where that is not to be seen.
  const goes = new Set(all.filter((held) => isOurs(held, policy) && !stays.has(held)).map(keyOf));
  for (const held of all) {
    const of = attachedTo(held);
    if (of !== null && !goes.has(keyOf({ ...held, digest: of }))) keep(held, "it is of an image that stays");
  }
  // What no tag stands for is of whichever index lists it.
  const listed = new Set(
    all
      .filter((held) => goes.has(keyOf(held)))
      .flatMap(({ repository, parts }) => parts.map((digest) => keyOf({ repository, digest }))),
  );
  settle();
  const removed = all.filter(
    (held) => !stays.has(held) && (goes.has(keyOf(held)) || attachedTo(held) !== null || listed.has(keyOf(held))),
  );
  return {
    judged: all.filter((held) => isOurs(held, policy)).map((held) => ({ held, kept: stays.get(held) ?? null })),
    removed: removed.toSorted((a, b) => b.parts.length - a.parts.length),
  };
}

function keyOf({ repository, digest }: Pick<Held, "repository" | "digest">): string {
  return `${repository}@${digest}`;
}

function nameOf({ repository, tags, digest }: Held): string {
  return tags[0] === undefined ? `${repository}@${digest.slice(0, 19)}` : `${repository}:${tags[0]}`;
}

/** The image that something is attached to by its tag: a signature, an attestation, an SBOM. Null for what is none of these. */
function attachedTo({ tags }: Held): string | null {
  const subjects = tags.map((tag) => /^sha256-([0-9a-f]{64})(?:\.[a-z]+)?$/.exec(tag)?.[1]);
  const [first] = subjects;
  return first === undefined || subjects.some((one) => one !== first) ? null : `sha256:${first}`;
}

/** Whether an image is of this project, under a build tag. */
function isOurs(held: Held, { source, affixes }: RegistryPolicy): boolean {
  return held.labels[ownLabels.repository] === source && held.tags.some((tag) => buildOf(tag, held, affixes) !== null);
}

/** The build that a tag is the build tag of: a number, or the tag itself of a build outside CI; null for other tags. */
function buildOf(tag: string, { labels }: Held, affixes: readonly Affixes[]): string | number | null {
  for (const around of affixes) {
    const number = buildTagParts(withoutAffixes(tag, around) ?? "")?.number;
    if (number !== undefined) return number;
  }
  // A target that the config has no more.
  if (tag !== labels[ownLabels.buildTag]) return null;
  return Number(labels[ownLabels.buildNumber]) || tag;
}

/**
 * Why an image stays for itself. One under a tag that is no build tag of ours is somebody's to pull, whoever has made it.
 */
function whyKept(
  held: Held,
  policy: RegistryPolicy,
  builds: Builds,
  newest: ReadonlySet<string | number>,
): string | null {
  if (held.labels[ownLabels.repository] !== policy.source) return "it is none of this project's";
  const other = held.tags.find((tag) => buildOf(tag, held, policy.affixes) === null);
  if (other !== undefined) return `${other} stands for it`;
  for (const tag of held.tags) {
    const build = buildOf(tag, held, policy.affixes)!;
    const why = keptBuild(build, builds.get(build) ?? 0, policy, newest);
    if (why !== null) return why;
  }
  return null;
}

/** When each build ran, at the earliest. */
type Builds = ReadonlyMap<string | number, number>;

/**
 * The builds that have images up, and when they ran. An image may be older than a build that has used it again: a build has run
 * after all of lower numbers.
 */
function buildsOf(all: readonly Held[], { source, affixes }: RegistryPolicy): Builds {
  const builds = new Map<string | number, number>();
  for (const held of all) {
    if (held.labels[ownLabels.repository] !== source) continue;
    for (const tag of held.tags) {
      const build = buildOf(tag, held, affixes);
      if (build !== null) builds.set(build, Math.max(builds.get(build) ?? 0, held.madeAt));
    }
  }
  let latest = 0;
  const numbers = [...builds.keys()].filter((build) => typeof build === "number");
  for (const build of numbers.toSorted((a, b) => a - b)) {
    latest = Math.max(latest, builds.get(build)!);
    builds.set(build, latest);
  }
  return builds;
}
