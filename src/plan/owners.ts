import { type GraphStage, stagesNeeded } from "../dockerfile/graph.ts";
import type { Placed, Reason } from "./bind.ts";

/** Which target builds a stage, as seen from another target that is made from it. */
export interface Owners {
  /** The target of the stage, if its image is what the stage would be for `one`; else those whose image is another. */
  of(one: Placed, stage: number): { owner: Placed | null; different: Reason[] };
}

/** Targets of one stage that declare the same arguments: those that can differ in nothing else are looked up at once. */
interface Alike {
  declared: readonly string[];
  /** By their settings, the first of each. */
  first: Map<string, { at: number; owner: Placed }>;
}

/** So many targets are named whose image is another: there may be as many as there are targets. */
const mostNamed = 3;

/** Looks the targets up by stage. Several may build the same one with other arguments. */
export function owners(placed: readonly Placed[]): Owners {
  const byStage = new Map<string, { all: Placed[]; alike: Map<string, Alike> }>();
  const stageKey = (dockerfile: string, stage: number) => `${stage} ${dockerfile}`;
  const declaredBy = argumentsOf();
  for (const one of placed) {
    const key = stageKey(one.target.dockerfile, one.place.stage.index);
    const entry = byStage.get(key) ?? { all: [], alike: new Map<string, Alike>() };
    const declared = declaredBy(one);
    const kind = JSON.stringify(declared);
    const alike = entry.alike.get(kind) ?? { declared, first: new Map<string, { at: number; owner: Placed }>() };
    const settings = settingsOf(one, declared);
    if (!alike.first.has(settings)) alike.first.set(settings, { at: entry.all.length, owner: one });
    entry.all.push(one);
    entry.alike.set(kind, alike);
    byStage.set(key, entry);
  }
  return {
    of(one, stage) {
      const entry = byStage.get(stageKey(one.target.dockerfile, stage));
      if (entry === undefined) return { owner: null, different: [] };
      const fitting = [...entry.alike.values()].flatMap(
        ({ declared, first }) => first.get(settingsOf(one, declared)) ?? [],
      );
      const owner = fitting.toSorted((a, b) => a.at - b.at)[0]?.owner ?? null;
      if (owner !== null) return { owner, different: [] };
      const different = entry.all.slice(0, mostNamed).map((other) => ({
        target: other.target.name,
        reason: whyDifferent(one, other, declaredBy(other)),
      }));
      return { owner, different };
    },
  };
}

/** A base is built with its own settings: with others the stage is another image for the target. */
function settingsOf({ target, args }: Placed, declared: readonly string[]): string {
  const { context, platforms, contexts } = target;
  return JSON.stringify([context, platforms, contexts, declared.map((name) => args[name])]);
}

function whyDifferent(one: Placed, base: Placed, declared: readonly string[]): string {
  if (one.target.context !== base.target.context) return "the build contexts differ";
  if (one.target.platforms.join() !== base.target.platforms.join()) return "the platforms differ";
  if (JSON.stringify(one.target.contexts) !== JSON.stringify(base.target.contexts)) return "the named contexts differ";
  return `the argument ${declared.find((name) => one.args[name] !== base.args[name])} differs`;
}

/** The arguments that a target's own stages and what they are made from can see, sorted. Targets share graph and stage. */
function argumentsOf(): (one: Placed) => readonly string[] {
  const known = new WeakMap<GraphStage, readonly string[]>();
  return ({ place: { file, graph, stage } }) => {
    const found = known.get(stage);
    if (found !== undefined) return found;
    const needed = [...stagesNeeded(graph, stage.index)].flatMap((index) => graph.stages[index]?.instructions ?? []);
    const words = needed.flatMap(({ keyword, operands }) => (keyword === "ARG" ? operands.split(/\s+/) : []));
    const names = [...file.globalArgs.map(({ name }) => name), ...words.map((word) => word.replace(/=.*$/, ""))];
    const declared = [...new Set(names)].toSorted();
    known.set(stage, declared);
    return declared;
  };
}
