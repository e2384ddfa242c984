import { ownLabels } from "../plan/labels.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import type { ImageConfig } from "../registry/image-config.ts";
import { imageConfig, openRepository, type RegistryContext } from "../registry/open.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { notOnBase } from "./base-proof.ts";
import { type Failure, newOutcome, type Outcome } from "./outcome.ts";
import { eachLimited } from "../core/pool.ts";

const atOnce = 8;

/** An image that is up under this build's tag, in all of its target's repositories. */
export interface UpImage extends ImageConfig {
  /** The manifest's digest. */
  manifest: string;
}

/**
 * The targets that are up already under this build's tag: an earlier run of this build, perhaps one that was killed, has
 * published them. A registry that cannot be asked counts as not having them.
 */
export async function alreadyUp(
  context: RegistryContext,
  targets: readonly PlannedTarget[],
): Promise<Map<string, UpImage>> {
  const up = new Map<string, UpImage>();
  await eachLimited(targets, atOnce, async (target) => {
    try {
      const image = await sameEverywhere(context, target);
      if (image !== null) up.set(target.name, image);
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
    }
  });
  return up;
}

async function sameEverywhere(context: RegistryContext, target: PlannedTarget): Promise<UpImage | null> {
  let image: UpImage | null = null;
  for (const [at, repository] of target.repositories.entries()) {
    const client = await openRepository(context, repository);
    const manifest = await client.manifest(target.immutable[at]!.slice(repository.length + 1));
    if (manifest === null || (image !== null && image.manifest !== manifest.digest)) return null;
    image ??= { ...(await imageConfig(client, manifest)), manifest: manifest.digest };
    if (image.labels[ownLabels.buildTag] !== target.labels[ownLabels.buildTag]) return null;
  }
  return image;
}

/** What to tell of a target that was up before this run. */
export function upOutcome({ name, immutable }: PlannedTarget, { manifest }: UpImage): Outcome {
  return { ...newOutcome(name, "built"), digest: manifest, cached: true, published: [...immutable] };
}

/**
 * Of the images that are up those that need not be built again, as a build tag never changes: the ones that are proved
 * to stand on their base. One that stands elsewhere is a failure: the run that pushed it has found the same. One whose
 * base is not up has to be built again, with its proof.
 */
export async function provedUp(
  context: RegistryContext,
  all: readonly PlannedTarget[],
  up: ReadonlyMap<string, UpImage>,
): Promise<{ proved: Map<string, UpImage>; failures: Failure[] }> {
  const needed = new Set(all.flatMap(({ name, base }) => (up.has(name) && base !== null ? [base] : [])));
  const others = all.filter(({ name, repositories }) => needed.has(name) && !up.has(name) && repositories.length > 0);
  const images = new Map([...up, ...(await alreadyUp(context, others))]);
  const proved = new Map<string, UpImage>();
  const failures: Failure[] = [];
  for (const target of all) {
    const [image, base] = [up.get(target.name), target.base === null ? null : images.get(target.base)];
    if (image === undefined || base === undefined) continue;
    const failure = base === null ? null : notOnBase(target, image.layers, base.layers);
    if (failure === null) proved.set(target.name, image);
    else failures.push({ ...failure, hint: "an earlier run of this build pushed it all the same; start a new build" });
  }
  return { proved, failures };
}
