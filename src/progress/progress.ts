/** Follows one run of the builder by what it prints. Times come from the messages: it has no clock of its own. */
export interface ProgressReader {
  /** Takes one line of the builder's standard error; returns what there is to print for it, if anything. */
  read(line: string): ProgressEntry[];
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
   * `step` began; `cached` did not have to run; `done` took a second or more; `log` is a line that the step printed;
   * `push` is up in the registry.
   */
  kind: "step" | "cached" | "done" | "log" | "warning" | "push" | "error";
  /** One line without control characters: the instruction, the log line, the reference, the reason. */
  text: string;
  /** How long it took: with `done` and `push`. */
  seconds?: number;
}

/** What became of a whole run. */
export interface Progress {
  /** Every target that was asked for, in that order. */
  targets: Map<string, TargetProgress>;
  /** Worth looking at only if the builder failed. What broke it comes first; what it cancelled is not here. */
  failures: BuildFailure[];
  /** The lines that were no progress and no warning, the excerpt of the Dockerfile left out: the builder's errors. */
  messages: string[];
}

/** What a target took, shared stages included. */
export interface TargetProgress {
  /** Instructions that make a layer. FROM is none of them. */
  steps: number;
  /** Those of them that did not have to run. */
  cached: number;
  /** From its first start to its last end; of `docker build`, which tells no times, the sum of what it did. */
  seconds: number;
}

/** One step that failed, or the builder's last word where it was no step. */
export interface BuildFailure {
  /** A target that cannot be built now; null if the builder did not get that far. */
  target: string | null;
  /** The stage that the step is in, lower case, or `stage-1` where it has no name. */
  stage: string | null;
  /** Which of the stage's steps it is. */
  position: StepPosition | null;
  /** The instruction, as the builder shows it; null if it was the builder's own work. */
  step: string | null;
  message: string;
  /** Of the command that RUN ran. */
  exitCode: number | null;
  /** The last lines that the step printed, at most 20. */
  log: string[];
  /** The Dockerfile's name without its folder, as the builder says it. */
  dockerfile: string | null;
  line: number | null;
  /** The lines around it, numbered, the failed ones marked with `>>>`; empty where the builder shows none. */
  excerpt: string[];
}

/** `2/3`: the second of the stage's three steps, with FROM among them if it is an image. */
export interface StepPosition {
  index: number;
  of: number;
}
