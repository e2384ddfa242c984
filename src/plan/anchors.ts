import { whyNotBindable } from "../dockerfile/unbound.ts";
import { parseTagPolicy } from "../tags/policy.ts";
import type { Placed } from "./bind.ts";
import { sharedStages } from "./shared.ts";

/**
 * Targets of our own for the stages that several targets share and none is, where only some of them are built now. The
 * first step to need such a stage tags it on the host with the build's tag; the later ones find it there, whatever has
 * been pruned since. Where all that share a stage are built together no tag is needed.
 */
export function anchors(placed: readonly Placed[], selected: ReadonlySet<string>): Placed[] {
  const names = new Set(placed.map(({ target }) => target.name));
  return sharedStages(placed).flatMap(({ stage, dockerfile, targets, publishedBy }): Placed[] => {
    const sharers = placed.filter(({ target }) => targets.includes(target.name));
    const now = sharers.find(({ target }) => selected.has(target.name));
    if (publishedBy !== null || now === undefined || sharers.every(({ target }) => selected.has(target.name)))
      return [];
    const { file, graph } = now.place;
    const shared = graph.stages.find(({ label }) => label === stage);
    if (shared === undefined || names.has(stage)) return [];
    const bindable = sharers.every(
      ({ target, place }) =>
        target.dockerfile === dockerfile &&
        whyNotBindable(place.file, place.graph, place.stage.index, shared.index) === null,
    );
    if (!bindable) return [];
    return [
      {
        target: anchorTarget(now, stage),
        args: now.args,
        namedArgs: now.namedArgs,
        place: { file, graph, stage: shared, label: stage },
      },
    ];
  });
}

const noTags = parseTagPolicy({ tags: [] }, "").policy;

function anchorTarget({ target }: Placed, stage: string): Placed["target"] {
  return {
    ...target,
    name: stage,
    stage,
    repositories: [],
    labels: {},
    tags: noTags,
    prefix: "",
    suffix: "",
    needs: [],
    push: false,
    cacheFrom: [],
  };
}
