import { cleanLine } from "./clean-line.ts";
import { ownerOf, type ProgressTarget } from "./owner.ts";
import type { ProgressEntry, ProgressOptions, TargetProgress } from "./progress.ts";
import { isConsequence, sayError } from "./say-error.ts";
import { shortenDigests } from "./shorten.ts";
import { parseVertexName, type VertexName } from "./vertex-name.ts";

/** A step that takes less than this, in seconds, gets no second line unless the user wants all. */
const slow = 1;
const keptLines = 20;

/** One piece of the builder's work and what is known of it. */
export interface Vertex {
  name: VertexName;
  owner: string;
  /** Every target that has it. */
  targets: Set<string>;
  /** In milliseconds, on any clock; null until known. */
  from: number | null;
  to: number | null;
  ran: boolean;
  cached: boolean;
  error: string | null;
  log: string[];
  /** What has been reported about it. */
  told: Set<string>;
}

/** The state of a run. Its methods take what the builder says, as often as it says it, and return what is new in it. */
export interface Tracker {
  vertices: ReadonlyMap<string, Vertex>;
  /** The vertex of that id; `name` is of the target that reports it this time. */
  see(id: string, name: string): Vertex;
  /** It began, at `at`, or need not run. */
  start(vertex: Vertex, at: number, cached: boolean): ProgressEntry[];
  end(vertex: Vertex, from: number, to: number): ProgressEntry[];
  fail(vertex: Vertex, at: number, error: string): ProgressEntry[];
  log(vertex: Vertex, line: string): ProgressEntry[];
  pushed(vertex: Vertex, reference: string, seconds: number): ProgressEntry[];
  warn(vertex: Vertex | undefined, text: string): ProgressEntry[];
  /** How each target did. */
  totals(): Map<string, TargetProgress>;
}

/** A tracker that knows nothing yet. */
export function createTracker(targets: readonly ProgressTarget[], { verbose = false }: ProgressOptions): Tracker {
  const names = targets.map(({ name }) => name);
  const vertices = new Map<string, Vertex>();
  const warned = new Set<string>();
  /** When this build began: to read the Dockerfile is the first thing that is done for it. */
  let began = Infinity;

  function once(vertex: Vertex, fact: string, entry: Omit<ProgressEntry, "target">): ProgressEntry[] {
    if (vertex.told.has(fact)) return [];
    vertex.told.add(fact);
    return [{ target: vertex.owner, ...entry }];
  }

  /** The builder goes on without that cache. On a branch's first build there is none yet. */
  function noCache(vertex: Vertex, error: string): ProgressEntry[] {
    return error.endsWith(": not found") && !verbose ? [] : tracker.warn(vertex, `no cache: ${sayError(error)}`);
  }

  const tracker: Tracker = {
    vertices,
    see(id, text) {
      const name = parseVertexName(text, names);
      const known = vertices.get(id);
      const vertex = known ?? newVertex(name, ownerOf(name, targets));
      if (name.target !== null) vertex.targets.add(name.target);
      vertices.set(id, vertex);
      return vertex;
    },
    start(vertex, at, cached) {
      const { kind, text } = vertex.name;
      vertex.from = Math.min(at, vertex.from ?? at);
      if (!cached) vertex.ran = true;
      vertex.cached = !vertex.ran;
      if (/^load build definition\b/.test(text)) began = Math.min(began, at);
      if (kind === "push" || (isOwnWork(vertex) && !verbose)) return [];
      // BuildKit does the same work once for all who want it at the same time, and tells each of them when it began.
      const isJoined = kind === "step" && at < began && began < Infinity;
      return once(vertex, "start", { kind: cached ? "cached" : isJoined ? "joined" : "step", text });
    },
    end(vertex, from, to) {
      const { kind, text } = vertex.name;
      const seconds = (to - from) / 1000;
      vertex.to = Math.max(to, vertex.to ?? to);
      if (kind === "push") return tracker.pushed(vertex, text.replace("pushing ", ""), seconds);
      if (vertex.cached || (seconds < slow && !verbose)) return [];
      // An image ends twice: at once, when the builder has asked for its digest, and when it is there.
      return once(vertex, seconds < slow ? "quick end" : "end", { kind: "done", text, seconds });
    },
    fail(vertex, at, error) {
      vertex.to = Math.max(at, vertex.to ?? at);
      if (isConsequence(error)) return [];
      if (vertex.name.kind === "cache") return noCache(vertex, error);
      vertex.error ??= error;
      const step = isOwnWork(vertex) ? {} : { step: cleanLine(vertex.name.text) };
      return once(vertex, "error", { kind: "error", text: cleanLine(sayError(error)), ...step });
    },
    log(vertex, line) {
      const text = isOwnWork(vertex) ? shortenDigests(cleanLine(line)) : cleanLine(line);
      if (text === "" || (isOwnWork(vertex) && isRepeated(vertex, text))) return [];
      vertex.log = [...vertex.log, text].slice(-keptLines);
      return [{ target: vertex.owner, kind: "log", text }];
    },
    pushed(vertex, reference, seconds) {
      const text = `pushed ${reference}`;
      return once(vertex, text, { kind: "push", text, seconds });
    },
    warn(vertex, text) {
      if (warned.has(text)) return [];
      warned.add(text);
      return [{ target: vertex?.owner ?? "", kind: "warning", text: cleanLine(text) }];
    },
    totals() {
      return totalsOf(names, vertices.values());
    },
  };
  return tracker;
}

function isOwnWork({ name: { kind } }: Vertex): boolean {
  return kind === "work" || kind === "cache";
}

/** An upload's retries are reported for each layer: the same lines over and over except for the digest. */
function isRepeated({ told }: Vertex, text: string): boolean {
  const fact = `log ${text.replace(/sha256:[0-9a-f]+/g, "")}`;
  if (told.has(fact)) return true;
  told.add(fact);
  return false;
}

function newVertex(name: VertexName, owner: string): Vertex {
  return {
    name,
    owner,
    targets: new Set(),
    from: null,
    to: null,
    ran: false,
    cached: false,
    error: null,
    log: [],
    told: new Set(),
  };
}

/** Each vertex is looked at once, whatever the number of targets: both go into the thousands. */
function totalsOf(names: readonly string[], vertices: Iterable<Vertex>): Map<string, TargetProgress> {
  const totals = new Map(names.map((name) => [name, { steps: 0, cached: 0, first: Infinity, last: -Infinity }]));
  for (const { name, targets, from, to, cached } of vertices) {
    if (from === null) continue;
    for (const target of targets) {
      const total = totals.get(target);
      if (total === undefined) continue;
      if (name.kind === "step") {
        total.steps += 1;
        if (cached) total.cached += 1;
      }
      total.first = Math.min(total.first, from);
      total.last = Math.max(total.last, to ?? total.last);
    }
  }
  return new Map(
    [...totals].map(([name, { steps, cached, first, last }]) => {
      const seconds = last > first ? (last - first) / 1000 : 0;
      return [name, { steps, cached, seconds }];
    }),
  );
}
