import { type Affixes, buildTagParts, withoutAffixes } from "../core/build-tag.ts";
import { type Failure, failure } from "../core/failure.ts";
import { eachLimited } from "../core/pool.ts";
import { formatReference, parseReference, type Reference, type Repository } from "../core/reference.ts";
import { baseDigestLabel, baseNameLabel } from "../plan/labels.ts";
import { platformAffixes } from "../plan/parts.ts";
import { contentsOf, normalPlatform } from "../registry/manifest-contents.ts";
import type { RepositoryClient } from "../registry/client.ts";
import { Refusal } from "../registry/refusal.ts";
import type { Registries } from "../registry/registries.ts";
import { imageAt } from "./run-state.ts";
import { latestOf } from "./who-owns.ts";

const atOnce = 8;

/** A target whose image is in a registry. */
export interface PublishedTarget {
  name: string;
  /** Where it is looked at. */
  repository: Repository;
  /** Where its build tags are, and what stands around them. */
  homes: readonly Repository[];
  affixes: Affixes;
  /** Those that there may be a part for, each with a build tag of its own. */
  platforms: readonly string[];
  /** The moving tag whose image is looked at; null where no rule gives one. */
  tag: string | null;
  /** What its build tags begin with, where these are its only ones: the latest stands for what others would be built on now. */
  scope: string | null;
}

/** Whether a published image stands on what its base is now. */
export interface Freshness {
  target: string;
  image: Reference | null;
  /** What it stands on: the name that is looked up now; null where it does not say. */
  base: string | null;
  /** The digest that the base had when the image was built. */
  recorded: string | null;
  /** The digest that the base has now. */
  now: string | null;
  state: "current" | "outdated" | "unknown";
  /** Why it is outdated, or why nothing is known. */
  why: string | null;
}

/** Asks for each published image what it stands on, and for each base what it is now, once. */
export async function freshnessOf(
  registries: Pick<Registries, "repository">,
  published: ReadonlyMap<string, PublishedTarget>,
  isSelected: (name: string) => boolean,
): Promise<{ found: Freshness[]; failures: Failure[] }> {
  const found = new Map<string, Freshness>();
  const failures: Failure[] = [];
  const digests = new Map<string, Promise<string | null | Refusal>>();
  const digestOf = (base: Base) => {
    const name = `${formatReference(base.reference)} ${base.platform}`;
    const asked = digests.get(name) ?? digestNow(registries, base);
    digests.set(name, asked);
    return asked;
  };
  const targets = [...published.values()].filter(({ name }) => isSelected(name));
  await eachLimited(targets, atOnce, async (target) => {
    const answer = await lookAt(registries, published, target, digestOf);
    found.set(target.name, answer.freshness);
    const { refusal } = answer;
    // A registry that cannot be asked must not pass for one that has nothing new.
    if (refusal !== null)
      failures.push(failure(refusal.code, refusal.message, { target: target.name, hint: refusal.hint }));
  });
  return { found: targets.map(({ name }) => found.get(name)!), failures };
}

