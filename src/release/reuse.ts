import type { Failure } from "../core/failure.ts";
import { inDependencyOrder } from "../core/pool.ts";
import { formatReference, type Reference } from "../core/reference.ts";
import { ownLabels } from "../plan/labels.ts";
import { buildTagReferences, type PlannedTarget } from "../plan/plan.ts";
import type { ReuseStep } from "../plan/steps.ts";
import type { Manifest } from "../registry/client.ts";
import { Refusal } from "../registry/refusal.ts";
import { copyImage } from "./publish.ts";
import { inputsNow } from "../builders/late-labels.ts";
import { imageAt, note, type Release, type RunState, targetsOf, type UpImage } from "./run-state.ts";

const atOnce = 8;

/**
 * Finds images that earlier builds have made from the very same, and gives them this build's tag: they are not built
 * again, and keep their digests. A target that stands on one that has to be built is built as well. Whatever cannot be
 * told, or written, is no reason to fail: the target is built.
 */
export async function reuse(context: Release, state: RunState, { targets }: ReuseStep): Promise<Failure[]> {
  await inDependencyOrder(targetsOf(context.plan, targets), atOnce, async (target) => {
    const expected = mayBeReused(state, target) ? inputsNow(target, context.docker.digests) : null;
    if (expected === null) return;
    const found = await findSame(context, target, expected);
    if (found === null || !(await nameIt(context, target, found))) return;
    const { image, from } = found;
    state.inRegistry.set(target.name, { digest: image.manifest, id: image.digest });
    context.docker.digests.set(target.name, image.manifest);
    if (!target.implied) state.up.set(target.name, image);
    note(state, target.name, "reused", { digest: image.manifest, cached: true, published: buildTagReferences(target) });
    context.reporter.note(`${target.name}: nothing has changed since ${from}; not built again`);
  });
  return [];
}

/** One that stands on what is in no registry has to be proved to stand on what is here. */
function mayBeReused({ inRegistry }: RunState, { name, base }: PlannedTarget): boolean {
  return inRegistry.get(name) === "nothing" && (base === null || typeof inRegistry.get(base) === "object");
}

interface Found {
  manifest: Manifest;
  image: UpImage;
  /** The build that made it. */
  from: string;
}

/** The first image among the candidates that was made from the same. */
async function findSame(
  { registries, reporter }: Release,
  target: PlannedTarget,
  expected: string,
): Promise<Found | null> {
  for (const { repository, tag } of target.reuseFrom) {
    const client = registries.repository(repository);
    const up = await imageAt(client, tag);
    if (up === null || up instanceof Refusal || up.image.labels[ownLabels.inputs] !== expected) continue;
    // Which build has moved a tag last is then told by the build tags alone.
    const tags = await client.tags();
    if (tags instanceof Refusal) {
      reporter.note(`${target.name}: ${repository.name} does not list its tags, so nothing is used again there`);
      return null;
    }
    return { ...up, from: up.image.labels[ownLabels.buildTag] ?? tag };
  }
  return null;
}

/** Writes the build tag in all repositories of the target. Where one has no such image yet, it is copied there. */
async function nameIt(context: Release, target: PlannedTarget, { manifest }: Found): Promise<boolean> {
  const copied: Reference[] = [];
  const [first, ...others] = buildTagReferences(target);
  for (const reference of [first!, ...others]) {
    const client = context.registries.repository(reference.repository);
    if (reference !== first && (await client.digest(manifest.digest)) !== manifest.digest) {
      copied.push(reference);
      continue;
    }
    const written = await client.put(reference.tag, manifest);
    if (!(written instanceof Refusal)) continue;
    context.reporter.note(`${target.name}: ${formatReference(reference)}: ${written.message}; building it`);
    return false;
  }
  return (await copyImage(context, target, first!, copied)).length === 0;
}
