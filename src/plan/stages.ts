import path from "node:path";
import type { Target } from "../config/config.ts";
import { encodingFault } from "../core/encoding.ts";
import { finder } from "../core/suggest.ts";
import { findStage, type GraphStage, stageGraph, type StageGraph, stagesNeeded } from "../dockerfile/graph.ts";
import { type Dockerfile, parseDockerfile } from "../dockerfile/parse.ts";
import type { Problem } from "../core/errors.ts";
import type { FileFault } from "../host/host.ts";

/** A target's place in its Dockerfile: the parsed file, the graph under the target's arguments, and its stage. */
export interface TargetStage {
  file: Dockerfile;
  graph: StageGraph;
  stage: GraphStage;
  /** The stage as the builder is told: its name, its index, or "" for the last one. */
  label: string;
}

/** A problem that matters only if one of these targets is built. */
export interface TargetProblem {
  targets: string[];
  problem: Problem;
}

/** So long a Dockerfile may be, in characters. */
const longestDockerfile = 1_000_000;
/** So many stages all targets may be made from, each counted for every target: a chain of 1,400 targets is under it. */
const mostStages = 1_000_000;

/**
 * Finds every target's stage. `texts` holds the Dockerfiles by path, or why one cannot be read; `platform` is the builder's.
 */
export function targetStages(
  targets: readonly Target[],
  args: ReadonlyMap<string, Record<string, string>>,
  texts: ReadonlyMap<string, string | FileFault>,
  platform: string,
): { stages: Map<string, TargetStage>; problems: TargetProblem[] } {
  const stages = new Map<string, TargetStage>();
  const files = new Map<string, Dockerfile>();
  const graphs = new Map<string, StageGraph>();
  const problems: TargetProblem[] = [];
  const unread = new Map<string, TargetProblem>();
  let counted = 0;
  for (const target of targets) {
    const text = readable(texts.get(target.dockerfile) ?? nowhere);
    if (typeof text !== "string") {
      const known = unread.get(target.dockerfile);
      if (known === undefined) {
        const problem = { targets: [target.name], problem: noDockerfile(target, text) };
        unread.set(target.dockerfile, problem);
        problems.push(problem);
      } else known.targets.push(target.name);
      continue;
    }
    const file = files.get(target.dockerfile) ?? parseDockerfile(text);
    files.set(target.dockerfile, file);
    const { graph, isNew } = graphFor(graphs, file, target, {
      ...platformArgs(target, platform),
      ...args.get(target.name),
    });
    if (isNew) counted += graph.stages.length;
    const found = placeOf(target, graph);
    if ("message" in found) problems.push({ targets: [target.name], problem: found });
    else {
      counted += stagesNeeded(graph, found.stage.index).size;
      stages.set(target.name, { file, graph, ...found });
    }
    if (counted > mostStages) {
      const message = `are made from more than ${mostStages} stages in all, each counted for every target`;
      return {
        stages,
        problems: [...problems, { targets: [...stages.keys()], problem: { path: "targets", message } }],
      };
    }
  }
  return { stages, problems };
}

/** Targets share a graph unless their arguments differ in what FROM can see; a thousand graphs would be slow. */
function graphFor(
  graphs: Map<string, StageGraph>,
  file: Dockerfile,
  target: Target,
  args: Record<string, string>,
): { graph: StageGraph; isNew: boolean } {
  const globals = new Set(file.globalArgs.map(({ name }) => name));
  const seen = Object.entries(args).filter(
    ([name]) => globals.has(name) || name.startsWith("TARGET") || name.startsWith("BUILD"),
  );
  const contexts = Object.keys(target.contexts);
  const key = JSON.stringify([target.dockerfile, seen, contexts, target.platforms]);
  const known = graphs.get(key);
  if (known !== undefined) return { graph: known, isNew: false };
  const graph = stageGraph(file, Object.fromEntries(seen), contexts);
  graphs.set(key, graph);
  return { graph, isNew: true };
}

/** What BuildKit presets from the platform. https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope */
function platformArgs({ platforms: [target] }: Target, builder: string): Record<string, string> {
  const of = (kind: string, platform: string) => {
    const [os = "", arch = "", variant = ""] = platform.split("/");
    return { [`${kind}PLATFORM`]: platform, [`${kind}OS`]: os, [`${kind}ARCH`]: arch, [`${kind}VARIANT`]: variant };
  };
  return { ...of("BUILD", builder), ...of("TARGET", target ?? builder) };
}

/** Thousands of targets may have no stage among as many stages. */
const finders = new WeakMap<StageGraph, ReturnType<typeof finder>>();

function placeOf(target: Target, graph: StageGraph): { stage: GraphStage; label: string } | Problem {
  if (graph.fault !== null) return { path: `targets.${target.name}.dockerfile`, message: graph.fault };
  const stage = findStage(graph, target.stage);
  if (stage !== null) return { stage, label: target.stage };
  const only = graph.stages.length === 1 ? graph.stages[0] : undefined;
  // A Dockerfile of one image needs no stage names.
  if (only !== undefined && !target.stageIsWritten) return { stage: only, label: "" };
  const names = [...graph.byName.keys()];
  const find = finders.get(graph) ?? finder(names);
  finders.set(graph, find);
  const near = find(target.stage);
  const has = names.length === 0 ? "it has no named stages" : `its stages are ${names.slice(0, 12).join(", ")}`;
  return {
    path: `targets.${target.name}${target.stageIsWritten ? ".target" : ""}`,
    message: `is not a stage of ${target.dockerfile}`,
    got: target.stage,
    hint: near === null ? has : `did you mean "${near}"?`,
  };
}

const nowhere: FileFault = { missing: true, fault: "there is no such file", hint: "" };

const tooLong: FileFault = {
  missing: false,
  fault: `is longer than ${longestDockerfile} characters`,
  hint: "name the Dockerfile",
};

/** Docker takes any bytes in a comment, but a NUL is of a file that is no text. */
function readable(text: string | FileFault): string | FileFault {
  if (typeof text === "string" && text.length > longestDockerfile) return tooLong;
  const fault = typeof text === "string" && text.includes("\0") ? encodingFault(text) : null;
  return fault === null ? text : { missing: false, fault, hint: "save it as UTF-8, or name the Dockerfile" };
}

function noDockerfile(target: Target, { missing, fault, hint }: FileFault): Problem {
  return {
    path: `targets.${target.name}.dockerfile`,
    message: fault,
    got: target.dockerfile,
    hint: missing ? "the path is relative to the config file; set it with dockerfile:" : hint,
  };
}

/** The Dockerfile's path as bake takes it: relative to the build context. */
export function dockerfileInContext(target: { dockerfile: string; context: string }, directory: string): string {
  const absolute = (file: string) => path.posix.resolve(slashes(directory), slashes(file));
  return path.posix.relative(absolute(target.context), absolute(target.dockerfile));
}

function slashes(file: string): string {
  return file.replaceAll("\\", "/");
}
