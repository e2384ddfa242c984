import { stagesNeeded } from "../dockerfile/graph.ts";
import type { Placed } from "./bind.ts";
import type { SharedStage } from "./plan.ts";

interface Found {
  placed: Placed;
  index: number;
  targets: string[];
  /** Which targets these are: the same number for the very same ones. */
  group: number;
}

/**
 * The stages that two or more of the targets are made from. Of stages that the very same targets share only the
 * topmost is listed: what it is made from goes without saying. `known` are all targets that may be those of a shared stage.
 */
export function sharedStages(placed: readonly Placed[], known: readonly Placed[] = placed): SharedStage[] {
  const found = findStages(placed);
  const shared = [...found.values()].flatMap((stages) => stages.filter(({ targets }) => targets.length > 1));
  const below = new Set<Found | undefined>();
  for (const { placed: one, index, group } of shared) {
    for (const { to } of one.place.graph.stages[index]?.edges ?? []) {
      const lower = to.kind === "stage" ? found.get(one.target.dockerfile)?.[to.index] : undefined;
      if (lower?.group === group) below.add(lower);
    }
  }
  const publishers = new Map<string, string>();
  for (const { target, place } of known.toReversed())
    publishers.set(stageKey(target.dockerfile, place.stage.index), target.name);
  return shared
    .filter((one) => !below.has(one))
    .toSorted((a, b) => a.index - b.index)
    .map(({ placed: one, index, targets }) => {
      const publishedBy = publishers.get(stageKey(one.target.dockerfile, index)) ?? null;
      return {
        stage: one.place.graph.stages[index]?.label ?? String(index),
        dockerfile: one.target.dockerfile,
        targets: targets.filter((name) => name !== publishedBy),
        publishedBy,
      };
    });
}

/** By Dockerfile: the stages that the targets are made from, by their index. */
function findStages(placed: readonly Placed[]): Map<string, Found[]> {
  const found = new Map<string, Found[]>();
  let groups = 0;
  for (const one of placed) {
    const stages = found.get(one.target.dockerfile) ?? [];
    found.set(one.target.dockerfile, stages);
    // Stages that the same targets were made from so far, and this one is, too, are still of one group.
    const joined = new Map<number, number>();
    for (const index of stagesNeeded(one.place.graph, one.place.stage.index)) {
      const entry = (stages[index] ??= { placed: one, index, targets: [], group: 0 });
      entry.targets.push(one.target.name);
      const group = joined.get(entry.group) ?? (groups += 1);
      joined.set(entry.group, group);
      entry.group = group;
    }
  }
  return found;
}

function stageKey(dockerfile: string, index: number): string {
  return `${index} ${dockerfile}`;
}
