import type { Affixes } from "../core/build-tag.ts";
import type { BuildEvent } from "../core/event.ts";
import type { PromotedBuild } from "../core/promoted-build.ts";
import type { Reference, Repository } from "../core/reference.ts";
import type { Attestations, Network, Secret } from "../config/config.ts";
import type { NamedText } from "../core/text.ts";
import type { Step, Store } from "./steps.ts";

/** Everything that a run will do, worked out before it starts. It holds names of secrets, never a secret. */
export interface Plan {
  event: PlannedEvent;
  /** The identity of this build, before a target's prefix and suffix. */
  buildTag: string;
  /** Whether anything is published, and why or why not. */
  push: boolean;
  pushReason: string;
  /** The build whose images get this one's moving tags, so that nothing is built; null for a build that builds. */
  promotes: PromotedBuild | null;
  /** In build order: what a target needs comes before it. */
  targets: PlannedTarget[];
  shared: SharedStage[];
  /** Where the images are that are built. */
  store: Store;
  /** What is done, in this order. */
  steps: Step[];
  warnings: Warning[];
}

/** What a plan says of the build event. */
export type PlannedEvent = Pick<
  BuildEvent,
  "provider" | "kind" | "ref" | "branch" | "tag" | "pullRequest" | "sha" | "buildNumber" | "defaultBranch" | "deployTo"
>;

/** One target with everything rendered. */
export interface PlannedTarget {
  name: string;
  /** The stage's name or index as the builder takes it; "" for the Dockerfile's last stage. */
  stage: string;
  dockerfile: string;
  context: string;
  /** Where it is published, and under which tags; empty for a target that never is. */
  places: Place[];
  /** The moving tags that the rules give. */
  tags: string[];
  /** What stands in front of and behind each of its moving tags, and its build tag, which may have more of it. */
  affixes: Affixes;
  buildAffixes: Affixes;
  /** The image's version: its foremost tag; null where no rule gave one. */
  version: string | null;
  /** What the image is called on the host: the build tag in the first repository, or a local name. */
  image: Reference;
  /** Targets that are built first. */
  needs: string[];
  /** The target whose image this one stands on: its layers are the first of this image's. Null where it is none of ours. */
  base: string | null;
  /** The stages and the image that its layers come from, besides its base: who has one of them, too, shares layers with it. */
  layersFrom: string[];
  /** Stages of the Dockerfile that are replaced by another target's very image. */
  bind: Binding[];
  /** A secret stands in them by the name of its variable. */
  args: Record<string, NamedText>;
  labels: Record<string, string>;
  /** Whether it is published if it is built. Of an implied target only the build tag is. */
  push: boolean;
  /** Not asked for, but needed: looked for under its build tag, and built only if it is nowhere. */
  implied: boolean;
  secrets: Secret[];
  ssh: string[];
  contexts: Record<string, string>;
  platforms: string[];
  /** The image of several platforms that this one is a part of; null where it is a whole. */
  partOf: Whole | null;
  /** Only other agents build a part of it. */
  isElsewhere: boolean;
  attest: Attestations;
  annotations: Record<string, string>;
  network: Network;
  extraHosts: Record<string, string>;
  cacheFrom: string[];
  /** Where its build cache is exported to, as `type=…` specifications; empty where nothing is written. */
  cacheTo: string[];
  /** Others stand on it: its image carries the cache of its steps. */
  isBase: boolean;
  inputs: PlannedInputs;
  /** The templates that tell agents or pipelines apart, by what differs in words, `the argument PY`. */
  variants: Record<string, string>;
  /** Where an image of the same inputs may be found, the likeliest first; empty where none is to be used again. */
  reuseFrom: Reference[];
  /** The same where build tags are in a repository of their own: what those of earlier builds begin with. */
  reuseBuilds: string[];
}

/** An image that is joined of several agents' images, one for each platform. */
export interface Whole {
  /** What the joined image is published under, and what stands around it. */
  buildTag: string;
  affixes: Affixes;
  parts: { platform: string; tag: string }[];
}

/** All that can change a target's image. */
export interface PlannedInputs {
  /** The sha256 of what is known before the run, in hex. */
  known: string;
  /** What that is, part by part. */
  facts: FactPrint[];
  /** The images that it is made from, which are known when it is built. */
  images: LateInput[];
  /** Why it cannot be known what the image will be; null where it can. */
  unknown: string | null;
}

/** An image that another one is made from: one of another target of ours, or one from outside by its name. */
export type LateInput = { target: string } | { image: string };

/** The images from outside that a target is made from. */
export function outsideImages({ inputs: { images } }: Pick<PlannedTarget, "inputs">): string[] {
  return images.flatMap((one) => ("image" in one ? one.image : []));
}

/**
 * What the digest of an image from outside is kept under during a run, beside those of targets, whose names have no blank.
 * It is the image's id where it is in no registry.
 */
export function outsideKey(image: string): string {
  return `image ${image}`;
}

/** The same for the digest by which the image is bound; there is none where it is in no registry. */
export function outsidePin(image: string): string {
  return `pin ${image}`;
}

/** What the platform is called among the things that can change an image. */
export const platformFact = "the platform";

/** One thing that can change an image: its name in words, and a print of the name and of what it says. */
interface FactPrint {
  name: string;
  /** Twelve hex digits, of which the first six are of the name. */
  print: string;
}

/** What is written of one target in one repository. The first place of a target has its build tag. */
export interface Place {
  repository: Repository;
  /**
   * The tag that never moves: this build's, or the promoted one's. Where only the registry tells that, it is not used. Null
   * where build tags go to another repository, from which moving tags are copied.
   */
  buildTag: string | null;
  /** The tags that move once everything is up. */
  moving: string[];
}

export function namesOf(targets: readonly Pick<PlannedTarget, "name">[]): string[] {
  return targets.map(({ name }) => name);
}

/** The build-tag references of a target, one for each repository that has build tags. */
export function buildTagReferences({ places }: Pick<PlannedTarget, "places">): Reference[] {
  return places.flatMap(({ repository, buildTag }) => (buildTag === null ? [] : [{ repository, tag: buildTag }]));
}

/** All references of a target, by repository, the build tag first. */
export function allReferences({ places }: Pick<PlannedTarget, "places">): Reference[] {
  return places.flatMap(({ repository, buildTag, moving }) =>
    [...(buildTag === null ? [] : [buildTag]), ...moving].map((tag) => ({ repository, tag })),
  );
}

/** Whether a run learns the digest that a target has in its registry before anything is built on it. */
export function isKnownByDigest({ places, push, implied }: PlannedTarget, { event }: Pick<Plan, "event">): boolean {
  const isAcquired = implied && event.buildNumber !== null;
  return places.length > 0 && (push || isAcquired);
}

/** The named context `stage` of a target is the image of `target`. */
export interface Binding {
  stage: string;
  target: string;
}

/** A stage that several of the planned targets are made from. */
export interface SharedStage {
  stage: string;
  dockerfile: string;
  targets: string[];
  /** The target whose stage it is; null where none is. */
  publishedBy: string | null;
}

/** Something that is allowed but unlikely to be meant. */
export interface Warning {
  code: string;
  message: string;
}
