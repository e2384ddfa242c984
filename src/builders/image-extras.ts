import { type Failure, failure } from "../core/failure.ts";
import type { DockerContext } from "../docker/exec.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import type { Builder } from "./builder.ts";
import { isContainerd } from "./image-store.ts";

/**
 * What is not attested is said as well: an image is one manifest with one digest on every engine then, where buildx would make an
 * index of it by itself. https://docs.docker.com/build/metadata/attestations/
 */
export function attestations({ attest: { provenance, sbom } }: PlannedTarget): string[] {
  return [
    provenance === null ? "type=provenance,disabled=true" : `type=provenance,mode=${provenance}`,
    sbom ? "type=sbom" : "type=sbom,disabled=true",
  ];
}

/** Where an index is made of the image, the index has them, too. https://docs.docker.com/build/metadata/annotations/ */
export function annotations({ annotations: written, platforms, attest }: PlannedTarget): string[] {
  const isIndex = platforms.length > 1 || attest.provenance !== null || attest.sbom;
  return Object.entries(written).map(([name, text]) => `${isIndex ? "index,manifest" : "manifest"}:${name}=${text}`);
}

/** What only an image that is kept as a manifest can have, in words; null for a target that asks for none of it. */
function extrasOf({ attest, annotations: written }: PlannedTarget): string | null {
  if (attest.provenance !== null || attest.sbom) return "attestations";
  return Object.keys(written).length > 0 ? "annotations" : null;
}

/**
 * Why the engine here cannot keep what is to be said of an image; null if it can, or nothing is. The classic image store has no
 * manifests: buildx refuses attestations there, and annotations are lost without a word.
 * https://docs.docker.com/engine/storage/containerd/
 */
export async function imageStoreFault(
  builder: Builder,
  context: DockerContext,
  targets: readonly PlannedTarget[],
): Promise<Failure | null> {
  const wanting = targets.find((target) => extrasOf(target) !== null);
  // Other builders keep manifests, in the registry.
  if (wanting === undefined || builder.store === "registry") return null;
  const [extras, target] = [extrasOf(wanting)!, wanting.name];
  if (!builder.binds) {
    const hint = "install buildx, and turn on the engine's containerd image store, or leave them out";
    return failure("unsupported", `docker build without buildx makes no ${extras}`, { target, hint });
  }
  const keepsManifests = await isContainerd(context);
  if (keepsManifests === true) return null;
  if (typeof keepsManifests === "object") return keepsManifests;
  const hint =
    'turn on the containerd image store (in daemon.json: "features": { "containerd-snapshotter": true }), or leave them out';
  return failure("unsupported", `the engine's classic image store keeps no ${extras}`, { target, hint });
}
