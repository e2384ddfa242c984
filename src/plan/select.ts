import type { Target } from "../config/config.ts";
import { nearest } from "../core/suggest.ts";
import { referencedTargets } from "../templates/template.ts";
import type { Problem } from "../core/errors.ts";
import { contextTarget } from "./context-target.ts";

/** What a word on the command line may have been meant to be instead of a target. */
const commandNames = ["build", "push", "plan", "tags", "ref", "clean"] as const;

/** The targets that the command line names; none named means all. An unknown name is a problem, with the nearest one. */
export function selectTargets(
  targets: readonly Target[],
  names: readonly string[],
): { selected: ReadonlySet<string>; problems: Problem[] } {
  const known = targets.map(({ name }) => name);
  if (names.length === 0) return { selected: new Set(known), problems: [] };
  const problems = names.flatMap((name): Problem[] => {
    if (known.includes(name)) return [];
    const near = nearest(name, known);
    const command = nearest(name, commandNames);
    const other =
      command === null ? `targets are ${known.slice(0, 10).join(", ")}` : `did you mean the command "${command}"?`;
    const hint = near === null ? other : `did you mean "${near}"?`;
    return [{ path: "target", message: "is not in the config", got: name, hint }];
  });
  return { selected: new Set(names), problems };
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
