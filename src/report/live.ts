import type { Host } from "../host/host.ts";
import { formatEntry } from "./progress-lines.ts";
import type { Paint } from "./paint.ts";
import type { Reporter } from "./reporter.ts";

const widest = 24;

/** Tells on stderr what is going on, each line with the target (or shared stage) that it is about. */
export function liveReporter(
  host: Host,
  paint: Paint,
  names: readonly string[],
  { quiet = false, verbose = false }: { quiet?: boolean; verbose?: boolean },
): Reporter {
  if (quiet) return { verbose: false, progress: () => undefined, note: () => undefined };
  const width = Math.min(
    widest,
    names.reduce((longest, { length }) => Math.max(longest, length), 0),
  );
  return {
    verbose,
    progress: (entry) => host.stderr.write(`${formatEntry(entry, width, paint)}\n`),
    note: (line) => host.stderr.write(`${line.replaceAll("\n", "\n  ")}\n`),
  };
}
