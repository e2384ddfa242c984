import type { Failure } from "./failure.ts";
import type { Reference } from "./reference.ts";

/** How far a target got. `reused`: an earlier build has made the very same. `promoted`: another build's, nothing was built. `skipped`: not tried, or stopped, because something else failed. */
export type Status = "built" | "reused" | "promoted" | "failed" | "skipped";

/** What became of one target. */
export interface Outcome {
  target: string;
  status: Status;
  /** The digest in the registry, or the image's id on the host where nothing is published. */
  digest: string | null;
  /** No step had to run. */
  cached: boolean;
  /** From the target's first step to its last, in seconds. */
  seconds: number;
  /** Why it was built, or not built again, in words; null where nobody has looked for an earlier image. */
  why: string | null;
  /** What is up. */
  published: Reference[];
}

/** What became of a whole run. */
export interface RunResult {
  outcomes: Outcome[];
  /** What went wrong; empty for a run that did all. */
  failures: Failure[];
}
