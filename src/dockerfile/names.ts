import type { Stage } from "./dockerfile.ts";
import type { StageRef } from "./graph.ts";
import { shortImageName } from "./image-name.ts";
import type { Source } from "./sources.ts";

/** What the names in a Dockerfile can stand for, besides images. */
export interface Names {
  stages: readonly Stage[];
  byName: ReadonlyMap<string, readonly Stage[]>;
  /** The named contexts as they were given, by their short names. */
  contexts: ReadonlyMap<string, string>;
}

/** Collects the names of stages and named contexts. */
export function collectNames(stages: readonly Stage[], contexts: readonly string[]): Names {
  const byName = new Map<string, Stage[]>();
  for (const stage of stages) {
    if (stage.name === null) continue;
    const same = byName.get(stage.name);
    if (same === undefined) byName.set(stage.name, [stage]);
    else same.push(stage);
  }
  return { stages, byName, contexts: new Map(contexts.map((name) => [shortImageName(name), name])) };
}

/** The named context that takes the stage's place. */
export function replacedBy(names: Names, { name }: Stage): StageRef | null {
  return name === null ? null : contextRef(names, name);
}

/** What a stage is FROM: an earlier stage, if it is written just like its name. */
export function resolveFrom(names: Names, name: string, stage: Stage): StageRef {
  const earlier = earlierStage(names, name, stage);
  return earlier === undefined ? outside(names, name) : stageRef(names, earlier);
}

/** The name with which a FROM would find a stage: unlike `--from` it is case-sensitive. Null if nothing is wrong. */
export function nameInOtherCase(names: Names, name: string, stage: Stage): string | null {
  const lower = name.toLowerCase();
  return lower !== name && earlierStage(names, lower, stage) !== undefined ? lower : null;
}

/** What a `--from` or `from=` means, or why BuildKit refuses it. Case does not matter; only COPY takes an index. */
export function resolveSource(names: Names, { name, via }: Source, stage: Stage): StageRef | string {
  if (name.includes("$")) return `from=${name}: variables are not supported there`;
  const isIndex = via === "copy" && /^[+-]?\d+$/.test(name);
  const found = isIndex ? names.stages[Number(name)] : names.byName.get(name.toLowerCase())?.at(-1);
  if (found === undefined) return isIndex ? `there is no stage ${name}` : outside(names, name);
  const ref = stageRef(names, found);
  if (ref.kind === "stage" && found.index >= stage.index) {
    return `stage ${name} must be defined before the stage that takes files from it`;
  }
  return ref;
}

function earlierStage(names: Names, name: string, { index }: Stage): Stage | undefined {
  const same = names.byName.get(name) ?? [];
  // In the order of the file: halved again and again, as all of them may have one name.
  let [from, to] = [0, same.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((same[middle]?.index ?? index) < index) from = middle + 1;
    else to = middle;
  }
  return same[from - 1];
}

function stageRef(names: Names, stage: Stage): StageRef {
  return replacedBy(names, stage) ?? { kind: "stage", index: stage.index };
}

function outside(names: Names, name: string): StageRef {
  return contextRef(names, name) ?? { kind: "image", name };
}

/** https://docs.docker.com/reference/cli/docker/buildx/build/#build-context; two names keep their own meaning. */
function contextRef({ contexts }: Names, name: string): StageRef | null {
  if (contexts.size === 0 || /^(?:scratch|context)$/i.test(name)) return null;
  const context = contexts.get(shortImageName(name));
  return context === undefined ? null : { kind: "context", name: context };
}
