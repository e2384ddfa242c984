import type { Dockerfile, Instruction, Stage, Warning } from "./dockerfile.ts";
import { expandWord } from "./expand.ts";
import { globalArgs } from "./global-args.ts";
import { collectNames, nameInOtherCase, type Names, replacedBy, resolveFrom, resolveSource } from "./names.ts";
import { type Source, sourcesOf } from "./sources.ts";

/** Which stage is made from which, under one set of build arguments. */
export interface StageGraph {
  stages: GraphStage[];
  /** The values that FROM sees. */
  globals: ReadonlyMap<string, string>;
  /** What BuildKit would refuse; the parser's own are not repeated. */
  warnings: Warning[];
}

/** A stage and all that it is made from. */
export interface GraphStage {
  index: number;
  name: string | null;
  /** The name, or the index as text. */
  label: string;
  line: number;
  base: StageRef;
  /** Every dependency, the FROM one first. They never point to a later stage. */
  edges: Edge[];
  /** What is run in it, in order: the ONBUILD triggers of the stage that it is FROM, then its own instructions. */
  instructions: Instruction[];
}

/** What a name stands for: an earlier stage, an image from outside, or a named build context. */
export type StageRef =
  | { kind: "stage"; index: number }
  | { kind: "image"; name: string }
  | { kind: "context"; name: string };

/** One dependency and the line that says so. */
interface Edge {
  to: StageRef;
  via: "from" | "copy" | "mount";
  line: number;
}

/**
 * Finds out what every stage is made from.
 *
 * @param args the target's build arguments; they choose among stages in `FROM base-${VARIANT}`
 * @param contexts names of named build contexts: one replaces the stage or image of its name
 */
export function stageGraph(
  file: Dockerfile,
  args: Readonly<Record<string, string>>,
  contexts: readonly string[] = [],
): StageGraph {
  const { values: globals, warnings } = globalArgs(file, args);
  const scope: Scope = { file, names: collectNames(file.stages, contexts), globals, warnings };
  return { stages: file.stages.map((stage) => graphStage(scope, stage)), globals, warnings };
}

/** What the names in the Dockerfile are looked up in. */
interface Scope {
  file: Dockerfile;
  names: Names;
  globals: ReadonlyMap<string, string>;
  warnings: Warning[];
}

function graphStage(scope: Scope, stage: Stage): GraphStage {
  const { index, name, line } = stage;
  const replaced = replacedBy(scope.names, stage);
  const base = replaced ?? readBase(scope, stage);
  const instructions = [...triggersOf(scope.file, base), ...stage.instructions];
  const edges: Edge[] = [{ to: base, via: "from", line }];
  if (replaced === null)
    edges.push(...instructions.flatMap(sourcesOf).flatMap((source) => readEdge(scope, source, stage)));
  return { index, name, label: name ?? String(index), line, base, edges, instructions };
}

function triggersOf({ stages }: Dockerfile, base: StageRef): Instruction[] {
  const below = base.kind === "stage" ? (stages[base.index]?.instructions ?? []) : [];
  return below.flatMap(({ trigger }) => trigger ?? []);
}

/** What the stage is FROM; taken literally if its variables leave nothing. */
function readBase({ file, names, globals, warnings }: Scope, stage: Stage): StageRef {
  const { base, line } = stage;
  const { value, fault } = expandWord(base, file.escape, (name) => globals.get(name));
  if (fault !== null || value === "") {
    warnings.push({ line, message: `FROM ${base} names no image: ${fault ?? "it is empty"}` });
    return { kind: "image", name: base };
  }
  const meant = nameInOtherCase(names, value, stage);
  if (meant !== null) warnings.push({ line, message: `FROM ${value} is an image; the stage is called ${meant}` });
  return resolveFrom(names, value, stage);
}

function readEdge({ names, warnings }: Scope, source: Source, stage: Stage): Edge[] {
  const { via, line } = source;
  const to = resolveSource(names, source, stage);
  if (typeof to !== "string") return [{ to, via, line }];
  warnings.push({ line, message: to });
  return [];
}

/** The stage that BuildKit builds for `--target`: in any case, the last of that name. An index does not work there. */
export function findStage(graph: StageGraph, target: string): GraphStage | null {
  return graph.stages.findLast(({ name }) => name === target.toLowerCase()) ?? null;
}

/** The stage and all that it is made from, through any number of stages. */
export function stagesNeeded(graph: StageGraph, index: number): Set<number> {
  const needed = new Set<number>();
  const queue = [index];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (needed.has(next)) continue;
    needed.add(next);
    for (const { to } of graph.stages[next]?.edges ?? []) if (to.kind === "stage") queue.push(to.index);
  }
  return needed;
}

/** The stage, the stage that it is FROM, that one's, and so on: the nearest first. */
export function fromChain(graph: StageGraph, index: number): number[] {
  const chain = [index];
  for (let base = graph.stages[index]?.base; base?.kind === "stage"; base = graph.stages[base.index]?.base) {
    chain.push(base.index);
  }
  return chain;
}
