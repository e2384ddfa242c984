import { describePromoted, isFoundLate } from "../core/promoted-build.ts";
import { formatReference } from "../core/reference.ts";
import type { Binding, Plan, PlannedEvent, PlannedInputs, PlannedTarget, SharedStage, Warning, Whole } from "./plan.ts";
import type { Explanation } from "./explanation.ts";
import type { Step } from "./steps.ts";

/** A plan as `plan --json` prints it. Its JSON schema is `plan.schema.json` in the package. */
export interface PlanDocument {
  version: 2;
  /** The file that the config was read from. */
  config: string;
  event: PlannedEvent;
  buildTag: string;
  push: boolean;
  pushReason: string;
  /** The build whose images are published under this one's moving tags, in words; null for a build that builds. */
  promotes: string | null;
  targets: TargetDocument[];
  shared: SharedStage[];
  steps: StepDocument[];
  warnings: Warning[];
  /** With --explain what a run would do with each target, in the order of targets; null without it. */
  explanations: ExplanationDocument[] | null;
}

/** What a run would do with one target, and why. */
export interface ExplanationDocument extends Pick<Explanation, "target" | "does" | "why" | "differs"> {
  /** The image that it would be, or that it was compared with. */
  image: string | null;
}

/** One target, with its references in parts. */
export interface TargetDocument extends Pick<
  PlannedTarget,
  | "name"
  | "stage"
  | "dockerfile"
  | "context"
  | "version"
  | "tags"
  | "needs"
  | "base"
  | "args"
  | "labels"
  | "push"
  | "implied"
  | "secrets"
  | "ssh"
  | "contexts"
  | "platforms"
  | "isElsewhere"
  | "attest"
  | "annotations"
  | "network"
  | "extraHosts"
  | "cacheFrom"
  | "cacheTo"
> {
  /** All that can change the image, as far as it is known before the run. */
  inputs: InputsDocument;
  /** What the image is called on the host. Null, as the build tag, where only the registry tells which build is promoted. */
  image: string | null;
  /** The image of several platforms that it is a part of; null where it is a whole. */
  partOf: Omit<Whole, "affixes"> | null;
  /**
   * What is written in each repository. `buildTag` is null where the config's `builds` names another repository for build tags,
   * which comes first then, and where only the registry tells which build is promoted.
   */
  references: { repository: string; buildTag: string | null; moving: string[] }[];
  bind: Binding[];
}

/** What can change an image. */
interface InputsDocument {
  /** The sha256 of all that is known; null where something is not. */
  known: string | null;
  /** Why it cannot be known what the image will be. */
  unknown: string | null;
  /** The images that it is made from, whose digests are known when it is built: those of targets by their names. */
  targets: string[];
  images: string[];
}

/** One step, with the docker processes that it comes to. */
interface StepDocument {
  kind: Step["kind"];
  /** The targets that it is for; empty for a login. */
  targets: string[];
  commands: CommandDocument[];
}

/** One docker process. `$NAME` in argv and stdin stands for what is filled in when it runs. */
export interface CommandDocument {
  argv: string[];
  stdin: string | null;
  /** Environment variables beyond docker's own that the process is given, by name. */
  env: string[];
  /** Variables that the process is given with values of others in them. */
  set: Record<string, string>;
  /** Part of what is only done if what comes before it in the step has failed. */
  otherwise: boolean;
}

/** The document of a plan whose steps come to these `commands`, in the same order. */
export function planDocument(plan: Plan, config: string, commands: readonly CommandDocument[][]): PlanDocument {
  const { event, buildTag, push, pushReason, promotes, targets, shared, steps, warnings } = plan;
  const isLate = promotes !== null && isFoundLate(promotes);
  return {
    version: 2,
    config,
    event,
    buildTag,
    push,
    pushReason,
    promotes: promotes === null ? null : describePromoted(promotes),
    targets: targets.map((target) => targetDocument(target, isLate)),
    shared,
    steps: steps.map((step, at) => ({ kind: step.kind, targets: targetNames(step), commands: commands[at] ?? [] })),
    warnings,
    explanations: null,
  };
}

function targetDocument(target: PlannedTarget, isLate: boolean): TargetDocument {
  const {
    places,
    image,
    affixes: _affixes,
    buildAffixes: _buildAffixes,
    isBase: _isBase,
    reuseFrom: _reuseFrom,
    variants: _variants,
    reuseBuilds: _reuseBuilds,
    layersFrom: _layersFrom,
    partOf,
    inputs,
    ...rest
  } = target;
  const references = places.map(({ repository, buildTag, moving }) => ({
    repository: repository.name,
    buildTag: isLate ? null : buildTag,
    moving,
  }));
  return {
    ...rest,
    image: isLate ? null : formatReference(image),
    partOf: partOf === null ? null : { buildTag: partOf.buildTag, parts: partOf.parts },
    references,
    inputs: inputsDocument(inputs),
  };
}

function inputsDocument({ known, images, unknown }: PlannedInputs): InputsDocument {
  return {
    known: unknown === null ? known : null,
    unknown,
    targets: images.flatMap((one) => ("target" in one ? one.target : [])),
    images: images.flatMap((one) => ("image" in one ? one.image : [])),
  };
}

function targetNames(step: Step): string[] {
  if (step.kind === "login") return [];
  return step.kind === "acquire" ? [step.target] : step.targets;
}
