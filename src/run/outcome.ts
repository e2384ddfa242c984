import type { Failure } from "../core/failure.ts";

export type { Failure } from "../core/failure.ts";

/** How far a target got. `skipped`: not tried, or stopped, as something else failed. */
export type Status = "built" | "failed" | "skipped";

/** What became of one target. */
export interface Outcome {
  target: string;
  status: Status;
  /** The registry's digest of the published image, or the image's id where nothing was published. */
  digest: string | null;
  /** Every step was in the cache. */
  cached: boolean;
  /** From the target's first step to its last, in seconds. */
  seconds: number;
  /** The references that are up. */
  published: string[];
}

/** What became of the whole run. */
export interface RunResult {
  outcomes: Outcome[];
  /** What went wrong; empty for a run that did all. */
  failures: Failure[];
}

/** An outcome that nothing is known of but how far it got. */
export function newOutcome(target: string, status: Status): Outcome {
  return { target, status, digest: null, cached: false, seconds: 0, published: [] };
}

/** The outcomes of a run that has ended before anything was done. */
export function brokenOutcomes(targets: readonly { name: string }[], failures: readonly Failure[]): Outcome[] {
  const failed = new Set(failures.map(({ target }) => target));
  return targets.map(({ name }) => newOutcome(name, failed.has(name) ? "failed" : "skipped"));
}
