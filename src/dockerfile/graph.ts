import { pushAll } from "../core/push-all.ts";
import type { Dockerfile, Instruction, Stage, Warning } from "./dockerfile.ts";
import { type Budget, budget, expandWord } from "./expand.ts";
import { globalArgs } from "./global-args.ts";
import { collectNames, nameInOtherCase, type Names, replacedBy, resolveFrom, resolveSource } from "./names.ts";
import { type Source, sourcesOf } from "./sources.ts";

/** Which stage is made from which, under one set of build arguments. */
export interface StageGraph {
  stages: GraphStage[];
  /** The stages in the file by name, in order. */
  byName: Names["byName"];
  /** The values that FROM sees. */
  globals: ReadonlyMap<string, string>;
  /** What BuildKit would refuse; the parser's own are not repeated. */
  warnings: Warning[];
  /** Why it could not be read to its end; the graph is not to be used then. */
  fault: string | null;
}

/** So many instructions ONBUILD may add in one file: every stage FROM another takes all of that one's. */
const mostTriggers = 100_000;

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
  const left = budget();
  const onbuild = file.stages.map(({ instructions }) => instructions.flatMap(({ trigger }) => trigger ?? []));
  const { values: globals, warnings } = globalArgs(file, args, left);
  const scope: Scope = {
    file,
    names: collectNames(file.stages, contexts),
    globals,
    left,
    onbuild,
    triggers: mostTriggers,
    warnings,
  };
  const stages = file.stages.map((stage) => graphStage(scope, stage));
  const fault = scope.triggers < 0 ? `its ONBUILD instructions come to more than ${mostTriggers} in all stages` : null;
  return { stages, byName: scope.names.byName, globals, warnings, fault };
}

/** What the names in the Dockerfile are looked up in. */
interface Scope {
  file: Dockerfile;
  names: Names;
  globals: ReadonlyMap<string, string>;
  left: Budget;
  /** By stage: what it adds to stages FROM it. */
  onbuild: Instruction[][];
  /** How many instructions ONBUILD may still add. */
  triggers: number;
  warnings: Warning[];
}

function graphStage(scope: Scope, stage: Stage): GraphStage {
  const { index, name, line } = stage;
  const replaced = replacedBy(scope.names, stage);
  const base = replaced ?? readBase(scope, stage);
  const instructions = [...triggersOf(scope, base), ...stage.instructions];
  const edges: Edge[] = [{ to: base, via: "from", line }];
  if (replaced === null)
    pushAll(
      edges,
      instructions.flatMap(sourcesOf).flatMap((source) => readEdge(scope, source, stage)),
    );
  return { index, name, label: name ?? String(index), line, base, edges, instructions };
}

function triggersOf(scope: Scope, base: StageRef): Instruction[] {
  const below = base.kind === "stage" ? (scope.onbuild[base.index] ?? []) : [];
  scope.triggers -= below.length;
  return scope.triggers < 0 ? [] : below;
}

/** What the stage is FROM; taken literally if its variables leave nothing. */
function readBase({ file, names, globals, left, warnings }: Scope, stage: Stage): StageRef {
  const { base, line } = stage;
  const { value, fault } = expandWord(base, file.escape, (name) => globals.get(name), left);
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
  const last = graph.byName.get(target.toLowerCase())?.at(-1);
  return last === undefined ? null : (graph.stages[last.index] ?? null);
}

/** The stage and all that it is made from, through any number of stages. */
export function stagesNeeded(graph: StageGraph, index: number): Set<number> {
  const needed = new Set<number>();
  const queue = [index];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (needed.has(next)) continue;
    needed.add(next);
    for (const { to } of graph.stages[next]?.edges ?? [])
      if (to.kind === "stage" && !needed.has(to.index)) queue.push(to.index);
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
