import { lookOnHost } from "../builders/acquire.ts";
import { eachLimited } from "../core/pool.ts";
import type { Failure } from "../core/failure.ts";
import { digestInName, parseReference, type Reference } from "../core/reference.ts";
import { pullImage, repositoryDigest } from "../docker/image-commands.ts";
import { runPatiently } from "../docker/exec.ts";
import { outsideImages, outsideKey, outsidePin, type PlannedTarget } from "../plan/plan.ts";
import type { ResolveStep } from "../plan/steps.ts";
import { Refusal } from "../registry/refusal.ts";
import { imageAt, type Release, type RunState } from "./run-state.ts";

const atOnce = 8;

/**
 * Finds out which images stages are FROM: all targets of a run are built on the very same. A registry is asked for the
 * digest alone, which costs no pull. Where it is not to be asked, or cannot be, the host's own image counts, if it has one.
 */
export async function findOutsideImages(context: Release, step: ResolveStep): Promise<void> {
  await askOutsideImages(context, step, async (image, reference, untold) => {
    const then =
      context.builder?.store === "registry"
        ? "the builder takes what it finds"
        : "the image on this host is taken, if there is one";
    if (untold !== null)
      context.reporter.note(`${image}: its registry does not say what it is now (${untold.message}); ${then}`);
    await settleOnHosts(context, image, reference);
  });
}

/** Why a registry does not say what an image from outside is now. */
export type Untold = Pick<Failure, "code" | "message">;

/** Asks the registries alone, and hands on what they do not tell: with null what they are not to be asked. */
export async function askOutsideImages(
  { registries, docker: { digests } }: Pick<Release, "registries"> & { docker: Pick<Release["docker"], "digests"> },
  { images, pull }: ResolveStep,
  otherwise: (image: string, reference: Reference, untold: Untold | null) => Promise<void>,
): Promise<void> {
  await eachLimited(images, atOnce, async (image) => {
    const reference = withoutDigest(image);
    if (reference === null) return;
    const digest = digestInName(image) ?? (pull ? await askRegistry(registries, reference) : null);
    if (typeof digest !== "string") await otherwise(image, reference, digest);
    else for (const key of [outsideKey(image), outsidePin(image)]) digests.set(key, digest);
  });
}

function withoutDigest(image: string): Reference | null {
  return parseReference(image.replace(/@.*/s, ""));
}

async function askRegistry(
  registries: Release["registries"],
  { repository, tag }: Reference,
): Promise<string | Untold> {
  // It is only asked to be sure: what cannot be reached is not waited for.
  const isThere = (await registries.answers(repository.registry)) === "yes";
  if (!isThere) return { code: "registry-down", message: "it cannot be reached" };
  const digest = await registries.repository(repository).digest(tag);
  return digest ?? { code: "missing-image", message: "it has no such image" };
}

/** Brings them to the host for a builder that cannot be told which image to take, and takes the host's. */
export async function bringOutsideImages(context: Release, targets: readonly PlannedTarget[]): Promise<void> {
  const { docker, reporter } = context;
  for (const image of new Set(targets.flatMap(outsideImages))) {
    const [reference, digest] = [withoutDigest(image), docker.digests.get(outsidePin(image))];
    if (reference === null || digest === undefined || digestInName(image) !== null) continue;
    const here = await lookOnHost(docker, reference);
    if (here !== null && repositoryDigest(here, reference.repository) === digest) continue;
    await runPatiently(docker, pullImage(reference), `pull ${image}`, reporter.note);
  }
}

/**
 * Forgets those of which it is not known what they do to an image that is built on them: what an ONBUILD trigger reads is not
 * seen. Such an image gets no inputs, so that it is never used again. Only who builds has to ask, as that reads manifests.
 */
export async function forgetTriggering(
  { docker, registries }: Release,
  { understood }: Pick<RunState, "understood">,
  targets: readonly PlannedTarget[],
): Promise<void> {
  const comparable = targets.filter(({ inputs }) => inputs.unknown === null);
  const isOpen = (image: string) => docker.digests.has(outsideKey(image)) && !understood.has(image);
  await eachLimited([...new Set(comparable.flatMap(outsideImages))].filter(isOpen), atOnce, async (image) => {
    const [reference, digest] = [withoutDigest(image), docker.digests.get(outsidePin(image))];
    if (reference === null || digest === undefined) return;
    const up = await imageAt(registries.repository(reference.repository), digest);
    if (up === null || up instanceof Refusal || up.image.hasTriggers) docker.digests.delete(outsideKey(image));
    else understood.add(image);
  });
}

/** It is the one that the builder takes by its name. */
async function settleOnHosts({ builder, docker }: Release, image: string, reference: Reference): Promise<void> {
  // What another builder takes by a name nobody tells.
  if (builder?.store === "registry") return;
  const here = await lookOnHost(docker, reference);
  if (here === null || (here.Config?.OnBuild ?? []).length > 0) return;
  docker.digests.set(outsideKey(image), repositoryDigest(here, reference.repository) ?? here.Id);
}
