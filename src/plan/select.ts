import type { Target } from "../config/config.ts";
import { nearest } from "../core/suggest.ts";
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
  const problems = names.flatMap((name, at): Problem[] => {
    if (known.includes(name)) return [];
    const hint = instead(name, known, at === 0 ? commands : []);
    return [{ path: "target", message: "is not in the config", got: name, hint }];
  });
  return { selected: new Set(names), problems };
}

function instead(name: string, targets: readonly string[], commands: readonly string[]): string {
  const near = [nearest(name, targets), nearest(name, commands)];
  const [target, command] = [near[0] && `"${near[0]}"`, near[1] && `the command "${near[1]}"`];
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
    queue.push(...needs(name));
  }
  return found;
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
