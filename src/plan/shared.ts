import { stagesNeeded } from "../dockerfile/graph.ts";
import type { Placed } from "./bind.ts";
import type { SharedStage } from "./plan.ts";

interface Found {
  placed: Placed;
  index: number;
  targets: string[];
}

/**
 * The stages that two or more of the targets are made from. Of stages that the very same targets share only the
 * topmost is listed: what it is made from goes without saying. `known` are all targets that may be those of a shared stage.
 */
export function sharedStages(placed: readonly Placed[], known: readonly Placed[] = placed): SharedStage[] {
  const found = new Map<string, Found>();
  for (const one of placed) {
    for (const index of stagesNeeded(one.place.graph, one.place.stage.index)) {
      const key = `${index} ${one.target.dockerfile}`;
      const entry = found.get(key) ?? { placed: one, index, targets: [] };
      entry.targets.push(one.target.name);
      found.set(key, entry);
    }
  }
  const shared = [...found.values()].filter(({ targets }) => targets.length > 1);
  const below = new Set<string>();
  for (const { placed: one, index, targets } of shared) {
    for (const lower of stagesNeeded(one.place.graph, index)) {
      if (lower !== index) below.add(sharedKey(one.target.dockerfile, lower, targets));
    }
  }
  return shared
    .filter(({ placed: one, index, targets }) => !below.has(sharedKey(one.target.dockerfile, index, targets)))
    .toSorted((a, b) => a.index - b.index)
    .map(({ placed: one, index, targets }) => {
      const owner = known.find(
        ({ target, place }) => target.dockerfile === one.target.dockerfile && place.stage.index === index,
      );
      return {
        stage: one.place.graph.stages[index]?.label ?? String(index),
        dockerfile: one.target.dockerfile,
        targets: targets.filter((name) => name !== owner?.target.name),
        publishedBy: owner === undefined ? null : owner.target.name,
      };
    });
}

function sharedKey(dockerfile: string, index: number, targets: readonly string[]): string {
  return `${index} ${dockerfile} ${targets.join(" ")}`;
}
