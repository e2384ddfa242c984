import { formatReference } from "../core/reference.ts";
import { contextTarget } from "./context-target.ts";
import type { PlannedTarget } from "./plan.ts";

/**
 * Parts `targets` into waves, to be built one after the other: the image that a target is given is made in an earlier one.
 * Within one bake BuildKit looks up the steps of base and app each for itself, and may find two images of the base that
 * are both in its cache. A wave that is done has exactly one image, and the next one can be bound to it. What cannot be
 * bound is built along with its base: then their common steps are run once, even if no cache is used. A builder that
 * `binds` nothing builds one target at a time, so what is needed always has to be there before.
 */
export function waves(targets: readonly PlannedTarget[], binds: boolean): PlannedTarget[][] {
  const level = new Map<string, number>();
  const images = new Map(targets.map(({ name, image }) => [name, formatReference(image)]));
  const result: PlannedTarget[][] = [];
  // They are in build order: what is needed has its level already.
  for (const target of targets) {
    const after = target.needs.flatMap((name) => {
      const theirs = level.get(name);
      return theirs === undefined ? [] : [!binds || isGiven(target, name, images) ? theirs + 1 : theirs];
    });
    const own = Math.max(0, ...after);
    level.set(target.name, own);
    (result[own] ??= []).push(target);
  }
  return result;
}

/** Whether the target is told which image it stands on: in place of a stage, by an argument, or as a named context. */
function isGiven(
  { bind, args, contexts }: PlannedTarget,
  needed: string,
  images: ReadonlyMap<string, string>,
): boolean {
  return (
    bind.some(({ target }) => target === needed) ||
    Object.values(args).includes(images.get(needed) ?? "") ||
    Object.values(contexts).some((from) => contextTarget(from) === needed)
  );
}
