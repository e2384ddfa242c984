import { eachLimited } from "../core/pool.ts";
import { findTarget } from "../plan/find-target.ts";
import { buildTagReferences, type PlannedTarget } from "../plan/plan.ts";
import type { RepositoryClient } from "../registry/client.ts";
import { contentsOf } from "../registry/manifest-contents.ts";
import { Refusal } from "../registry/refusal.ts";
import type { Release, RunState } from "./run-state.ts";

const atOnce = 8;

/**
 * Has the registry take the layers of bases into the repositories of what is built on them. A builder that has pulled and
 * unpacked a base would send it again with each of them: BuildKit asks for that itself only for what it has sent, or not
 * unpacked yet. What cannot be taken is sent, so nothing here is a failure.
 */
export async function mountLayers(context: Release, state: RunState, targets: readonly PlannedTarget[]): Promise<void> {
  const missing = targets.filter(({ name }) => !state.up.has(name));
  await eachLimited(missing, atOnce, async (target) => {
    const base = findTarget(context.plan, target.base);
    const digest = base === undefined ? undefined : context.docker.digests.get(base.name);
    if (base === undefined || digest === undefined) return;
    for (const { repository } of buildTagReferences(target)) {
      const from = buildTagReferences(base).find((one) => one.repository.registry === repository.registry)?.repository;
      if (from === undefined || from.name === repository.name) continue;
      const client = context.registries.repository(repository);
      const layers = await layersOf(context.registries.repository(from), digest);
      const [top] = layers.toReversed();
      // Where the last one is the others have come with it.
      if (top === undefined || (await client.hasBlob(top)) === true) continue;
      for (const layer of layers) if ((await client.mount(layer, from.path)) !== true) break;
    }
  });
}

/** The blobs of an image's layers; of an index those of all its images. */
async function layersOf(client: RepositoryClient, digest: string): Promise<string[]> {
  const manifest = await client.manifest(digest);
  if (manifest === null || manifest instanceof Refusal) return [];
  const { layers, platforms } = contentsOf(manifest);
  const inner = await Promise.all([...(platforms?.values() ?? [])].map((one) => layersOf(client, one)));
  return [...new Set([...layers, ...inner.flat()])];
}
