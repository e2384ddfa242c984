import { createPlainLines } from "./plain-lines.ts";
import type { ProgressOptions, ProgressReader } from "./progress.ts";
import { summary } from "./summary.ts";
import { createTracker } from "./tracker.ts";
import { createWaits } from "./wait.ts";

/** Reads what `docker build --progress=plain` of one target writes to standard error. */
export function createPlainReader(target: string, options: ProgressOptions = {}): ProgressReader {
  const tracker = createTracker([{ name: target, stage: "", dockerfile: "" }], options);
  const waits = createWaits();
  const plain = createPlainLines(tracker, waits);
  return {
    waits,
    read: (line) => plain.read(line),
    finish: () => summary(tracker, plain.other),
  };
}
