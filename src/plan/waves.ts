import { pushAll } from "../core/push-all.ts";
import { formatReference } from "../core/reference.ts";
import { contextTarget } from "./context-target.ts";
import type { PlannedTarget } from "./plan.ts";
import type { BuilderTraits } from "./steps.ts";

/** What is done at the same time: first what is only looked for is acquired, then the rest is built. */
export interface Wave {
  acquired: PlannedTarget[];
  built: PlannedTarget[];
}

/**
 * Parts `targets` into waves, to be built one after the other: the image that a target is given is made in an earlier one.
 * Within one bake BuildKit looks up the steps of base and app each for itself, and may find two images of the base that
 * are both in its cache. A wave that is done has exactly one image, and the next one can be bound to it. What cannot be
 * bound is built along with its base: then their common steps are run once, even if no cache is used. So is what nothing
 * is kept of. A builder that `binds` nothing builds one target at a time, so what is needed always has to be there before.
 * What `isAcquired` may have to be built, too, so it comes behind all that it stands on.
 */
export function waves(
  targets: readonly PlannedTarget[],
  builder: Pick<BuilderTraits, "binds" | "store">,
  isAcquired: (target: PlannedTarget) => boolean = () => false,
): Wave[] {
  const known = new Map<string, { level: number; acquired: boolean }>();
  const images = new Map(targets.map(({ name, image }) => [name, formatReference(image)]));
  const isThere = new Set(targets.flatMap((target) => (isKept(target, builder) ? [target.name] : [])));
  const result: Wave[] = [];
  // They are in build order: what is needed has its level already.
  for (const target of targets) {
    const acquired = isAcquired(target);
    let level = 0;
    for (const name of target.needs) {
      const needed = known.get(name);
      if (needed === undefined) continue;
      const isEarlier =
        !needed.acquired && isThere.has(name) && (acquired || !builder.binds || isGiven(target, name, images));
      level = Math.max(level, isEarlier ? needed.level + 1 : needed.level);
    }
    known.set(target.name, { level, acquired });
    while (result.length <= level) result.push({ acquired: [], built: [] });
    result[level]![acquired ? "acquired" : "built"].push(target);
  }
  return result;
}

/** Whether there is an image of a target, once it is built, that others can be given: on the host, or in its registry. */
export function isKept({ push }: PlannedTarget, { store }: Pick<BuilderTraits, "store">): boolean {
  return store === "host" || push;
}

/**
 * Parts what may be built at the same time into bakes of at most `most` targets. What is built along with what it needs
 * stays with it as far as that goes; without a cache always, as its common steps would be run twice.
 */
export function cut(targets: readonly PlannedTarget[], most: number, noCache: boolean): PlannedTarget[][] {
  const parts: PlannedTarget[][] = [];
  for (const group of linked(targets)) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + group.length <= most) pushAll(last, group);
    else if (noCache || group.length <= most) parts.push([...group]);
    else for (let from = 0; from < group.length; from += most) parts.push(group.slice(from, from + most));
  }
  return parts;
}

/** Groups of targets that need each other, what is needed first. */
function linked(targets: readonly PlannedTarget[]): Iterable<PlannedTarget[]> {
  const groups = new Map<string, { members: PlannedTarget[] }>();
  for (const target of targets) {
    const [first = { members: [] }, ...others] = new Set(target.needs.flatMap((name) => groups.get(name) ?? []));
    for (const { members } of others) {
      pushAll(first.members, members);
      for (const { name } of members) groups.set(name, first);
    }
    first.members.push(target);
    groups.set(target.name, first);
  }
  return [...new Set(groups.values())].map(({ members }) => members);
}

/** Whether the target is told which image it stands on: in place of a stage, by an argument, or as a named context. */
export function isGiven(
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
