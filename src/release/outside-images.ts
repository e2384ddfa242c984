import { lookOnHost } from "../builders/acquire.ts";
import { eachLimited } from "../core/pool.ts";
import { parseReference, type Reference } from "../core/reference.ts";
import { pullImage, repositoryDigest } from "../docker/image-commands.ts";
import { runPatiently } from "../docker/exec.ts";
import { outsideKey, outsidePin } from "../plan/plan.ts";
import type { ResolveStep } from "../plan/steps.ts";
import { Refusal } from "../registry/refusal.ts";
import type { Release } from "./run-state.ts";

const atOnce = 8;

/**
 * Finds out which images stages are FROM: all targets of a run are built on the very same. A registry is asked for the
 * digest alone, which costs no pull. Where it is not to be asked, or cannot be, the host's own image counts, if it has one.
 */
export async function findOutsideImages(context: Release, { images, pull }: ResolveStep): Promise<void> {
  await eachLimited(images, atOnce, async (image) => {
    const reference = parseReference(image);
    if (reference === null) return;
    const digest = pull ? await askRegistry(context, image, reference) : null;
    if (digest !== null) await settleOn(context, image, reference, digest);
    else await settleOnHosts(context, image, reference);
  });
}

async function askRegistry(
  { registries, reporter }: Release,
  image: string,
  { repository, tag }: Reference,
): Promise<string | null> {
  // It is only asked to be sure: what cannot be reached is not waited for.
  const isThere = (await registries.answers(repository.registry)) === "yes";
  const digest = isThere ? await registries.repository(repository).digest(tag) : null;
  if (typeof digest === "string") return digest;
  const why = digest instanceof Refusal ? digest.message : isThere ? "it has no such image" : "it cannot be reached";
  reporter.note(
    `${image}: its registry does not say what it is now (${why}); the image on this host is taken, if there is one`,
  );
  return null;
}

async function settleOn(context: Release, image: string, reference: Reference, digest: string): Promise<void> {
  const { builder, docker, reporter } = context;
  docker.digests.set(outsideKey(image), digest);
  docker.digests.set(outsidePin(image), digest);
  // A builder that cannot be told which image to take takes the host's.
  if (builder === null || builder.binds) return;
  const here = await lookOnHost(docker, reference);
  if (here !== null && repositoryDigest(here, reference.repository) === digest) return;
  await runPatiently(docker, pullImage(reference), `pull ${image}`, reporter.note);
}

/** It is the one that the builder takes by its name. */
async function settleOnHosts({ docker }: Release, image: string, reference: Reference): Promise<void> {
  const here = await lookOnHost(docker, reference);
  if (here === null) return;
  docker.digests.set(outsideKey(image), repositoryDigest(here, reference.repository) ?? here.Id);
}
