import { pushAll } from "../core/push-all.ts";
import type { Target } from "../config/config.ts";
import { formatReference, type Reference } from "../core/reference.ts";
import type { NamedText } from "../core/text.ts";
import type { GraphStage } from "../dockerfile/graph.ts";
import { bindable } from "../dockerfile/unbound.ts";
import { owners, type Owners } from "./owners.ts";
import { contextTarget } from "./context-target.ts";
import type { Binding } from "./plan.ts";
import type { TargetStage } from "./stages.ts";

/** How a target stands on others. */
export interface Links {
  /** Stages that are replaced by another target's image. */
  bind: Binding[];
  /** Targets whose very stage it is made from, but whose image cannot take the stage's place, and why. */
  unbound: Reason[];
  /** Targets of a stage that it is made from, but with other settings: theirs is another image. */
  different: Reason[];
  /** The targets that are bound, and those that cannot be. */
  needs: string[];
  /** The nearest target on its FROM chain, whose layers are the first of its own; by `{{ref.…}}` in another Dockerfile. */
  base: string | null;
  /** Where the FROM chain ends: an image that is none of our targets. */
  external: string | null;
  /** What its layers come from above its base: the stages of its FROM chain, and where that ends. */
  layersFrom: string[];
}

/** Another target, and what is the matter with it. */
export interface Reason {
  target: string;
  reason: string;
}

/** What the planner knows of a target when it looks for bases. */
export interface Placed {
  target: Target;
  /** With all values. */
  args: Record<string, string>;
  /** The same, with secrets by the names of their variables. */
  namedArgs: Record<string, NamedText>;
  place: TargetStage;
}

/**
 * Finds, for every target, the nearest stages below it that are other targets: down its FROM chain and every `--from`,
 * stopping at each one found. All of them are bound, unless that would change what the Dockerfile means.
 */
export function linkTargets(
  placed: readonly Placed[],
  images: ReadonlyMap<string, { image: Reference }>,
): Map<string, Links> {
  const known = owners(placed);
  const names = new Map([...images].map(([name, { image }]) => [formatReference(image), name]));
  return new Map(
    placed.map((one) => {
      const found = linksOf(one, known);
      const needs = [...found.bind, ...found.unbound].map(({ target }) => target);
      return [one.target.name, { ...found, needs, ...standsOn(one, known, names) }];
    }),
  );
}

/** Follows the FROM chain down to the first target, or to the image that it ends in. */
function standsOn(
  one: Placed,
  known: Owners,
  names: ReadonlyMap<string, string>,
): Pick<Links, "base" | "external" | "layersFrom"> {
  const { dockerfile, contexts } = one.target;
  const layersFrom: string[] = [];
  for (let stage: GraphStage | undefined = one.place.stage; stage !== undefined;) {
    layersFrom.push(`stage ${stage.index} of ${dockerfile}`);
    const from: GraphStage["base"] = stage.base;
    if (from.kind === "context") {
      const context = contexts[from.name] ?? "";
      const base = contextTarget(context);
      return { base, external: null, layersFrom: base === null ? [...layersFrom, context] : layersFrom };
    }
    if (from.kind === "image") {
      const name = from.name === "scratch" ? null : from.name;
      const base = name === null ? null : (names.get(name) ?? null);
      const external = base === null ? name : null;
      return { base, external, layersFrom: external === null ? layersFrom : [...layersFrom, external] };
    }
    const { owner } = known.of(one, from.index);
    if (owner !== null) return { base: owner.target.name, external: null, layersFrom };
    stage = one.place.graph.stages[from.index];
  }
  return { base: null, external: null, layersFrom };
}

type Found = Pick<Links, "bind" | "unbound" | "different">;

function linksOf(one: Placed, known: Owners): Found {
  const { file, graph, stage } = one.place;
  const links: Found = { bind: [], unbound: [], different: [] };
  const seen = new Set<number>([stage.index]);
  const queue: GraphStage[] = [stage];
  const whyNot = bindable(file, graph, stage.index);
  for (let current = queue.pop(); current !== undefined; current = queue.pop()) {
    for (const { to } of current.edges) {
      const next = to.kind === "stage" ? graph.stages[to.index] : undefined;
      if (next === undefined || seen.has(next.index)) continue;
      seen.add(next.index);
      const { owner, different } = known.of(one, next.index);
      pushAll(links.different, different);
      if (owner === null) {
        queue.push(next);
        continue;
      }
      const reason = whyNot(next.index);
      const target = owner.target.name;
      if (reason === null) links.bind.push({ stage: next.label, target });
      else links.unbound.push({ target, reason });
    }
  }
  return links;
}
