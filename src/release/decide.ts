import type { Failure } from "../core/failure.ts";
import { failure } from "../core/failure.ts";
import { isAlias } from "../core/alias.ts";
import { formatReference, type Reference, type Repository } from "../core/reference.ts";
import type { Place, PlannedTarget } from "../plan/plan.ts";
import type { Manifest, RepositoryClient } from "../registry/client.ts";
import { type Answer, Refusal } from "../registry/refusal.ts";
import { ownLabels } from "../plan/labels.ts";
import { laterOfSameRef, whyKept, whyKeptByTags } from "./who-owns.ts";

/** So many of the later builds are looked at. */
export const mostBuilds = 20;

/** The moving tags of one target in one repository, and the image that is to have them. */
export interface MovingPlace {
  target: PlannedTarget;
  place: Place;
  client: RepositoryClient;
  /** Where the target's build tags are, which is another repository if the config says so, and the image's own there. */
  home: { client: RepositoryClient; repository: Repository; tag: string };
  /** The image's manifest. */
  manifest: Manifest;
  force: boolean;
  /** A promotion gives the tags: builds of its branch do not, whichever image they have used again. */
  deploys: boolean;
}

/** What is to become of one moving tag, from what it stands for now. */
export type Decision =
  /** It stands for the image already. */
  | { kind: "there" }
  | { kind: "kept"; why: string }
  /** It moves; `from` is what it stands for until then, null where it is new. */
  | { kind: "moves"; from: Manifest | null };

/** Decides on one tag by what the registry holds at this moment. Only reads. */
export async function decide(at: MovingPlace, tag: string): Promise<Answer<Decision>> {
  const { target, client, manifest, force } = at;
  const current = await client.manifest(tag);
  if (current instanceof Refusal) return current;
  if (current?.digest === manifest.digest) return { kind: "there" };
  if (force) return { kind: "moves", from: current };
  if (current !== null) {
    const image = await client.image(current);
    if (image instanceof Refusal) return image;
    const why = whyKept(target, tag, image.labels);
    if (why !== null) return { kind: "kept", why };
    const later = await usedAgain(at, current, image.labels);
    if (later !== null) return { kind: "kept", why: `build ${later} is later` };
  }
  if (!isAlias(tag, target.version, target.affixes)) return { kind: "moves", from: current };
  // The alias alone does not tell: it may have been removed, or moved by hand. A registry that lists no tags leaves it at that.
  const tags = await client.tags();
  const why = tags instanceof Refusal ? null : whyKeptByTags(target, tag, tags);
  return why === null ? { kind: "moves", from: current } : { kind: "kept", why };
}

/**
 * The number of a later build of the same branch that has used the image again which a tag stands for, and so has given it
 * the tag. Where tags cannot be listed no image is used again.
 */
async function usedAgain(
  { target, home: { client }, deploys }: MovingPlace,
  current: Manifest,
  labels: Readonly<Record<string, string>>,
): Promise<number | null> {
  if (deploys || (labels[ownLabels.inputs] ?? "") === "") return null;
  const tags = await client.tags();
  if (tags instanceof Refusal) return null;
  for (const { tag, number } of laterOfSameRef(target, tags).slice(0, mostBuilds)) {
    if ((await client.digest(tag)) === current.digest) return number;
  }
  return null;
}

/** The reference that a tag of this place is written as. */
export function referenceOf({ place }: Pick<MovingPlace, "place">, tag: string): Reference {
  return { repository: place.repository, tag };
}

/** What to tell of a tag that cannot be decided on. */
export function undecided(
  { target, place }: Pick<MovingPlace, "target" | "place">,
  tag: string,
  refusal: Refusal,
): Failure {
  const reference = formatReference({ repository: place.repository, tag });
  if (!refusal.closed)
    return failure(refusal.code, `${reference}: ${refusal.message}`, { target: target.name, hint: refusal.hint });
  return failure("undecided", `${reference} does not move: whether it may cannot be told: ${refusal.message}`, {
    target: target.name,
    hint:
      refusal.hint ??
      "the registry's API must be readable with docker's credentials; --force moves the tags without looking, by docker push",
  });
}
