import { buildFailures } from "./failures.ts";
import type { Progress } from "./progress.ts";
import { readTail } from "./tail.ts";
import type { Tracker } from "./tracker.ts";

/** All that is known of a run at its end; `other` are the lines that were not progress. */
export function summary(tracker: Tracker, other: readonly string[]): Progress {
  const tail = readTail(other);
  return { targets: tracker.totals(), failures: buildFailures(tracker, tail), messages: tail.messages };
}
