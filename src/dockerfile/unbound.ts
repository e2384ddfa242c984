import type { Dockerfile } from "./dockerfile.ts";
import { fromChain, type GraphStage, type StageGraph, stagesNeeded } from "./graph.ts";
import { shortImageName } from "./image-name.ts";
import { type InheritedArgs, inheritedArgs, reachOf } from "./inherited.ts";

/**
 * Why `stage` cannot be built on an existing image of `base`, put in its place by a named context of its name; null if
 * the result is the same. An image carries no ARGs, so those that a stage inherits would silently be lost
 * (https://github.com/docker/buildx/issues/1709). When in doubt there is a reason: all it costs is the binding.
 *
 * @param stage index of the stage that is built
 * @param base index of the stage that is replaced
 */
export function whyNotBindable(file: Dockerfile, graph: StageGraph, stage: number, base: number): string | null {
  return bindable(file, graph, stage)(base);
}

/** {@link whyNotBindable} of one stage and any of its bases; what the stage is made from is looked at once. */
export function bindable(file: Dockerfile, graph: StageGraph, stage: number): (base: number) => string | null {
  const parts: Parts = { file, graph, images: new Map(), above: new Map() };
  for (const { index, base, edges } of stagesOf(graph, [...stagesNeeded(graph, stage)])) {
    if (base.kind === "stage") listed(parts.above, base.index).push(index);
    for (const { to, line } of edges)
      if (to.kind === "image") listed(parts.images, shortImageName(to.name)).push({ stage: index, line });
  }
  return (base) => {
    const replaced = stagesOf(graph, fromChain(graph, base).toReversed());
    return whyNotNamed(parts, base) ?? whyOtherPlatform(file, replaced) ?? whyArgsMissed(parts, replaced, base);
  };
}

/** What a stage is made from, ready to be looked up. */
interface Parts {
  file: Dockerfile;
  graph: StageGraph;
  /** By an image's short name: the stages that use it, and on which line. */
  images: Map<string, { stage: number; line: number }[]>;
  /** By a stage: those that are FROM it. */
  above: Map<number, number[]>;
}

function listed<K, V>(map: Map<K, V[]>, key: K): V[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}

/** The name must mean this stage and nothing else to the stages that are built. */
function whyNotNamed({ graph, images }: Parts, base: number): string | null {
  const name = graph.stages[base]?.name ?? null;
  if (name === null) return `stage ${base} has no name`;
  if (name === "scratch" || name === "context") return `the name ${name} has a special meaning`;
  const same = graph.byName.get(name) ?? [];
  if (same.length > 1) return `several stages are called ${name} (lines ${same.map(({ line }) => line).join(", ")})`;
  const image = images.get(name)?.find(({ stage }) => stage !== base);
  return image === undefined ? null : `${name} is also the image on line ${image.line}`;
}

function whyOtherPlatform(file: Dockerfile, replaced: readonly GraphStage[]): string | null {
  return firstReason(replaced, ({ index, label }) => {
    const { platform = null, line } = file.stages[index] ?? {};
    return platform === null ? null : `stage ${label} is for --platform=${platform} (line ${line})`;
  });
}

/** Follows the ARGs of what is replaced into the stages that are FROM it, each stage once. */
function whyArgsMissed({ file, graph, above }: Parts, replaced: readonly GraphStage[], base: number): string | null {
  if (!above.has(base)) return null;
  const own = replaced.flatMap((stage) => stage.instructions);
  const queue: { stage: number; args: InheritedArgs }[] = [{ stage: base, args: inheritedArgs(own, file.escape) }];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (next.args.size === 0) continue;
    for (const stage of above.get(next.stage) ?? []) {
      const instructions = graph.stages[stage]?.instructions ?? [];
      const reach = reachOf(next.args, (name) => graph.globals.has(name), instructions, file.escape);
      if ("use" in reach) {
        const { of, use } = reach;
        const lost = `ARG ${of.name} (line ${of.line}) would not reach ${use.keyword} on line ${use.line}`;
        return `${lost}; declare it again before that`;
      }
      queue.push({ stage, args: reach.left });
    }
  }
  return null;
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
