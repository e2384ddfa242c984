import { higherVersion } from "../core/alias.ts";
import { formatReference } from "../core/reference.ts";
import { versionLabel } from "../plan/labels.ts";
import { Refusal } from "../registry/refusal.ts";
import { decide, type MovingPlace, referenceOf } from "./decide.ts";
import type { Release } from "./run-state.ts";
import { claims, laterBuilds, whyKept } from "./who-owns.ts";
import { write } from "./write.ts";

/** More rounds mean more builds that publish at this very moment: the last of them settles it. */
const rounds = 5;
/** So many of the later builds are looked at. */
const mostBuilds = 20;

/**
 * Looks again after a tag was moved. No registry can compare and swap: between the look and the write another build may
 * have moved it. If the tag stands for an earlier build now, it is moved again; if it was taken from a later one that is up
 * as a whole, that one gets it back, and is looked after from then on as if we were it. So whoever writes last also looks
 * last, and finds what every other build had done before: all agree on the latest one.
 *
 * @returns whether the tag stands for this build's image in the end
 */
export async function settle(
  context: Release,
  own: MovingPlace,
  tag: string,
  all: readonly MovingPlace[],
): Promise<boolean> {
  let at = own;
  let name = "";
  for (let round = 0; round < rounds; round++) {
    for (let owner = await overtaken(at, tag, all); owner !== null; owner = await overtaken(at, tag, all)) {
      ({ at, name } = owner);
    }
    const current = await at.client.digest(tag);
    if (current instanceof Refusal || current === at.manifest.digest) return at === own;
    const decision = await decide(at, tag);
    if (decision instanceof Refusal || decision.kind === "kept") return false;
    const reference = formatReference(referenceOf(at, tag));
    if (at !== own)
      context.reporter.note(`${at.target.name}: ${reference} goes back to ${name}, which has published meanwhile`);
    await write(context, at, tag, decision);
  }
  return false;
}

/** The image that should have the tag rather than the place's own; null if there is none. */
export async function overtaken(
  at: MovingPlace,
  tag: string,
  all: readonly MovingPlace[],
): Promise<{ name: string; at: MovingPlace } | null> {
  const { target, client } = at;
  const tags = await client.tags();
  // What cannot be listed cannot be looked through: what the tag said before it moved has to do.
  if (tags instanceof Refusal) return null;
  const higher = higherVersion(tag, target.version, tags, target.affixes);
  if (higher !== null) {
    const owner = await inPlaceOf(at, higher);
    return owner === null ? null : { name: higher, at: owner };
  }
  for (const later of laterBuilds(target, tags).slice(0, mostBuilds)) {
    const owner = await inPlaceOf(at, later.tag);
    if (owner === null || !claims(target, tag, owner.target.labels)) continue;
    if (whyKept(target, tag, owner.target.labels) === null) continue;
    if (await isWhole(later.core, all)) return { name: `build ${later.number}`, at: owner };
  }
  return null;
}

/** The same place as another build of the target would have it, by that build's image; null where it cannot be read. */
async function inPlaceOf(at: MovingPlace, tag: string): Promise<MovingPlace | null> {
  const manifest = await at.client.manifest(tag);
  if (manifest === null || manifest instanceof Refusal) return null;
  const image = await at.client.image(manifest);
  if (image instanceof Refusal) return null;
  const { labels } = image;
  return { ...at, manifest, target: { ...at.target, labels, version: labels[versionLabel] ?? null } };
}

/** Whether a build is up with all that ours publishes: moving tags are not given to one that is not. */
async function isWhole(core: string, all: readonly MovingPlace[]): Promise<boolean> {
  for (const { client, target } of all) {
    const digest = await client.digest(`${target.affixes.prefix}${core}${target.affixes.suffix}`);
    if (digest === null || digest instanceof Refusal) return false;
  }
  return true;
}
