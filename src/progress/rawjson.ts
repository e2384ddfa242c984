import { pushAll } from "../core/push-all.ts";
import { createLineSplitter, type LineSplitter } from "./line-splitter.ts";
import type { ProgressTarget } from "./owner.ts";
import { createPlainLines } from "./plain-lines.ts";
import type { ProgressEntry, ProgressOptions, ProgressReader } from "./progress.ts";
import { parseRawMessage, type RawLog, type RawStatus, type RawVertex, type RawWarning } from "./rawjson-message.ts";
import { summary } from "./summary.ts";
import { createTracker, type Vertex } from "./tracker.ts";
import { createWaits } from "./wait.ts";

/**
 * Reads what `docker buildx bake --progress=rawjson` writes to standard error. A buildx before 0.13 does not know that
 * format and writes the plain one instead: it is read too.
 *
 * @param targets all that bake is given, those included that are only built for others
 */
export function createRawJsonReader(targets: readonly ProgressTarget[], options: ProgressOptions = {}): ProgressReader {
  const tracker = createTracker(targets, options);
  const waits = createWaits();
  const plain = createPlainLines(tracker, waits);
  const splitters = new Map<string, Map<number, LineSplitter>>();
  const uploads = new Map<string, number>();
  const pushed = new Map<string, { reference: string; seconds: number }>();
  const checks = new Set<string>();

  function readVertex({ digest, name, started, completed, cached, error }: RawVertex): ProgressEntry[] {
    const vertex = tracker.see(digest, name);
    if (started === null) return [];
    const entries = tracker.start(vertex, started, cached);
    if (completed === null) waits.begin(digest, name);
    else waits.end(digest);
    if (completed === null) return entries;
    pushAll(entries, flush(digest, vertex));
    if (error !== null) pushed.delete(digest);
    if (error !== null) return [...entries, ...tracker.fail(vertex, completed, error)];
    return [...entries, ...tellPushed(digest, vertex), ...tracker.end(vertex, started, completed)];
  }

  /** An unfinished line is passed on when its step ends. */
  function flush(digest: string, vertex: Vertex): ProgressEntry[] {
    const streams = [...(splitters.get(digest)?.values() ?? [])];
    return streams.flatMap((splitter) => splitter.flush()).flatMap((line) => tracker.log(vertex, line));
  }

  function readLog({ vertex: digest, stream, data }: RawLog): ProgressEntry[] {
    waits.note();
    const vertex = tracker.vertices.get(digest);
    if (vertex === undefined) return [];
    const streams = splitters.get(digest) ?? new Map<number, LineSplitter>();
    const splitter = streams.get(stream) ?? createLineSplitter();
    splitters.set(digest, streams.set(stream, splitter));
    return splitter.push(data).flatMap((line) => tracker.log(vertex, line));
  }

  /** With the containerd image store an upload is not a vertex but a part of "exporting to image". */
  function readStatus({ vertex: digest, id, current, started, completed }: RawStatus): ProgressEntry[] {
    waits.status(digest, id, { current, completed: completed !== null });
    const vertex = tracker.vertices.get(digest);
    if (vertex === undefined || started === null) return [];
    // What comes next tells that what was before has succeeded: an end alone may be that of a push that was refused.
    const entries = id.startsWith("pushing ") && completed === null ? tellPushed(digest, vertex) : [];
    if (completed === null) return entries;
    if (id === "pushing layers") uploads.set(digest, started);
    const reference = /^pushing manifest for ([^@\s]+)/.exec(id)?.[1];
    if (reference === undefined) return entries;
    pushed.set(digest, { reference, seconds: (completed - (uploads.get(digest) ?? started)) / 1000 });
    return entries;
  }

  function tellPushed(digest: string, vertex: Vertex): ProgressEntry[] {
    const last = pushed.get(digest);
    pushed.delete(digest);
    return last === undefined ? [] : tracker.pushed(vertex, last.reference, last.seconds);
  }

  /** A warning about style is printed once per rule: the one about upper and lower case comes with every line. */
  function readWarning({ vertex, short, filename, line }: RawWarning): ProgressEntry[] {
    const rule = /^\w+(?=: )/.exec(short)?.[0] ?? short;
    if (options.verbose !== true && checks.has(rule)) return [];
    checks.add(rule);
    const where = filename === null || line === null ? "" : `${filename}:${line}: `;
    return tracker.warn(tracker.vertices.get(vertex), `${where}${short.replace(/ \(line \d+\)$/, "")}`);
  }

  return {
    waits,
    read(line) {
      const message = line.startsWith("{") ? parseRawMessage(line) : null;
      if (message === null) return plain.read(line);
      return [
        ...message.vertexes.flatMap(readVertex),
        ...message.statuses.flatMap(readStatus),
        ...message.logs.flatMap(readLog),
        ...message.warnings.flatMap(readWarning),
      ];
    },
    finish: () => summary(tracker, plain.other),
  };
}
