import type { FailedStep } from "../core/failure.ts";
import { exitCodeOf, sayError } from "./say-error.ts";
import type { Tail } from "./tail.ts";
import type { Tracker, Vertex } from "./tracker.ts";

type LastWord = NonNullable<Tail["error"]>;

/** Puts the steps that failed together with the builder's last word, which names the target and the line. */
export function buildFailures(tracker: Pick<Tracker, "vertices">, tail: Tail): FailedStep[] {
  const vertices = [...tracker.vertices.values()];
  const failed = vertices.filter(({ error }) => error !== null);
  const last = tail.error && { ...tail.error, target: tail.error.target ?? onlyTarget(vertices) };
  if (last === null) return failed.map((vertex) => failureOf(vertex, null));
  const cause = failed.find((vertex) => isCause(vertex, last)) ?? null;
  const others = failed.filter((vertex) => vertex !== cause);
  const first = { ...failureOf(cause, last), ...place(tail, last, cause, vertices) };
  return [first, ...others.map((vertex) => failureOf(vertex, null))];
}

/** The builder names the target only where it has several. */
function onlyTarget(vertices: readonly Vertex[]): string | null {
  const targets = new Set(vertices.flatMap((vertex) => [...vertex.targets]));
  return targets.size === 1 ? ([...targets][0] ?? null) : null;
}

function isCause({ targets, error }: Vertex, { target, message }: LastWord): boolean {
  return error !== null && message.endsWith(error) && (target === null || targets.has(target));
}

function failureOf(vertex: Vertex | null, last: LastWord | null): FailedStep {
  const message = last?.message ?? vertex?.error ?? "";
  return {
    target: (vertex && ownTarget(vertex, last)) ?? last?.target ?? null,
    stage: vertex?.name.stage ?? null,
    position: vertex?.name.position ?? null,
    step: vertex === null || vertex.name.kind === "work" ? null : vertex.name.text,
    message: sayError(message),
    exitCode: exitCodeOf(message),
    log: vertex?.log ?? [],
    dockerfile: null,
    line: null,
    excerpt: [],
  };
}

/** The target that is the failed stage, else the one that the builder names, else any that needs it. */
function ownTarget({ owner, targets }: Vertex, last: LastWord | null): string | null {
  return targets.has(owner) ? owner : (last?.target ?? [...targets][0] ?? null);
}

/** Where in which Dockerfile. Engine 20.10 shows no excerpt, and says the line only of a syntax error. */
function place(
  { dockerfile, line, excerpt }: Tail,
  { target, message }: LastWord,
  cause: Vertex | null,
  vertices: readonly Vertex[],
): Pick<FailedStep, "dockerfile" | "line" | "excerpt"> {
  if (dockerfile !== null) return { dockerfile, line, excerpt };
  const parsed = /dockerfile parse error (?:on )?line (\d+)/.exec(message)?.[1];
  if (parsed === undefined && !cause?.name.position) return { dockerfile: null, line: null, excerpt: [] };
  const loads = "load build definition from ";
  const load = vertices.find(
    ({ name, targets }) => name.text.startsWith(loads) && (target === null || targets.has(target)),
  );
  return {
    dockerfile: load?.name.text.slice(loads.length) ?? null,
    line: parsed === undefined ? null : Number(parsed),
    excerpt: [],
  };
}
