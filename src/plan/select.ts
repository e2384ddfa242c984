import { pushAll } from "../core/push-all.ts";
import type { Target } from "../config/config.ts";
import { finder, nearest } from "../core/suggest.ts";
import { referencedTargets } from "../templates/template.ts";
import type { Problem } from "../core/errors.ts";
import { contextTarget } from "./context-target.ts";

/**
 * The targets that the command line names; none named means all. An unknown name is a problem, with the nearest one, also
 * of the commands where the first name may have been meant to be one.
 */
export function selectTargets(
  targets: readonly Target[],
  names: readonly string[],
  commands: readonly string[] = [],
): { selected: ReadonlySet<string>; problems: Problem[] } {
  const known = targets.map(({ name }) => name);
  if (names.length === 0) return { selected: new Set(known), problems: [] };
  const find = finder(known);
  const all = new Set(known);
  const problems = names.flatMap((name, at): Problem[] => {
    if (all.has(name)) return [];
    const hint = instead(name, find(name), known, at === 0 ? commands : []);
    return [{ path: "target", message: "is not in the config", got: name, hint }];
  });
  return { selected: new Set(names), problems };
}

function instead(name: string, near: string | null, targets: readonly string[], commands: readonly string[]): string {
  const nearCommand = nearest(name, commands);
  const [target, command] = [near && `"${near}"`, nearCommand && `the command "${nearCommand}"`];
  if (target || command) return `did you mean ${[target, command].filter(Boolean).join(" or ")}?`;
  const lists = [`targets are ${targets.slice(0, 10).join(", ")}${targets.length > 10 ? ", …" : ""}`];
  return [...lists, ...(commands.length === 0 ? [] : [`commands are ${commands.join(", ")}`])].join("; ");
}

/** `start` and all that is needed for it, directly or not. */
export function withNeeds(start: Iterable<string>, needs: (name: string) => Iterable<string>): Set<string> {
  const found = new Set<string>();
  const queue = [...start];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    pushAll(queue, needs(name));
  }
  return found;
}

/** The other way round: which of `names` need a target, in their order. */
export function dependents(
  names: readonly string[],
  needs: (name: string) => Iterable<string>,
): (name: string) => readonly string[] {
  const found = new Map<string, string[]>();
  for (const name of names) {
    for (const needed of needs(name)) {
      const known = found.get(needed);
      if (known === undefined) found.set(needed, [name]);
      else known.push(name);
    }
  }
  return (name) => found.get(name) ?? [];
}

/** What the config itself says a target needs: `needs`, `{{ref.…}}` in its arguments, and `target:` contexts. */
export function statedNeeds(target: Target): string[] {
  return [
    ...new Set([
      ...target.needs,
      ...Object.values(target.args).flatMap(referencedTargets),
      ...Object.values(target.contexts).flatMap((from) => contextTarget(from) ?? []),
    ]),
  ];
}
