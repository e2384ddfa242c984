import { higherVersion } from "../core/alias.ts";
import { formatReference } from "../core/reference.ts";
import type { Manifest } from "../registry/client.ts";
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
 * as a whole, that one gets it back. Two builds that both look again after their last write agree on the later one.
 *
 * @returns whether the tag stands for this build's image in the end
 */
export async function settle(
  context: Release,
  at: MovingPlace,
  tag: string,
  all: readonly MovingPlace[],
): Promise<boolean> {
  for (let round = 0; round < rounds; round++) {
    const current = await at.client.digest(tag);
    if (current instanceof Refusal) return true;
    if (current !== at.manifest.digest) {
      const decision = await decide(at, tag);
      if (decision instanceof Refusal || decision.kind === "kept") return false;
      await write(context, at, tag, decision);
      continue;
    }
    const owner = await overtaken(at, tag, all);
    if (owner === null) return true;
    context.reporter.note(
      `${at.target.name}: ${formatReference(referenceOf(at, tag))} goes back to ${owner.name}, which has published meanwhile`,
    );
    await at.client.put(tag, owner.manifest);
  }
  return false;
}

/** The image that should have the tag rather than ours, though it has not; null if it is ours. */
async function overtaken(
  { target, client }: MovingPlace,
  tag: string,
  all: readonly MovingPlace[],
): Promise<{ name: string; manifest: Manifest } | null> {
  const tags = await client.tags();
  // What cannot be listed cannot be looked through: what the tag said before it moved has to do.
  if (tags instanceof Refusal) return null;
  const higher = higherVersion(tag, target.version, tags, target.affixes);
  if (higher !== null) {
    const manifest = await client.manifest(higher);
    return manifest === null || manifest instanceof Refusal ? null : { name: higher, manifest };
  }
  for (const later of laterBuilds(target, tags).slice(0, mostBuilds)) {
    const manifest = await client.manifest(later.tag);
    if (manifest === null || manifest instanceof Refusal) continue;
    const image = await client.image(manifest);
    if (image instanceof Refusal || !claims(target, tag, image.labels)) continue;
    if (whyKept(target, tag, image.labels) === null) continue;
    if (await isWhole(later.core, all)) return { name: `build ${later.number}`, manifest };
  }
  return null;
}

/** Whether a build is up with all that ours publishes: moving tags are not given to one that is not. */
async function isWhole(core: string, all: readonly MovingPlace[]): Promise<boolean> {
  for (const { client, target } of all) {
    const digest = await client.digest(`${target.affixes.prefix}${core}${target.affixes.suffix}`);
    if (digest === null || digest instanceof Refusal) return false;
  }
  return true;
}
