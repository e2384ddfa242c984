import { digestIn } from "../builders/acquire.ts";
import { otherThanPlanned } from "../builders/identity.ts";
import { notOnBase } from "../builders/prove.ts";
import { type Failure, failure } from "../core/failure.ts";
import { eachLimited } from "../core/pool.ts";
import { formatReference, type Reference } from "../core/reference.ts";
import { isSame } from "../docker/image-commands.ts";
import { buildTagReferences, type PlannedTarget } from "../plan/plan.ts";
import type { ResolveStep } from "../plan/steps.ts";
import { type Answer, Refusal } from "../registry/refusal.ts";
import { findOutsideImages } from "./outside-images.ts";
import { copyImage, otherImage } from "./publish.ts";
import { imageAt, note, type Release, type RunState, targetsOf, type UpImage } from "./run-state.ts";

const atOnce = 8;

/**
 * Finds the targets that an earlier run of this build, perhaps one that was killed, has published already. They are not
 * built again, as a build tag never changes; that they stand on their base is proved by what the registry holds. A registry
 * that cannot be asked counts as unknown.
 */
export async function resolve(context: Release, state: RunState, step: ResolveStep): Promise<Failure[]> {
  const targets = targetsOf(context.plan, step.targets);
  const [looked] = await Promise.all([lookUpAll(context.registries, targets), findOutsideImages(context, step)]);
  const found = new Map<string, UpImage>();
  const failures: Failure[] = [];
  // What a target stands on comes first: its digest tells whether the target is made from the same.
  for (const target of targets) {
    const image = await inAllRepositories(context, target, looked.get(target.name)!);
    if (image === "nothing") state.inRegistry.set(target.name, image);
    else if (image !== "unknown" && "code" in image) failures.push(image);
    else if (image !== "unknown") {
      state.inRegistry.set(target.name, { digest: image.manifest, id: image.digest });
      context.docker.digests.set(target.name, image.manifest);
      found.set(target.name, image);
      failures.push(...takeAsBuilt(context, state, target, found));
    }
  }
  return failures;
}

/** What is up under some names, and what is not; a refusal where that cannot be told. */
export type LookUp = Answer<{ up: Up[]; missing: Reference[] }>;

interface Up {
  reference: Reference;
  image: UpImage;
}

/** Looks under all names that an image should have. */
export async function lookUp(registries: Release["registries"], references: readonly Reference[]): Promise<LookUp> {
  const found: Exclude<LookUp, Refusal> = { up: [], missing: [] };
  for (const reference of references) {
    const up = await imageAt(registries.repository(reference.repository), reference.tag);
    if (up instanceof Refusal) return up;
    if (up === null) found.missing.push(reference);
    else found.up.push({ reference, image: up.image });
  }
  return found;
}

/** What is up under the build tags of targets, by name. */
export async function lookUpAll(
  registries: Release["registries"],
  targets: readonly PlannedTarget[],
): Promise<Map<string, LookUp>> {
  const looked = new Map<string, LookUp>();
  await eachLimited(targets, atOnce, async (target) => {
    looked.set(target.name, await lookUp(registries, buildTagReferences(target)));
  });
  return looked;
}

/** The image that is up in all repositories of a target. */
async function inAllRepositories(
  context: Release,
  target: PlannedTarget,
  looked: LookUp,
): Promise<UpImage | "nothing" | "unknown" | Failure> {
  // What cannot be asked may still be pushed to by docker; what is down cannot, and is better found now than after the build.
  if (looked instanceof Refusal) {
    const isNeeded = context.builder?.store === "registry";
    return isNeeded || (looked.passing && !looked.closed) ? downNow(target, looked) : "unknown";
  }
  const first = judge(target, looked, context.docker.digests);
  if (first === "nothing" || "code" in first) return first;
  // A run that was killed between two repositories leaves this. What is up is final, so the others get the same.
  const from = { repository: first.reference.repository, digest: first.image.manifest };
  const failures = await copyImage(context, target, from, looked.missing);
  return failures[0] ?? first.image;
}

/** The image that is up under a target's build tag; a failure where that is not what this build would make, or not one. */
export function judge(
  target: PlannedTarget,
  { up }: Exclude<LookUp, Refusal>,
  digests: ReadonlyMap<string, string>,
): Up | "nothing" | Failure {
  const [first] = up;
  if (first === undefined) return "nothing";
  for (const { image } of up) {
    const wrong = otherThanPlanned(target, image.labels, digests);
    if (wrong !== null) return wrong;
  }
  return twoImages(target, up) ?? first;
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

/** The layers of a target's image that is up under a digest; null where the registry does not tell. */
export async function layersUp(
  context: Pick<Release, "registries">,
  { image: { repository } }: PlannedTarget,
  digest: string,
): Promise<readonly string[] | null> {
  const up = await imageAt(context.registries.repository(repository), digest);
  return up === null || up instanceof Refusal ? null : up.image.layers;
}

function downNow({ name }: PlannedTarget, { code, message, hint }: Refusal): Failure {
  return failure(code, message, { target: name, hint: hint ?? "nothing was built, as it could not be published" });
}

/** The failure of names that stand for different images; null where they do not. */
export function twoImages({ name }: PlannedTarget, [first, ...others]: readonly Up[]): Failure | null {
  const other = others.find(({ image }) => image.manifest !== first?.image.manifest);
  if (first === undefined || other === undefined) return null;
  const message = `${formatReference(first.reference)} and ${formatReference(other.reference)} are up as different images`;
  return failure("other-image", message, { target: name, hint: "a build tag stands for one image; start a new build" });
}
