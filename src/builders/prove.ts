import { type Failure, failure } from "../core/failure.ts";
import { formatReference } from "../core/reference.ts";
import { type DockerContext, runDocker } from "../docker/exec.ts";
import { dockerFailure } from "../docker/why-failed.ts";
import {
  findImage,
  type InspectedImage,
  inspectImages,
  isSame,
  parseInspected,
  repositoryDigest,
} from "../docker/image-commands.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import type { ProveStep } from "../plan/steps.ts";
import { foreignImage } from "./identity.ts";

/** What the proof came to. */
export interface Proof {
  /** The images on the host, by target. */
  images: Map<string, InspectedImage>;
  failures: Failure[];
}

/** The layers of the image that is up under a digest; null where nobody tells. */
export type LayersUp = (target: PlannedTarget, digest: string) => Promise<readonly string[] | null>;

/**
 * Proves that the images of `targets` on the host are this build's own and that each stands on its base: the base's
 * layers are the first of its own. One inspection for all. `upLayers` has the layers of bases that are not on the host but
 * in the registry; `layersUp` is asked for those of a base whose name on the host has become another image's since.
 */
export async function prove(
  docker: DockerContext,
  targets: readonly PlannedTarget[],
  builtBy: ProveStep["builtBy"],
  upLayers: ReadonlyMap<string, readonly string[]>,
  layersUp: LayersUp,
): Promise<Proof> {
  const images = new Map<string, InspectedImage>();
  // An index of several platforms has no layers of its own.
  const checked = targets.filter(({ platforms }) => platforms.length < 2);
  if (checked.length === 0) return { images, failures: [] };
  const result = await runDocker(docker, inspectImages(checked.map(({ image }) => image)));
  const found = parseInspected(result.stdout);
  const replaced = new Map<string, readonly string[]>();
  for (const target of checked) {
    const own = findImage(found, target.image);
    const digest = docker.digests.get(target.name);
    const isOther = own !== null && target.isBase && digest !== undefined && !isImage(own, target, digest);
    const layers = isOther ? await layersUp(target, digest) : null;
    if (layers !== null) replaced.set(target.name, layers);
    else if (own !== null) images.set(target.name, own);
  }
  if (images.size < checked.length && found.length === 0 && !/no such image/i.test(result.stderr)) {
    return { images, failures: [dockerFailure(docker.host, null, result, result.stderr)] };
  }
  const layersOf = (name: string) => images.get(name)?.RootFS?.Layers ?? replaced.get(name) ?? upLayers.get(name);
  const failures = checked.flatMap((target) => {
    const own = images.get(target.name);
    if (own === undefined) return replaced.has(target.name) ? [] : [notHere(target, builtBy)];
    const baseLayers = target.base === null ? undefined : layersOf(target.base);
    return [
      foreignImage(target, own.Config?.Labels ?? {}, docker.digests),
      baseLayers === undefined ? null : notOnBase(target, own.RootFS?.Layers ?? [], baseLayers),
    ].filter((one) => one !== null);
  });
  return { images, failures };
}

const whoBuilds: Record<ProveStep["builtBy"], string> = {
  "an earlier step":
    "an earlier step of this build must have built it on this very docker host, or brought it here: build --load, where the builder keeps its images to itself",
  "this run":
    "something has removed it since, or the builder is another docker host's than DOCKER_HOST or the docker context leads to",
};

/** The failure of an image that is not on this host. */
export function notHere({ name, image }: PlannedTarget, builtBy: ProveStep["builtBy"]): Failure {
  const message = `${formatReference(image)} is not on this host`;
  return failure("missing-image", message, { target: name, hint: whoBuilds[builtBy] });
}

/** The failure of a target that does not stand on its base: whose layers do not begin with the base's. Null if they do. */
export function notOnBase(
  { name, base, bind }: PlannedTarget,
  layers: readonly string[],
  baseLayers: readonly string[],
): Failure | null {
  const at = baseLayers.findIndex((layer, index) => layers[index] !== layer);
  if (at === -1) return null;
  return failure("wrong-base", `does not stand on ${base}: layer ${at + 1} of ${baseLayers.length} differs`, {
    target: name,
    details: [`  ${base}: ${baseLayers[at]}`, `  ${name}: ${layers[at] ?? "no such layer"}`],
    hint: bind.some(({ target }) => target === base)
      ? "an image of its name has changed while this ran, or its builder went by a cache of its own; start a new build"
      : "it is not bound to the image of its base, whose stage was run twice with different results; pass what differs to both as args:",
  });
}

/** Whether an image on the host is the one that has this digest in the target's repository. */
function isImage(image: InspectedImage, { image: { repository } }: PlannedTarget, digest: string): boolean {
  return isSame(image, repositoryDigest(image, repository), { digest, id: null });
}
