import type { ProgressEntry } from "../progress/progress.ts";

/** Where a run tells what it is doing, as it does it. */
export interface Reporter {
  /** Whether to tell what is usually left out. */
  verbose: boolean;
  /** Something that the builder or a push did. */
  progress: (entry: ProgressEntry) => void;
  /** One line of our own. */
  note: (line: string) => void;
}
