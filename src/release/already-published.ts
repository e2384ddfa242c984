import { digestIn, isSame } from "../builders/acquire.ts";
import { foreignImage, notOnBase } from "../builders/prove.ts";
import { type Failure, failure } from "../core/failure.ts";
import { eachLimited } from "../core/pool.ts";
import { formatReference, type Reference } from "../core/reference.ts";
import { buildTagReferences, type PlannedTarget } from "../plan/plan.ts";
import type { ResolveStep } from "../plan/steps.ts";
import { type Answer, Refusal } from "../registry/refusal.ts";
import { copyImage, otherImage } from "./publish.ts";
import { note, type Release, type RunState, targetsOf, type UpImage } from "./run-state.ts";

const atOnce = 8;

/**
 * Finds the targets that an earlier run of this build, perhaps one that was killed, has published already. They are not
 * built again, as a build tag never changes; that they stand on their base is proved by what the registry holds. A registry
 * that cannot be asked counts as unknown.
 */
export async function resolve(context: Release, state: RunState, { targets }: ResolveStep): Promise<Failure[]> {
  const found = new Map<string, UpImage>();
  const failures: Failure[] = [];
  await eachLimited(targetsOf(context.plan, targets), atOnce, async (target) => {
    const image = await publishedImage(context, target);
    if (image instanceof Refusal) {
      // What cannot be asked may still be pushed to by docker; what is down cannot, and is better found now than after the build.
      if (image.passing && !image.closed) failures.push(downNow(target, image));
      return;
    }
    if (image === null) {
      state.inRegistry.set(target.name, "nothing");
    } else if ("code" in image) {
      failures.push(image);
    } else {
      state.inRegistry.set(target.name, { digest: image.manifest, id: image.digest });
      context.docker.digests.set(target.name, image.manifest);
      found.set(target.name, image);
    }
  });
  for (const target of targetsOf(context.plan, [...found.keys()])) {
    failures.push(...takeAsBuilt(context, state, target, found));
  }
  return failures;
}

/** One whose base is not up has to be built again, with its proof. */
function takeAsBuilt(
  { docker, reporter }: Release,
  state: RunState,
  target: PlannedTarget,
  found: ReadonlyMap<string, UpImage>,
): Failure[] {
  const image = found.get(target.name)!;
  const base = target.base === null ? null : found.get(target.base);
  if (base === undefined || target.implied) return [];
  const wrong = base === null ? null : notOnBase(target, image.layers, base.layers);
  if (wrong !== null)
    return [{ ...wrong, hint: "an earlier run of this build pushed it all the same; start a new build" }];
  const own = state.onHost.get(target.name);
  if (own !== undefined && !isSame(own, digestIn(own, target), { digest: image.manifest, id: image.digest })) {
    return [otherImage(target, target.image)];
  }
  state.up.set(target.name, image);
  state.settled.set(target.name, { at: docker.host.now(), took: 0 });
  note(state, target.name, "built", { digest: image.manifest, cached: true, published: buildTagReferences(target) });
  reporter.note(`${target.name}: already up as ${image.manifest.slice(0, 19)}`);
  return [];
}

/** The image that is up in all repositories of a target; null if there is none in any. */
async function publishedImage(context: Release, target: PlannedTarget): Promise<Answer<UpImage | null> | Failure> {
  const missing: Reference[] = [];
  let up: { reference: Reference; image: UpImage } | null = null;
  for (const reference of buildTagReferences(target)) {
    const image = await imageAt(context, reference);
    if (image instanceof Refusal) return image;
    if (image === null) {
      missing.push(reference);
      continue;
    }
    const foreign = foreignImage(target, image.labels);
    if (foreign !== null) return foreign;
    if (up !== null && up.image.manifest !== image.manifest) return twoImages(target, up.reference, reference);
    up ??= { reference, image };
  }
  if (up === null) return null;
  // A run that was killed between two repositories leaves this. What is up is final, so the others get the same.
  const failures = await copyImage(context, target, up.reference, missing);
  return failures[0] ?? up.image;
}

async function imageAt({ registries }: Release, { repository, tag }: Reference): Promise<Answer<UpImage | null>> {
  const client = registries.repository(repository);
  const manifest = await client.manifest(tag);
  if (manifest === null || manifest instanceof Refusal) return manifest;
  const image = await client.image(manifest);
  return image instanceof Refusal ? image : { ...image, manifest: manifest.digest };
}

/** The layers of a target's image that is up under a digest; null where the registry does not tell. */
export async function layersUp(
  context: Pick<Release, "registries">,
  { image: { repository } }: PlannedTarget,
  digest: string,
): Promise<readonly string[] | null> {
  const client = context.registries.repository(repository);
  const manifest = await client.manifest(digest);
  const image = manifest === null || manifest instanceof Refusal ? manifest : await client.image(manifest);
  return image === null || image instanceof Refusal ? null : image.layers;
}

function downNow({ name }: PlannedTarget, { code, message, hint }: Refusal): Failure {
  return failure(code, message, { target: name, hint: hint ?? "nothing was built, as it could not be published" });
}

function twoImages({ name }: PlannedTarget, one: Reference, other: Reference): Failure {
  const message = `${formatReference(one)} and ${formatReference(other)} are up as different images`;
  return failure("other-image", message, { target: name, hint: "a build tag stands for one image; start a new build" });
}
