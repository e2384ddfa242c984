import type { Config, Target } from "../config/config.ts";
import { nearest } from "../core/suggest.ts";
import { referencedTargets } from "../core/template.ts";
import type { Problem } from "../errors.ts";

/** The targets that are asked for (all, if none is named), and those which they need, in the config's order. */
export interface Selection {
  targets: Target[];
  /** Names that were not asked for. */
  implied: ReadonlySet<string>;
}

/** Picks the targets named on the command line. An unknown name is a problem, with the nearest one that exists. */
export function selectTargets(config: Config, names: readonly string[]): { selection: Selection; problems: Problem[] } {
  const byName = new Map(config.targets.map((target) => [target.name, target]));
  const problems = names.flatMap((name): Problem[] => {
    if (byName.has(name)) return [];
    const near = nearest(name, [...byName.keys()]);
    const hint =
      near === null ? `targets are ${[...byName.keys()].slice(0, 10).join(", ")}` : `did you mean "${near}"?`;
    return [{ path: "target", message: "is not in the config", got: name, hint }];
  });
  if (names.length === 0) return { selection: { targets: config.targets, implied: new Set() }, problems };
  const wanted = new Set(names);
  const queue = [...names];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const target = byName.get(name);
    if (target === undefined) continue;
    for (const needed of statedNeeds(target)) {
      if (wanted.has(needed)) continue;
      wanted.add(needed);
      queue.push(needed);
    }
  }
  const targets = config.targets.filter(({ name }) => wanted.has(name));
  return { selection: { targets, implied: new Set([...wanted].filter((name) => !names.includes(name))) }, problems };
}

/** What the config itself says a target needs: `needs`, `{{ref.…}}` in its arguments, and `target:` contexts. */
export function statedNeeds(target: Target): string[] {
  return [
    ...new Set([
      ...target.needs,
      ...Object.values(target.args).flatMap(referencedTargets),
      ...Object.values(target.contexts).flatMap((from) =>
        from.startsWith("target:") ? [from.slice("target:".length)] : [],
      ),
    ]),
  ];
}
