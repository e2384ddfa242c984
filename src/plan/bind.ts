import type { Target } from "../config/config.ts";
import type { GraphStage } from "../dockerfile/graph.ts";
import { whyNotBindable } from "../dockerfile/unbound.ts";
import type { Binding } from "./plan.ts";
import type { TargetStage } from "./stages.ts";

/** How a target stands on others of the same Dockerfile. */
export interface Links {
  /** Stages that are replaced by another target's image. */
  bind: Binding[];
  /** Targets whose stage it is made from but that cannot replace it, and why. */
  unbound: { target: string; reason: string }[];
  /** All of these targets. */
  needs: string[];
  /** The nearest target on its FROM chain, whose layers are the first of its own; by `{{ref.…}}` in another Dockerfile. */
  base: string | null;
  /** Where the FROM chain ends: an image that is none of our targets. */
  external: string | null;
}

/** What the planner knows of a target when it looks for bases. */
export interface Placed {
  target: Target;
  args: Record<string, string>;
  place: TargetStage;
}

/**
 * Finds, for every target, the nearest stages below it that are other targets: down its FROM chain and every `--from`,
 * stopping at each one found. All of them are bound, unless that would change what the Dockerfile means.
 */
export function linkTargets(
  placed: readonly Placed[],
  images: ReadonlyMap<string, { image: string }>,
): Map<string, Links> {
  const owners = ownersByStage(placed);
  const names = new Map([...images].map(([name, { image }]) => [image, name]));
  return new Map(
    placed.map((one) => {
      const found = linksOf(one, owners);
      const needs = [...found.bind, ...found.unbound].map(({ target }) => target);
      return [one.target.name, { ...found, needs, ...standsOn(one, owners, names) }];
    }),
  );
}

/** Follows the FROM chain down to the first target, or to the image that it ends in. */
function standsOn(
  { target, place }: Placed,
  owners: ReadonlyMap<string, Placed[]>,
  names: ReadonlyMap<string, string>,
): Pick<Links, "base" | "external"> {
  for (let from = place.stage.base; ;) {
    if (from.kind !== "stage") {
      const name = from.kind === "image" && from.name !== "scratch" ? from.name : null;
      const base = name === null ? null : (names.get(name) ?? null);
      return { base, external: base === null ? name : null };
    }
    const owner = owners.get(stageKey(target.dockerfile, from.index))?.[0];
    if (owner !== undefined) return { base: owner.target.name, external: null };
    const below = place.graph.stages[from.index];
    if (below === undefined) return { base: null, external: null };
    from = below.base;
  }
}

type Found = Pick<Links, "bind" | "unbound">;

/** The targets by their stage: several may build the same one with other arguments. */
function ownersByStage(placed: readonly Placed[]): Map<string, Placed[]> {
  const owners = new Map<string, Placed[]>();
  for (const one of placed) {
    const key = stageKey(one.target.dockerfile, one.place.stage.index);
    owners.set(key, [...(owners.get(key) ?? []), one]);
  }
  return owners;
}

function stageKey(dockerfile: string, index: number): string {
  return `${index} ${dockerfile}`;
}

function linksOf(one: Placed, owners: ReadonlyMap<string, Placed[]>): Found {
  const { graph, stage } = one.place;
  const links: Found = { bind: [], unbound: [] };
  const seen = new Set<number>([stage.index]);
  const queue = [stage];
  for (let current = queue.pop(); current !== undefined; current = queue.pop()) {
    for (const edge of current.edges) {
      if (edge.to.kind !== "stage" || seen.has(edge.to.index)) continue;
      seen.add(edge.to.index);
      const next = graph.stages[edge.to.index];
      if (next === undefined) continue;
      const candidates = owners.get(stageKey(one.target.dockerfile, next.index)) ?? [];
      const base = candidates.find((candidate) => whyDifferent(one, candidate) === null) ?? candidates[0];
      if (base === undefined) queue.push(next);
      else addLink(links, one, base, next);
    }
  }
  return links;
}

function addLink(links: Found, one: Placed, base: Placed, stage: GraphStage): void {
  const reason =
    whyDifferent(one, base) ?? whyNotBindable(one.place.file, one.place.graph, one.place.stage.index, stage.index);
  if (reason !== null) {
    links.unbound.push({ target: base.target.name, reason });
    return;
  }
  links.bind.push({ stage: stage.label, target: base.target.name });
}

/** The base is built with the base's own settings: with others the stage would be another image for this target. */
function whyDifferent(one: Placed, base: Placed): string | null {
  if (one.target.context !== base.target.context) return "the build contexts differ";
  if (one.target.platforms.join() !== base.target.platforms.join()) return "the platforms differ";
  if (JSON.stringify(one.target.contexts) !== JSON.stringify(base.target.contexts)) return "the named contexts differ";
  const argument = [...new Set([...Object.keys(one.args), ...Object.keys(base.args)])].find(
    (name) => one.args[name] !== base.args[name] && declares(base, name),
  );
  return argument === undefined ? null : `the argument ${argument} differs`;
}

function declares(base: Placed, argument: string): boolean {
  const { file } = base.place;
  return (
    file.globalArgs.some(({ name }) => name === argument) ||
    file.stages.some(({ instructions }) =>
      instructions.some(({ keyword, operands }) => keyword === "ARG" && new RegExp(`\\b${argument}\\b`).test(operands)),
    )
  );
}
