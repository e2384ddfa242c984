import { cleanLine } from "./clean-line.ts";
import type { ProgressEntry } from "./progress.ts";
import type { Tracker, Vertex } from "./tracker.ts";
import type { Waits } from "./wait.ts";
import { warningIn } from "./warning.ts";

/** Reads the lines of `--progress=plain` into a tracker. */
export interface PlainLines {
  read(line: string): ProgressEntry[];
  /** The lines so far that were neither progress nor a warning. */
  other: readonly string[];
}

/**
 * `#4 [base 1/2] FROM …` names number 4; then come `#4 0.247 a log line`, `#4 exporting layers 0.1s done` and, once,
 * `#4 DONE 0.3s`, `#4 CACHED`, `#4 CANCELED` or `#4 ERROR: …`. `#4 ...` means that another one's lines follow.
 * https://github.com/moby/buildkit/blob/master/util/progress/progressui/printer.go
 */
export function createPlainLines(tracker: Tracker, waits: Waits): PlainLines {
  const other: string[] = [];
  /** Named, but not yet known to be cached or not: if it is cached, the very next line says so. */
  let undecided: Vertex | null = null;
  /** This format has no clock: durations are added up, as if one thing came after the other. In milliseconds. */
  let elapsed = 0;
  let layers = 0;

  function began(): ProgressEntry[] {
    const vertex = undecided;
    undecided = null;
    return vertex === null ? [] : tracker.start(vertex, elapsed, false);
  }

  function readFact(vertex: Vertex, text: string): ProgressEntry[] {
    const cached = text === "CACHED";
    if (cached && undecided === vertex) undecided = null;
    const entries = began();
    if (cached) return [...entries, ...tracker.start(vertex, elapsed, true)];
    const [, done, log, error, warning] = /^(?:DONE ([\d.]+)s|\d+\.\d+ (.*)|ERROR: (.*)|WARN: (.*))$/s.exec(text) ?? [];
    if (log !== undefined) return [...entries, ...tracker.log(vertex, log)];
    if (error !== undefined) return [...entries, ...tracker.fail(vertex, elapsed, error)];
    if (warning !== undefined) return [...entries, ...tracker.warn(vertex, warning)];
    if (done === undefined) return [...entries, ...readStatus(vertex, text)];
    const from = elapsed;
    elapsed += Number(done) * 1000;
    return [...entries, ...tracker.end(vertex, from, elapsed)];
  }

  function readStatus(vertex: Vertex, text: string): ProgressEntry[] {
    const [, id, reference, seconds = "0"] =
      /^(pushing layers|pushing manifest for ([^@\s]+)\S*)(?: ([\d.]+)s)? done$/.exec(text) ?? [];
    if (id === undefined) return [];
    if (reference !== undefined) return tracker.pushed(vertex, reference, layers + Number(seconds));
    layers = Number(seconds);
    return [];
  }

  /** `sha256:… 2.1MB / 5MB 0.3s`: with a time that goes on however little happens. */
  function hear(number: string, text: string): void {
    if (/^(?:DONE |CACHED|CANCELED|ERROR: )/.test(text)) return waits.end(number);
    if (text === "...") return;
    const [, part, amount = "", done] =
      /^((?:extracting )?sha256:\w+|pushing layers|pushing manifest for \S+)(?: ([\d.]+[kMGT]?B) \/ \S+)?(?: [\d.]+s)?( done)?$/.exec(
        text,
      ) ?? [];
    if (part === undefined) waits.note();
    else waits.status(number, part, { current: bytes(amount), completed: done !== undefined });
  }

  return {
    other,
    read(line) {
      const [, number, text = ""] = /^#(\d+) (.*)$/s.exec(line) ?? [];
      if (number === undefined) {
        const said = cleanLine(line);
        waits.note();
        const warning = warningIn(said);
        if (warning !== null) return tracker.warn(undefined, warning);
        if (said !== "") other.push(said);
        return [];
      }
      const vertex = tracker.vertices.get(number);
      if (vertex === undefined) {
        const entries = began();
        undecided = tracker.see(number, text);
        waits.begin(number, text);
        return entries;
      }
      // 20.10 prints the vertex's digest below its name.
      if (/^sha256:[0-9a-f]{64}$/.test(text)) return [];
      hear(number, text);
      return readFact(vertex, text);
    },
  };
}

/** `2.1MB` */
function bytes(amount: string): number {
  const [, count = "0", unit = ""] = /^([\d.]+)(\w*)$/.exec(amount) ?? [];
  return Number(count) * 1000 ** ["B", "kB", "MB", "GB", "TB"].indexOf(unit);
}
