import { differsByPlatform } from "../builders/late-labels.ts";
import { platformSuffix } from "../plan/parts.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import type { RepositoryClient } from "../registry/client.ts";
import { contentsOf } from "../registry/manifest-contents.ts";
import { Refusal } from "../registry/refusal.ts";
import { imageAt } from "./run-state.ts";

/**
 * Whether the images of an earlier build for the other platforms were made from the same as a part of this one, as far as
 * platforms may be alike. Where they were not, or nobody tells, a part that is used again could not be told from one of
 * another commit when it is joined.
 */
export async function arePartsAlike(
  client: RepositoryClient,
  tag: string,
  target: PlannedTarget,
  digests: ReadonlyMap<string, string>,
): Promise<boolean> {
  const suffix = platformSuffix(target.platforms[0] ?? "");
  const whole = await client.manifest(tag.endsWith(suffix) ? tag.slice(0, -suffix.length) : tag);
  if (whole === null || whole instanceof Refusal) return false;
  for (const digest of contentsOf(whole).platforms?.values() ?? []) {
    const part = await imageAt(client, digest);
    if (part === null || part instanceof Refusal) return false;
    if (!differsByPlatform(target, part.image.labels, digests)) return false;
  }
  return true;
}
