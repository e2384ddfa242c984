import type { BuildEvent } from "../core/event.ts";
import { findTarget } from "./find-target.ts";
import type { TargetImage } from "./images.ts";
import { isKnownByDigest, type Plan, type PlannedTarget } from "./plan.ts";

/** The labels that this program recognises its own images by. */
export const ownLabels = {
  buildTag: "multistage-build.build-tag",
  buildNumber: "multistage-build.build-number",
  event: "multistage-build.event",
  inputs: "multistage-build.inputs",
  inputParts: "multistage-build.input-parts",
  ref: "multistage-build.ref",
  repository: "multistage-build.repository",
  tags: "multistage-build.tags",
  target: "multistage-build.target",
  targets: "multistage-build.targets",
} as const;

/** Every image names all targets: of very many that would be a lot. */
const mostSiblings = 100;

/** The label that holds an image's version. */
export const versionLabel = "org.opencontainers.image.version";

/** An image is this build's image of this target if it has the same in all of these. */
export const identityLabels: readonly string[] = [
  ownLabels.buildTag,
  ownLabels.target,
  ownLabels.repository,
  "org.opencontainers.image.revision",
];

const oci = (name: string) => `org.opencontainers.image.${name}`;
/** The label that names the image that a target stands on. */
export const baseNameLabel = oci("base.name");
/** The label that says which image a target stands on, exactly. Filled in when that is known. */
export const baseDigestLabel = oci("base.digest");

/**
 * The labels of one image. All are written on every image, empty where nothing is known: an image inherits the labels of
 * the one that it is made from, and would pass off the base's revision or title as its own.
 * https://github.com/opencontainers/image-spec/blob/main/annotations.md
 */
export function imageLabels(
  event: BuildEvent,
  name: string,
  image: Pick<TargetImage, "buildTag">,
  facts: { version: string | null; base: string | null; moving: readonly string[]; siblings: readonly string[] },
): Record<string, string> {
  const { version, base, moving, siblings } = facts;
  return {
    [oci("created")]: event.commitTime === null ? "" : new Date(event.commitTime * 1000).toISOString(),
    [oci("revision")]: event.sha,
    [oci("source")]: event.sourceUrl ?? "",
    [oci("url")]: event.url ?? "",
    [oci("version")]: version ?? image.buildTag,
    [oci("title")]: name,
    [oci("ref.name")]: event.tag ?? event.branch ?? event.ref,
    [baseNameLabel]: base ?? "",
    [baseDigestLabel]: /@(.+)$/.exec(base ?? "")?.[1] ?? "",
    [ownLabels.buildTag]: image.buildTag,
    [ownLabels.buildNumber]: event.buildNumber === null ? "" : String(event.buildNumber),
    [ownLabels.event]: event.kind,
    [ownLabels.inputs]: "",
    [ownLabels.inputParts]: "",
    [ownLabels.ref]: event.ref,
    [ownLabels.repository]: event.repository ?? "",
    [ownLabels.tags]: moving.join(","),
    [ownLabels.target]: name,
    // So another build can tell a target that is not up yet from one that is not there any more.
    [ownLabels.targets]: siblings.length > mostSiblings ? "" : siblings.join(","),
  };
}

/** Whether an image is of this target of this repository, whichever build has made it. */
export function isOfTarget(
  { labels }: Pick<PlannedTarget, "labels">,
  theirs: Readonly<Record<string, string>>,
): boolean {
  return [ownLabels.repository, ownLabels.target].every((label) => theirs[label] === labels[label]);
}

/** Labels that say which build made an image, not what it is. */
const ofTheBuild: ReadonlySet<string> = new Set([
  oci("created"),
  oci("revision"),
  oci("url"),
  oci("ref.name"),
  baseNameLabel,
  baseDigestLabel,
  ownLabels.buildTag,
  ownLabels.buildNumber,
  ownLabels.event,
  ownLabels.ref,
  ownLabels.tags,
  ownLabels.targets,
  ownLabels.inputs,
  ownLabels.inputParts,
]);

/**
 * The labels that say what an image is, whichever build made it; `own` are those that the config names. Of a branch the
 * version is only the build's name.
 */
export function identityOf(
  labels: Readonly<Record<string, string>>,
  own: Readonly<Record<string, unknown>>,
): [name: string, value: string][] {
  const isRelease = labels[ownLabels.event] === "tag";
  return Object.entries(labels).filter(
    ([name]) => Object.hasOwn(own, name) || (!ofTheBuild.has(name) && (isRelease || name !== versionLabel)),
  );
}

/**
 * The base whose digest belongs in a target's label `base.digest`, once it is known; null where the base is none of ours
 * or nobody can pull it.
 */
export function labelledBase(
  { base }: Pick<PlannedTarget, "base">,
  plan: Pick<Plan, "event" | "targets">,
): string | null {
  const found = findTarget(plan, base);
  return found !== undefined && isKnownByDigest(found, plan) ? found.name : null;
}

/** The image from outside that a target stands on, where the run asks its registry which one that is now; else null. */
export function askedBase({ base, labels }: PlannedTarget, { steps }: Pick<Plan, "steps">): string | null {
  const name = labels[baseNameLabel] ?? "";
  const isAsked = steps.some((step) => step.kind === "resolve" && step.pull && step.images.includes(name));
  return base === null && isAsked ? name : null;
}
