import type { BuildEvent } from "../core/event.ts";
import type { TargetImage } from "./images.ts";
import type { PlannedTarget } from "./plan.ts";

/** The labels that this program recognises its own images by. */
export const ownLabels = {
  buildTag: "multistage-build.build-tag",
  buildNumber: "multistage-build.build-number",
  event: "multistage-build.event",
  ref: "multistage-build.ref",
  repository: "multistage-build.repository",
  target: "multistage-build.target",
} as const;

const oci = (name: string) => `org.opencontainers.image.${name}`;
const baseDigest = oci("base.digest");

/**
 * The labels of one image. All are written on every image, empty where nothing is known: an image inherits the labels of
 * the one that it is made from, and would pass off the base's revision or title as its own.
 * https://github.com/opencontainers/image-spec/blob/main/annotations.md
 */
export function imageLabels(
  event: BuildEvent,
  name: string,
  image: TargetImage,
  version: string | null,
  base: string | null,
): Record<string, string> {
  return {
    [oci("created")]: event.commitTime === null ? "" : new Date(event.commitTime * 1000).toISOString(),
    [oci("revision")]: event.sha,
    [oci("source")]: event.sourceUrl ?? "",
    [oci("url")]: event.url ?? "",
    [oci("version")]: version ?? image.buildTag,
    [oci("title")]: name,
    [oci("ref.name")]: event.tag ?? event.branch ?? event.ref,
    [oci("base.name")]: base ?? "",
    [baseDigest]: "",
    [ownLabels.buildTag]: image.buildTag,
    [ownLabels.buildNumber]: event.buildNumber === null ? "" : String(event.buildNumber),
    [ownLabels.event]: event.kind,
    [ownLabels.ref]: event.ref,
    [ownLabels.repository]: event.repository ?? "",
    [ownLabels.target]: name,
  };
}

/** Says of every target that stands on a base whose digest is known which image that is, exactly. */
export function withBaseDigests<T extends { targets: PlannedTarget[] }>(
  draft: T,
  digests: ReadonlyMap<string, string>,
): T {
  const targets = draft.targets.map((target) => {
    const digest = target.base === null ? undefined : digests.get(target.base);
    return digest === undefined ? target : { ...target, labels: { ...target.labels, [baseDigest]: digest } };
  });
  return { ...draft, targets };
}
