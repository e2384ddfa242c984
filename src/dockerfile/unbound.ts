import type { Dockerfile } from "./dockerfile.ts";
import { fromChain, type GraphStage, type StageGraph, stagesNeeded } from "./graph.ts";
import { shortImageName } from "./image-name.ts";
import { firstUse, inheritedArgs } from "./inherited.ts";

/**
 * Why `stage` cannot be built on an existing image of `base`, put in its place by a named context of its name; null if
 * the result is the same. An image carries no ARGs, so those that a stage inherits would silently be lost
 * (https://github.com/docker/buildx/issues/1709). When in doubt there is a reason: all it costs is the binding.
 *
 * @param stage index of the stage that is built
 * @param base index of the stage that is replaced
 */
export function whyNotBindable(file: Dockerfile, graph: StageGraph, stage: number, base: number): string | null {
  const needed = [...stagesNeeded(graph, stage)].filter((index) => index !== base);
  const replaced = stagesOf(graph, fromChain(graph, base).toReversed());
  return (
    whyNotNamed(file, graph, needed, base) ??
    whyOtherPlatform(file, replaced) ??
    firstReason(needed, (index) => whyArgsMissed(file, graph, replaced, pathAbove(graph, index, base)))
  );
}

/** The name must mean this stage and nothing else to the stages that are built. */
function whyNotNamed(file: Dockerfile, graph: StageGraph, needed: readonly number[], base: number): string | null {
  const name = graph.stages[base]?.name ?? null;
  if (name === null) return `stage ${base} has no name`;
  if (name === "scratch" || name === "context") return `the name ${name} has a special meaning`;
  const same = file.stages.filter((stage) => stage.name === name);
  if (same.length > 1) return `several stages are called ${name} (lines ${same.map(({ line }) => line).join(", ")})`;
  const image = stagesOf(graph, needed)
    .flatMap(({ edges }) => edges)
    .find(({ to }) => to.kind === "image" && shortImageName(to.name) === name);
  return image === undefined ? null : `${name} is also the image on line ${image.line}`;
}

function whyOtherPlatform(file: Dockerfile, replaced: readonly GraphStage[]): string | null {
  return firstReason(replaced, ({ index, label }) => {
    const { platform = null, line } = file.stages[index] ?? {};
    return platform === null ? null : `stage ${label} is for --platform=${platform} (line ${line})`;
  });
}

function whyArgsMissed(
  file: Dockerfile,
  graph: StageGraph,
  replaced: readonly GraphStage[],
  above: readonly GraphStage[],
): string | null {
  const instructions = above.flatMap((stage) => stage.instructions);
  const args = inheritedArgs(
    replaced.flatMap((stage) => stage.instructions),
    file.escape,
  );
  return firstReason(args, (arg) => {
    const use = firstUse(arg, graph.globals.has(arg.name), instructions, file.escape);
    if (use === null) return null;
    const lost = `ARG ${arg.name} (line ${arg.line}) would not reach ${use.keyword} on line ${use.line}`;
    return `${lost}; declare it again before that`;
  });
}

/** The stages from the one FROM `base` up to `index`, in the order they are built; none if it is not FROM `base`. */
function pathAbove(graph: StageGraph, index: number, base: number): GraphStage[] {
  const chain = fromChain(graph, index);
  return stagesOf(graph, chain.slice(0, Math.max(0, chain.indexOf(base))).toReversed());
}

function stagesOf(graph: StageGraph, indexes: readonly number[]): GraphStage[] {
  return indexes.flatMap((index) => graph.stages[index] ?? []);
}

function firstReason<T>(items: readonly T[], reason: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = reason(item);
    if (found !== null) return found;
  }
  return null;
}
