import type { Failure } from "../core/failure.ts";
import { inDependencyOrder } from "../core/pool.ts";
import { formatReference, type Reference } from "../core/reference.ts";
import { ownLabels } from "../plan/labels.ts";
import { buildTagReferences, type PlannedTarget } from "../plan/plan.ts";
import type { ReuseStep } from "../plan/steps.ts";
import type { Manifest } from "../registry/client.ts";
import { Refusal } from "../registry/refusal.ts";
import { copyImage } from "./publish.ts";
import { type Difference, inputsNow, inWords, whatDiffers } from "../builders/late-labels.ts";
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
    const named = typeof found === "string" ? found : ((await nameIt(context, state, target, found)) ?? found);
    if (typeof named === "string") {
      state.why.set(target.name, named);
      if (!target.implied) context.reporter.note(`${target.name}: ${named}`);
      return;
    }
    const { image, from } = named;
    state.inRegistry.set(target.name, { digest: image.manifest, id: image.digest });
    context.docker.digests.set(target.name, image.manifest);
    if (!target.implied) state.up.set(target.name, image);
    state.why.set(target.name, `nothing has changed since ${from}`);
    note(state, target.name, "reused", { digest: image.manifest, cached: true, published: buildTagReferences(target) });
    context.reporter.note(`${target.name}: nothing has changed since ${from}; not built again`);
  });
  return [];
}

interface Found {
  manifest: Manifest;
  image: UpImage;
  /** The build that made it. */
  from: string;
}

/** The first image among the candidates that was made from the same; text says why there is none. */
async function findSame(context: Release, { inRegistry }: RunState, target: PlannedTarget): Promise<Found | string> {
  const { docker, registries } = context;
  const { base, inputs, reuseFrom } = target;
  if (inRegistry.get(target.name) !== "nothing") return "the registry does not say what is up";
  // One that stands on what is in no registry has to be proved to stand on what is here.
  if (base !== null && typeof inRegistry.get(base) !== "object") return `${base} is built, which it stands on`;
  const expected = inputsNow(target, docker.digests);
  if (expected === null) return inputs.unknown ?? "it is not known which images it would be made from";
  let why: string | null = null;
  for (const { repository, tag } of reuseFrom) {
    const client = registries.repository(repository);
    const up = await imageAt(client, tag);
    if (up === null || up instanceof Refusal) continue;
    const { labels } = up.image;
    const from = labels[ownLabels.buildTag] ?? tag;
    if (labels[ownLabels.inputs] !== expected) {
      why ??= whyOther(whatDiffers(target, labels, docker.digests), from);
      continue;
    }
    // Which build has moved a tag last is then told by the build tags alone.
    const isListed = !((await client.tags()) instanceof Refusal);
    return isListed ? { ...up, from } : `${repository.name} does not list its tags, so nothing is used again there`;
  }
  return why ?? "no earlier image is up";
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
  { manifest }: Found,
): Promise<string | null> {
  const copied: Reference[] = [];
  const [first, ...others] = buildTagReferences(target);
  for (const reference of [first!, ...others]) {
    const client = context.registries.repository(reference.repository);
    if (reference !== first && (await client.digest(manifest.digest)) !== manifest.digest) {
      copied.push(reference);
      continue;
    }
    const written = await client.put(reference.tag, manifest);
    if (written instanceof Refusal) return `${formatReference(reference)}: ${written.message}`;
    named.set(formatReference(reference), manifest);
  }
  const [failed] = await copyImage(context, target, first!, copied);
  return failed === undefined ? null : failed.message;
}
