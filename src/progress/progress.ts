import type { FailedStep } from "../core/failure.ts";
import type { Waits } from "./wait.ts";

/** Follows one run of the builder by what it prints. Times come from the messages: it has no clock of its own. */
export interface ProgressReader {
  /** Takes one line of the builder's standard error; returns what there is to print for it, if anything. */
  read(line: string): ProgressEntry[];
  /** What it waits for now, and whether anything has happened lately. */
  waits: Pick<Waits, "now" | "changes">;
  /** What is known when the builder has ended. */
  finish(): Progress;
}

/** What to tell. */
export interface ProgressOptions {
  /** All: the builder's own work too, and the end of what took no time. */
  verbose?: boolean;
}

/** One thing that happened, told once. */
export interface ProgressEntry {
  /** Whose it is: a target, or a stage that several targets share and none of them is. */
  target: string;
  /**
   * `step` began; `joined` is at work for another run, which is waited for; `cached` did not have to run; `done` took a second or more; `log` is a line that the step printed;
   * `push` is up in the registry.
   */
  kind: "step" | "joined" | "cached" | "done" | "log" | "warning" | "push" | "error";
  /** One line without control characters: the instruction, the log line, the reference, the reason. */
  text: string;
  /** The instruction that failed: with `error`, where it was one. */
  step?: string;
  /** How long it took: with `done` and `push`. */
  seconds?: number;
}

/** What became of a whole run. */
export interface Progress {
  /** Every target that was asked for, in that order. */
  targets: Map<string, TargetProgress>;
  /** Worth looking at only if the builder failed. What broke it comes first; what it cancelled is not here. */
  failures: FailedStep[];
  /** The lines that were neither progress nor a warning nor the Dockerfile's excerpt: the builder's errors. */
  messages: string[];
}

/** What a target took, shared stages included. */
export interface TargetProgress {
  /** Instructions that make a layer. FROM is not one of them. */
  steps: number;
  /** How many of them did not have to run. */
  cached: number;
  /** From its first start to its last end; for `docker build`, which tells no times, the sum of what it did. */
  seconds: number;
}
