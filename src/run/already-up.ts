import { ownLabels } from "../plan/labels.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import { RegistryError } from "../registry/client.ts";
import { imageLabels } from "../registry/image-labels.ts";
import { openRepository, type RegistryContext } from "../registry/open.ts";
import { eachLimited } from "./pool.ts";

const atOnce = 8;

/**
 * The targets that are up already under this build's tag, with their digests: an earlier run of this build, perhaps one
 * that was killed, has published them. A build tag never changes, so they are not built again. A registry that cannot
 * be asked counts as not having them.
 */
export async function alreadyUp(
  context: RegistryContext,
  targets: readonly PlannedTarget[],
): Promise<Map<string, string>> {
  const up = new Map<string, string>();
  await eachLimited(targets, atOnce, async (target) => {
    try {
      const digest = await sameEverywhere(context, target);
      if (digest !== null) up.set(target.name, digest);
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
    }
  });
  return up;
}

async function sameEverywhere(context: RegistryContext, target: PlannedTarget): Promise<string | null> {
  const digests = new Set<string>();
  for (const [at, repository] of target.repositories.entries()) {
    const client = await openRepository(context, repository);
    const manifest = await client.manifest(target.immutable[at]!.slice(repository.length + 1));
    if (manifest === null) return null;
    const labels = await imageLabels(client, manifest);
    if (labels[ownLabels.buildTag] !== target.labels[ownLabels.buildTag]) return null;
    digests.add(manifest.digest);
  }
  return digests.size === 1 ? [...digests][0]! : null;
}
