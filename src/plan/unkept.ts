import { formatReference } from "../core/reference.ts";
import type { Problem } from "../core/errors.ts";
import type { PlannedTarget } from "./plan.ts";
import type { BuilderTraits } from "./steps.ts";
import { isGiven, isKept } from "./waves.ts";

/**
 * Bases that would be nowhere: a builder that keeps its images to itself is given from the registry alone what a published
 * image stands on. What is published nowhere itself is built along with its base.
 */
export function unkeptBases(targets: readonly PlannedTarget[], builder: BuilderTraits): Problem[] {
  const images = new Map(targets.map(({ name, image }) => [name, formatReference(image)]));
  return targets.flatMap((base): Problem[] => {
    if (isKept(base, builder)) return [];
    const above = targets.find(
      (one) => one.push && one.needs.includes(base.name) && (one.base === base.name || isGiven(one, base.name, images)),
    );
    if (above === undefined) return [];
    const why = `and ${above.name} stands on it, which ${builder.name} is to publish: that builder keeps no image on this host`;
    const path = `targets.${base.name}`;
    if (base.places.length === 0) {
      const hint = "give it a repo, or write builds: <repository>, where build tags go that have no other place";
      return [{ path: `${path}.repo`, message: `is false, ${why}`, hint }];
    }
    const hint = base.implied
      ? `name it as well: build ${base.name} ${above.name}`
      : "leave out its push:, or write builds: <repository> for the build tags of all targets";
    return [{ path, message: `is not published by this run, ${why}`, hint }];
  });
}
