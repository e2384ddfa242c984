import type { Failure } from "../core/failure.ts";
import { inDependencyOrder } from "../core/pool.ts";
import { formatReference, isTag, type Reference } from "../core/reference.ts";
import { ownLabels } from "../plan/labels.ts";
import { buildTagReferences, type LateInput, type PlannedTarget } from "../plan/plan.ts";
import type { ReuseStep } from "../plan/steps.ts";
import type { Manifest, RepositoryClient } from "../registry/client.ts";
import { contentsOf } from "../registry/manifest-contents.ts";
import { Refusal } from "../registry/refusal.ts";
import { arePartsAlike } from "./other-parts.ts";
import { copyImage } from "./publish.ts";
import { type Difference, inputsNow, inWords, missingImage, whatDiffers } from "../builders/late-labels.ts";
import { buildNumber, latestOf } from "./who-owns.ts";
import { imageAt, note, type Release, type RunState, targetsOf, type UpImage } from "./run-state.ts";

const atOnce = 8;

/**
 * Finds images that earlier builds have made from the very same, and gives them this build's tag: they are not built
 * again, and keep their digests. A target that stands on one that has to be built is built as well. Whatever cannot be
 * told, or written, is no reason to fail: the target is built, and it is said why.
 */
export async function reuse(context: Release, state: RunState, { targets }: ReuseStep): Promise<Failure[]> {
  await inDependencyOrder(targetsOf(context.plan, targets), atOnce, async (target) => {
    if (state.up.has(target.name)) return;
    const found = await findSame(context, state, target);
    const why = "why" in found ? found.why : await nameIt(context, state, target, found);
    if ("why" in found || why !== null) {
      state.why.set(target.name, why!);
      if (!target.implied) context.reporter.note(`${target.name}: ${why}`);
      return;
    }
    const { image, from } = found;
    state.inRegistry.set(target.name, { digest: image.manifest, id: image.digest });
    context.docker.digests.set(target.name, image.manifest);
    if (!target.implied) state.up.set(target.name, image);
    state.why.set(target.name, `nothing has changed since ${from}`);
    note(state, target.name, "reused", { digest: image.manifest, cached: true, published: buildTagReferences(target) });
    context.reporter.note(`${target.name}: nothing has changed since ${from}; not built again`);
  });
  return [];
}

interface UpPart {
  manifest: Manifest;
  image: UpImage;
  /** The index that it was found in; null where it stands for itself. */
  index: Manifest | null;
}

interface Found extends UpPart {
  /** The build that made it. */
  from: string;
  /** Where it was found. */
  reference: Reference;
}

/** Why there is none, in words, and as far as it is known the image that comes nearest. */
interface NotFound {
  why: string;
  reference: Reference | null;
  /** What that was made from and is otherwise now. */
  differs: string[];
  /** The registry's answer, where it is that which leaves it open. */
  refusal: Refusal | null;
  /** An image that it is made from and of which nobody knows which one it is now. */
  missing: LateInput | null;
}

/** What it takes to look for earlier images. */
type Looking = Pick<Release, "registries"> & { docker: Pick<Release["docker"], "digests"> };

/** The first image among the candidates that was made from the same. */
export async function findSame(
  { docker: { digests }, registries }: Looking,
  { inRegistry }: Pick<RunState, "inRegistry">,
  target: PlannedTarget,
): Promise<Found | NotFound> {
  const { base, inputs, reuseFrom } = target;
  if (inRegistry.get(target.name) !== "nothing") return notFound("the registry does not say what is up");
  // One that stands on what is in no registry has to be proved to stand on what is here.
  if (base !== null && typeof inRegistry.get(base) !== "object")
    return notFound(`${base} is built, which it stands on`);
  const expected = inputsNow(target, digests);
  const missing = missingImage(target, digests);
  if (expected === null)
    return notFound(inputs.unknown ?? "it is not known which images it would be made from", { missing });
  let nearest: NotFound | null = null;
  for (const reference of [...(await lastBuilds(registries, target)), ...reuseFrom]) {
    const client = registries.repository(reference.repository);
    const up = await imageAt(client, reference.tag, target.partOf === null ? undefined : target.platforms[0]);
    if (up === null) continue;
    if (up instanceof Refusal) {
      nearest ??= notFound(`${formatReference(reference)}: ${up.message}`, { refusal: up });
      continue;
    }
    const { labels } = up.image;
    const from = labels[ownLabels.buildTag] ?? reference.tag;
    if (labels[ownLabels.inputs] !== expected) {
      const differing = whatDiffers(target, labels, digests);
      const other = notFound(whyOther(differing, from), { reference, differs: differing.map(({ what }) => what) });
      // What differs says more than that one could not be asked.
      if (nearest === null || nearest.refusal !== null) nearest = other;
      continue;
    }
    return asFound({ docker: { digests }, registries }, target, { ...up, from, reference });
  }
  return nearest ?? notFound("no earlier image is up");
}