async function lookAt(
  registries: Pick<Registries, "repository">,
  published: ReadonlyMap<string, PublishedTarget>,
  { name, repository, tag }: PublishedTarget,
  digestOf: (base: Base) => Promise<string | null | Refusal>,
): Promise<{ freshness: Freshness; refusal: Refusal | null }> {
  const image = tag === null ? null : { repository, tag };
  const none: Freshness = { target: name, image, base: null, recorded: null, now: null, state: "unknown", why: null };
  const unknown = (why: string, known: Partial<Freshness> = {}, refusal: Refusal | null = null) => ({
    freshness: { ...none, ...known, why },
    refusal,
  });
  if (image === null) return unknown("no rule gives it a moving tag");
  const up = await imageAt(registries.repository(repository), image.tag);
  if (up instanceof Refusal) return unknown(up.message, {}, up);
  if (up === null) return unknown("it is not in the registry");
  const [written, recorded] = [up.image.labels[baseNameLabel] ?? "", up.image.labels[baseDigestLabel] || null];
  if (written === "") return unknown("it names no image that it stands on");
  const base = await baseOf(written, published, registries);
  if (base instanceof Refusal) return unknown(base.message, { base: written }, base);
  if (base === "pinned") {
    const [, pinned = null] = written.split("@");
    return {
      freshness: { ...none, base: written, recorded: pinned, now: pinned, state: "current", why: null },
      refusal: null,
    };
  }
  if (base === null) return unknown("what it stands on is in no registry", { base: written });
  const known = { base: formatReference(base.reference), recorded };
  if (recorded === null) return unknown("it does not say on which image of that name; build it with pull: true", known);
  const now = await digestOf(base);
  if (now instanceof Refusal) return unknown(now.message, known, now);
  if (now === null) return unknown(`${known.base} is not in the registry any more`, known);
  const isCurrent =
    now === recorded || now === (await imageIn(registries.repository(base.home), base.platform, recorded));
  const state = isCurrent ? "current" : "outdated";
  return {
    freshness: { ...none, ...known, now, state, why: isCurrent ? null : `${known.base} has moved on` },
    refusal: null,
  };
}

/** What is looked up of a base. */
interface Base {
  reference: Reference;
  /** Where its build tag is, by which the image that stands on it knows it. */
  home: Repository;
  /** Whose image it is, of an index; null for all that the tag stands for. */
  platform: string | null;
}

async function digestNow(
  registries: Pick<Registries, "repository">,
  { reference: { repository, tag }, platform }: Base,
): Promise<string | null | Refusal> {
  const client = registries.repository(repository);
  return platform === null ? client.digest(tag) : imageIn(client, platform, tag);
}

/** The digest of a platform's image under a tag or a digest: a part with attestations is an index itself. */
async function imageIn(
  client: RepositoryClient,
  platform: string | null,
  tag: string,
): Promise<string | null | Refusal> {
  if (platform === null) return tag;
  const manifest = await client.manifest(tag);
  if (manifest === null || manifest instanceof Refusal) return manifest;
  const { platforms } = contentsOf(manifest);
  return platforms === null ? manifest.digest : (platforms.get(normalPlatform(platform)) ?? null);
}

/**
 * What is to be looked up: of a base of our own the tag that its builds move, as its label has the build tag, which never
 * moves; of others the name that the Dockerfile had. Null where there is nothing to be looked up.
 */
async function baseOf(
  written: string,
  published: ReadonlyMap<string, PublishedTarget>,
  registries: Pick<Registries, "repository">,
): Promise<Base | "pinned" | null | Refusal> {
  if (written.includes("@")) return "pinned";
  const reference = parseReference(written);
  if (reference === null || reference.repository.registry.endsWith(".invalid")) return null;
  const owner = ownerOf(reference, [...published.values()]);
  const home = reference.repository;
  if (owner === null) return { reference, home, platform: null };
  const { target, affixes, platform } = owner;
  if (target.tag !== null) return { reference: { repository: target.repository, tag: target.tag }, home, platform };
  if (target.scope === null) return null;
  const tags = await registries.repository(home).tags();
  if (tags instanceof Refusal) return tags;
  const latest = latestOf(affixes, target.scope, tags) ?? reference.tag;
  return { reference: { ...reference, tag: latest }, home, platform: null };
}

/** The target whose build tag it is, or whose part's; several may share a repository and differ in what stands around their tags. */
function ownerOf(
  { repository, tag }: Reference,
  published: readonly PublishedTarget[],
): { target: PublishedTarget; affixes: Affixes; platform: string | null } | null {
  const owners = published
    .filter(({ homes }) => homes.some(({ name }) => name === repository.name))
    .flatMap((target) => [
      { target, affixes: target.affixes, platform: null },
      ...target.platforms.map((platform) => ({ target, affixes: platformAffixes(target.affixes, platform), platform })),
    ]);
  return owners.find(({ affixes }) => buildTagParts(withoutAffixes(tag, affixes) ?? "") !== null) ?? null;
}
