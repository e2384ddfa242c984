import type { PlannedTarget } from "./plan.ts";

/**
 * Parts `targets` into waves, to be built one after the other: what a target needs of the others is in an earlier one.
 * Within one bake BuildKit looks up the steps of base and app each for itself, and may find two images of the base that
 * are both in its cache. A wave that is done has exactly one image, and the next one can be bound to it.
 */
export function waves(targets: readonly PlannedTarget[]): PlannedTarget[][] {
  const level = new Map<string, number>();
  const result: PlannedTarget[][] = [];
  // They are in build order: what is needed has its level already.
  for (const target of targets) {
    const own = Math.max(-1, ...target.needs.flatMap((name) => level.get(name) ?? [])) + 1;
    level.set(target.name, own);
    (result[own] ??= []).push(target);
  }
  return result;
}
