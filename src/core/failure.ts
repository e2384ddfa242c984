/**
 * Why a run did not do what its plan says, for machines. `transient` may pass if it is tried again. `missing-file` is a
 * file or a folder that a build needs and that is not there, `missing-image` is in no registry that was asked, `missing-stage` not in the Dockerfile.
 */
export type FailureCode =
  | "daemon-down"
  | "no-buildx"
  | "no-builder"
  | "no-platform"
  | "no-docker"
  | "unauthorized"
  | "registry-down"
  /** A process of docker's was ended because it did not get on. */
  | "no-progress"
  | "transient"
  /** The engine lost a build, as it does with too many targets at once. */
  | "overloaded"
  | "missing-image"
  | "missing-stage"
  | "missing-file"
  | "build-step"
  | "bad-dockerfile"
  | "no-space"
  | "cancelled"
  /** An image does not stand on the base that it should stand on. */
  | "wrong-base"
  /** An image under our name that this build has not made. */
  | "foreign-image"
  /** A build tag is up as another image than the one that was to be published. */
  | "other-image"
  /** A build tag is up as an image that was made from something else. */
  | "other-inputs"
  /** The registry's answers do not tell whether a tag may move. */
  | "undecided"
  /** The registry or the engine does not do what it was asked for, for anybody. */
  | "unsupported"
  /** The registry lets no tag be written twice. */
  | "immutable"
  /** A signal ended the run. */
  | "interrupted"
  | "unknown";

/** One thing that went wrong in a run. All failures of a run are values of this type, from where they arise to the report. */
export interface Failure {
  code: FailureCode;
  /** The target that it is about; null if it is about none or all of them. */
  target: string | null;
  /** One line. */
  message: string;
  /** What to do about it; null where we do not know. */
  hint: string | null;
  /** More lines that explain the message. */
  details: readonly string[];
  /** The step of a build that failed; null if it was none. */
  step: FailedStep | null;
}

/** A failure that is told in a line: `rest` is what else is known of it. */
export function failure(
  code: FailureCode,
  message: string,
  rest: Partial<Pick<Failure, "target" | "hint" | "details" | "step">> = {},
): Failure {
  return { code, target: null, message, hint: null, details: [], step: null, ...rest };
}

/** One step of a build that failed, or the builder's last word where it was no step. */
export interface FailedStep {
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
