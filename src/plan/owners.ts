import { stagesNeeded } from "../dockerfile/graph.ts";
import type { Placed, Reason } from "./bind.ts";

/** Which target builds a stage, as seen from another target that is made from it. */
export interface Owners {
  /** The target of the stage, if its image is what the stage would be for `one`; else those whose image is another. */
  of(one: Placed, stage: number): { owner: Placed | null; different: Reason[] };
}

/** Looks the targets up by stage. Several may build the same one with other arguments. */
export function owners(placed: readonly Placed[]): Owners {
  const byStage = new Map<string, Placed[]>();
  const key = (dockerfile: string, stage: number) => `${stage} ${dockerfile}`;
  for (const one of placed) {
    const own = key(one.target.dockerfile, one.place.stage.index);
    byStage.set(own, [...(byStage.get(own) ?? []), one]);
  }
  return {
    of(one, stage) {
      const candidates = byStage.get(key(one.target.dockerfile, stage)) ?? [];
      const owner = candidates.find((candidate) => whyDifferent(one, candidate) === null) ?? null;
      if (owner !== null) return { owner, different: [] };
      const different = candidates.map(({ target, ...rest }) => ({
        target: target.name,
        reason: whyDifferent(one, { target, ...rest }) ?? "",
      }));
      return { owner, different };
    },
  };
}

/** A base is built with its own settings: with others the stage is another image for the target. */
function whyDifferent(one: Placed, base: Placed): string | null {
  if (one.target.context !== base.target.context) return "the build contexts differ";
  if (one.target.platforms.join() !== base.target.platforms.join()) return "the platforms differ";
  if (JSON.stringify(one.target.contexts) !== JSON.stringify(base.target.contexts)) return "the named contexts differ";
  const names = new Set([...Object.keys(one.args), ...Object.keys(base.args)]);
  const differing = [...names].filter((name) => one.args[name] !== base.args[name]);
  if (differing.length === 0) return null;
  const declared = declaredArgs(base);
  const argument = differing.find((name) => declared.has(name));
  return argument === undefined ? null : `the argument ${argument} differs`;
}

/** The arguments that the base's own stages and what they are made from can see. */
function declaredArgs({ place: { file, graph, stage } }: Placed): Set<string> {
  const needed = [...stagesNeeded(graph, stage.index)].flatMap((index) => graph.stages[index]?.instructions ?? []);
  const words = needed.flatMap(({ keyword, operands }) => (keyword === "ARG" ? operands.split(/\s+/) : []));
  const own = words.map((word) => word.replace(/=.*$/, ""));
  return new Set([...file.globalArgs.map(({ name }) => name), ...own]);
}