/** An image that was made from the same, if it can be told from others afterwards, and loses nothing. */
async function asFound(
  { docker: { digests }, registries }: Looking,
  target: PlannedTarget,
  found: UpPart & Pick<Found, "from" | "reference">,
): Promise<Found | NotFound> {
  const { from, reference, index } = found;
  const client = registries.repository(reference.repository);
  if (target.partOf !== null && !(await arePartsAlike(client, reference.tag, target, digests)))
    return notFound(`the parts of ${from} are made from other files on other platforms`, { reference });
  // Which build has moved a tag last is then told by the build tags alone.
  const builds = target.reuseBuilds.length > 0 ? target.image.repository : reference.repository;
  const listed = await registries.repository(builds).tags();
  if (listed instanceof Refusal)
    return notFound(`${builds.name} does not list its tags, so nothing is used again there`, { reference });
  const attested = index === null || !isAttested(target) ? found : await withAttestations(client, found, index);
  return attested === null
    ? notFound(`the attestations of ${from} would be lost, which is not up by itself`, { reference })
    : { ...attested, from, reference };
}

function notFound(why: string, rest: Partial<NotFound> = {}): NotFound {
  return { why, reference: null, differs: [], refusal: null, missing: null, ...rest };
}

function isAttested({ attest: { provenance, sbom } }: PlannedTarget): boolean {
  return provenance !== null || sbom;
}

/**
 * The index of a part and what is attested of it, in place of the image that was found in an index of all parts; null where
 * it is not up any more. Until that is cleaned away it has the build tag of the build that made it.
 */
async function withAttestations(
  client: RepositoryClient,
  { manifest: inner, image }: UpPart,
  index: Manifest,
): Promise<UpPart | null> {
  const isOwn = (one: Manifest) => {
    const { platforms, manifests } = contentsOf(one);
    return platforms?.size === 1 && manifests.includes(inner.digest) && manifests.length > 1;
  };
  const tag = image.labels[ownLabels.buildTag] ?? "";
  const own = isOwn(index) || !isTag(tag) ? index : await client.manifest(tag);
  if (own === null || own instanceof Refusal || !isOwn(own)) return null;
  return { manifest: own, image: { ...image, manifest: own.digest }, index };
}

/** What earlier builds have left under their build tags, where these are in a repository of their own. */
async function lastBuilds(registries: Release["registries"], target: PlannedTarget): Promise<Reference[]> {
  const { repository } = target.image;
  const tags = target.reuseBuilds.length === 0 ? [] : await registries.repository(repository).tags();
  if (tags instanceof Refusal) return [];
  return target.reuseBuilds.flatMap((scope) => {
    const tag = latestOf(target.buildAffixes, scope, tags, buildNumber(target.labels));
    return tag === null ? [] : [{ repository, tag }];
  });
}

function whyOther(differing: readonly Difference[], from: string): string {
  return differing.length === 0
    ? `${from} does not say what it was made from`
    : `changed since ${from}: ${inWords(differing)}`;
}

/**
 * Writes the build tag in all repositories of the target. Where one has no such image yet, it is copied there. Returns why
 * that cannot be done; null where it is.
 */
async function nameIt(
  context: Release,
  { named }: RunState,
  target: PlannedTarget,
  { manifest, index, reference: { repository } }: Found,
): Promise<string | null> {
  const source = context.registries.repository(repository);
  const [here, copied]: [Reference[], Reference[]] = [[], []];
  for (const reference of buildTagReferences(target)) {
    const client = context.registries.repository(reference.repository);
    const isThere = client === source || (await client.bring(manifest, source));
    if (isThere instanceof Refusal) return refused(reference, isThere);
    (isThere ? here : copied).push(reference);
  }
  // A build tag is final, so none is written before it is known that the image gets to all repositories.
  const from = { repository, digest: manifest.digest, isInner: index !== null };
  const [failed] = await copyImage(context, target, from, copied);
  if (failed !== undefined) return failed.message;
  for (const reference of here) {
    const written = await context.registries.repository(reference.repository).put(reference.tag, manifest);
    if (written instanceof Refusal) return refused(reference, written);
    named.set(formatReference(reference), manifest);
  }
  return null;
}

function refused(reference: Reference, { message }: Refusal): string {
  return `${formatReference(reference)}: ${message}`;
}
