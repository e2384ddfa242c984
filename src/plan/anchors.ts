import { bindable } from "../dockerfile/unbound.ts";
import { parseTagPolicy } from "../tags/policy.ts";
import type { Placed } from "./bind.ts";
import { sharedStages } from "./shared.ts";

/**
 * Targets of our own for the stages that several targets share and none is, where only some of them are built now. The
 * first step to need such a stage tags it on the host with the build's tag; the later ones find it there, whatever has
 * been pruned since. Where all that share a stage are built together no tag is needed.
 */
export function anchors(placed: readonly Placed[], selected: ReadonlySet<string>): Placed[] {
  const byName = new Map(placed.map((one) => [one.target.name, one]));
  const reasons = new Map<Placed, (base: number) => string | null>();
  const isBindable = (one: Placed, base: number) => {
    const { file, graph, stage } = one.place;
    const reasonOf = reasons.get(one) ?? bindable(file, graph, stage.index);
    reasons.set(one, reasonOf);
    return reasonOf(base) === null;
  };
  return sharedStages(placed).flatMap(({ stage, dockerfile, targets, publishedBy }): Placed[] => {
    if (publishedBy !== null) return [];
    const sharers = targets.flatMap((name) => byName.get(name) ?? []);
    const now = sharers.find(({ target }) => selected.has(target.name));
    if (now === undefined || sharers.every(({ target }) => selected.has(target.name))) return [];
    const { file, graph } = now.place;
    const shared = graph.stages.find(({ label }) => label === stage);
    if (shared === undefined || byName.has(stage)) return [];
    if (!sharers.every((one) => one.target.dockerfile === dockerfile && isBindable(one, shared.index))) return [];
    const place = { file, graph, stage: shared, label: stage };
    return [{ target: anchorTarget(now, stage), args: now.args, namedArgs: now.namedArgs, place }];
  });
}

const noTags = parseTagPolicy({ tags: [] }, "").policy;

function anchorTarget({ target }: Placed, stage: string): Placed["target"] {
  return {
    ...target,
    name: stage,
    stage,
    repositories: [],
    builds: null,
    labels: {},
    tags: noTags,
    prefix: "",
    suffix: "",
    buildTag: { prefix: "", suffix: "" },
    annotations: {},
    attest: { provenance: null, sbom: false },
    needs: [],
    push: false,
    cacheFrom: [],
    cacheTo: [],
  };
}
