import path from "node:path";
import type { Target } from "../config/config.ts";
import { nearest } from "../core/suggest.ts";
import { findStage, type GraphStage, stageGraph, type StageGraph } from "../dockerfile/graph.ts";
import { type Dockerfile, parseDockerfile } from "../dockerfile/parse.ts";
import type { Problem } from "../core/errors.ts";

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

/** Finds every target's stage. `texts` holds the Dockerfiles by path, null where there is none. */
export function targetStages(
  targets: readonly Target[],
  args: ReadonlyMap<string, Record<string, string>>,
  texts: ReadonlyMap<string, string | null>,
): { stages: Map<string, TargetStage>; problems: TargetProblem[] } {
  const stages = new Map<string, TargetStage>();
  const files = new Map<string, Dockerfile>();
  const graphs = new Map<string, StageGraph>();
  const problems: TargetProblem[] = [];
  const missing = new Map<string, TargetProblem>();
  for (const target of targets) {
    const text = texts.get(target.dockerfile) ?? null;
    if (text === null) {
      const known = missing.get(target.dockerfile);
      if (known === undefined) {
        const problem = { targets: [target.name], problem: noDockerfile(target) };
        missing.set(target.dockerfile, problem);
        problems.push(problem);
      } else known.targets.push(target.name);
      continue;
    }
    const file = files.get(target.dockerfile) ?? parseDockerfile(text);
    files.set(target.dockerfile, file);
    const graph = graphFor(graphs, file, target, args.get(target.name) ?? {});
    const found = placeOf(target, graph);
    if ("message" in found) problems.push({ targets: [target.name], problem: found });
    else stages.set(target.name, { file, graph, ...found });
  }
  return { stages, problems };
}

/** Targets share a graph unless their arguments differ in what FROM can see; a thousand graphs would be slow. */
function graphFor(
  graphs: Map<string, StageGraph>,
  file: Dockerfile,
  target: Target,
  args: Record<string, string>,
): StageGraph {
  const globals = new Set(file.globalArgs.map(({ name }) => name));
  const seen = Object.entries(args).filter(
    ([name]) => globals.has(name) || name.startsWith("TARGET") || name.startsWith("BUILD"),
  );
  const contexts = Object.keys(target.contexts);
  const key = JSON.stringify([target.dockerfile, seen, contexts, target.platforms]);
  const graph = graphs.get(key) ?? stageGraph(file, { ...platformArgs(target), ...Object.fromEntries(seen) }, contexts);
  graphs.set(key, graph);
  return graph;
}

/** What BuildKit presets from the platform. https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope */
function platformArgs(target: Target): Record<string, string> {
  const platform = target.platforms[0];
  if (platform === undefined) return {};
  const [os = "", arch = "", variant = ""] = platform.split("/");
  return { TARGETPLATFORM: platform, TARGETOS: os, TARGETARCH: arch, TARGETVARIANT: variant };
}

function placeOf(target: Target, graph: StageGraph): { stage: GraphStage; label: string } | Problem {
  const stage = findStage(graph, target.stage);
  if (stage !== null) return { stage, label: target.stage };
  const only = graph.stages.length === 1 ? graph.stages[0] : undefined;
  // A Dockerfile of one image needs no stage names.
  if (only !== undefined && !target.stageIsWritten) return { stage: only, label: "" };
  const names = graph.stages.flatMap(({ name }) => (name === null ? [] : [name]));
  const near = nearest(target.stage, names);
  const has = names.length === 0 ? "it has no named stages" : `its stages are ${names.slice(0, 12).join(", ")}`;
  return {
    path: `targets.${target.name}${target.stageIsWritten ? ".target" : ""}`,
    message: `is not a stage of ${target.dockerfile}`,
    got: target.stage,
    hint: near === null ? has : `did you mean "${near}"?`,
  };
}

function noDockerfile(target: Target): Problem {
  return {
    path: `targets.${target.name}.dockerfile`,
    message: "there is no such file",
    got: target.dockerfile,
    hint: "the path is relative to the config file; set it with dockerfile:",
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
