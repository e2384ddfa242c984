import type { PlannedTarget } from "./plan.ts";

interface Index {
  byName: ReadonlyMap<string, PlannedTarget>;
  /** The targets that others of them stand on. */
  needed: ReadonlySet<string>;
}

/** A plan may have thousands of targets, each of which is looked for by others. */
const indexes = new WeakMap<readonly PlannedTarget[], Index>();

function indexOf(targets: readonly PlannedTarget[]): Index {
  const known = indexes.get(targets);
  if (known !== undefined) return known;
  const made = {
    byName: new Map(targets.map((target) => [target.name, target])),
    needed: new Set(targets.flatMap(({ needs }) => needs)),
  };
  indexes.set(targets, made);
  return made;
}

/** The target of a plan that has this name. */
export function findTarget(
  { targets }: { targets: readonly PlannedTarget[] },
  name: string | null,
): PlannedTarget | undefined {
  return name === null ? undefined : indexOf(targets).byName.get(name);
}

/** Whether another target of the plan stands on the one of this name. */
export function isStoodOn({ targets }: { targets: readonly PlannedTarget[] }, name: string): boolean {
  return indexOf(targets).needed.has(name);
}
