import type { Failure } from "../core/failure.ts";
import { formatReference, type Reference } from "../core/reference.ts";
import { type DockerContext, runDocker, runPatiently } from "../docker/exec.ts";
import { dockerFailure } from "../docker/why-failed.ts";
import {
  findImage,
  type InspectedImage,
  inspectImages,
  isSame,
  parseInspected,
  printedDigest,
  pullImage,
  repositoryDigest,
} from "../docker/image-commands.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import type { Reporter } from "../report/reporter.ts";
import { foreignImage, otherInputs } from "./identity.ts";
import { notHere } from "./prove.ts";

/** What the registry was found to hold under a target's build tag: an image of that digest, nothing, or nobody could tell. */
export type InRegistry = { digest: string; id: string | null } | "nothing" | "unknown";

/** What the search for a base has come to: it is up and on this host, on this host alone as far as is known, or nowhere. */
export type Acquired = "up" | "here" | "missing";

/**
 * Looks for a base that an earlier step of this build has built: on this host, else in the registry, from where it is
 * pulled once per host. What is found is used only if it is this build's own and the same that the registry holds.
 */
export async function acquire(
  docker: DockerContext,
  target: PlannedTarget,
  inRegistry: InRegistry,
  reporter: Reporter,
): Promise<Acquired | Failure> {
  const image = formatReference(target.image);
  const found = (own: InspectedImage, digest: string | null, where: string): Failure | null => {
    const labels = own.Config?.Labels ?? {};
    const foreign = foreignImage(target, labels, docker.digests) ?? otherInputs(target, labels, docker.digests);
    if (foreign !== null) return foreign;
    reporter.note(`${target.name}: ${where}`);
    if (digest !== null) docker.digests.set(target.name, digest);
    return null;
  };
  const here = await lookOnHost(docker, target.image);
  const useHere = () => found(here!, digestIn(here!, target), `${image} is on this host`);
  if (here !== null) {
    if (typeof inRegistry === "object") {
      if (isSame(here, digestIn(here, target), inRegistry)) return useHere() ?? "up";
      reporter.note(
        `${target.name}: the registry has another ${image} than this host, from another host of this build`,
      );
    } else if (inRegistry === "nothing" || !target.push) {
      return useHere() ?? "here";
    }
  }
  if (target.places.length === 0 || inRegistry === "nothing") return "missing";
  const { result, text } = await runPatiently(docker, pullImage(target.image), `pull ${image}`, reporter.note);
  if (result.exitCode !== 0) {
    const failed = dockerFailure(docker.host, target.name, result, text);
    // A registry that says no tells neither that there is nothing nor that there is: on a pull request nobody is logged in.
    const tellsNothing = failed.code === "missing-image" || failed.code === "unauthorized";
    if (!tellsNothing || inRegistry !== "unknown") return failed;
    return here === null ? "missing" : (useHere() ?? "here");
  }
  const pulled = await lookOnHost(docker, target.image);
  if (pulled === null) return notHere(target, "an earlier step");
  return found(pulled, printedDigest(result.stdout), `pulled ${image}`) ?? "up";
}

/** The image of this name on the host; null where there is none. */
export async function lookOnHost(docker: DockerContext, image: Reference): Promise<InspectedImage | null> {
  const result = await runDocker(docker, inspectImages([image]));
  return findImage(parseInspected(result.stdout), image);
}

/** The digest that the host knows of an image in the target's first repository. */
export function digestIn(image: InspectedImage, { places }: PlannedTarget): string | null {
  const [first] = places;
  return first === undefined ? null : repositoryDigest(image, first.repository);
}
