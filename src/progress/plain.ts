import { createPlainLines } from "./plain-lines.ts";
import type { ProgressOptions, ProgressReader } from "./progress.ts";
import { summary } from "./summary.ts";
import { createTracker } from "./tracker.ts";

/** Reads what `docker build --progress=plain` of one target writes to standard error. */
export function createPlainReader(target: string, options: ProgressOptions = {}): ProgressReader {
  const tracker = createTracker([{ name: target, stage: "", dockerfile: "" }], options);
  const plain = createPlainLines(tracker);
  return {
    read: (line) => plain.read(line),
    finish: () => summary(tracker, plain.other),
  };
}
