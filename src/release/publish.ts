import { lookOnHost } from "../builders/acquire.ts";
import { otherThanPlanned } from "../builders/identity.ts";
import { notHere } from "../builders/prove.ts";
import { type Failure, failure } from "../core/failure.ts";
import { eachLimited } from "../core/pool.ts";
import { formatReference, type Reference, type Repository } from "../core/reference.ts";
import { runPatiently } from "../docker/exec.ts";
import { dockerFailure } from "../docker/why-failed.ts";
import {
  copyByHost,
  isSame,
  nameManifest,
  printedDigest,
  pullImage,
  pushImage,
  repositoryDigest,
  tagImage,
} from "../docker/image-commands.ts";
import type { Invocation } from "../docker/invocation.ts";
import { buildTagReferences, type PlannedTarget } from "../plan/plan.ts";
import { contentsOf } from "../registry/manifest-contents.ts";
import { Refusal } from "../registry/refusal.ts";
import { imageAt, note, type Release, type RunState, targetsOf } from "./run-state.ts";

/** Pushes side by side: more of them only fight for the line. */
const atOnce = 4;

/**
 * Publishes images of the host under their build tags, side by side, but one repository of an image after the other: layers
 * that are up are mounted into the next. A build tag is written only where there is none.
 */
export function publish(context: Release, state: RunState, targets: readonly string[]): Promise<Failure[]> {
  return untilOneFails(context, state, targets, atOnce, (target) => publishTarget(context, state, target));
}

/** Does something with each target that is not up, side by side, and begins with no other once one has failed. */
export async function untilOneFails(
  { plan }: Release,
  { up }: RunState,
  targets: readonly string[],
  limit: number,
  act: (target: PlannedTarget) => Promise<Failure | null>,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  const missing = targetsOf(plan, targets).filter(({ name }) => !up.has(name));
  await eachLimited(missing, limit, async (target) => {
    const failed = failures.length > 0 ? null : await act(target);
    if (failed !== null) failures.push(failed);
  });
  return failures;
}

async function publishTarget(context: Release, state: RunState, target: PlannedTarget): Promise<Failure | null> {
  const published: Reference[] = [];
  for (const reference of buildTagReferences(target)) {
    const digest = await publishOnce(context, state, target, reference, published.length === 0);
    if (typeof digest === "object" && digest !== null) return digest;
    published.push(reference);
    // What docker calls an image by is its digest in the first repository.
    if (digest !== null && (published.length === 1 || !context.docker.digests.has(target.name))) {
      context.docker.digests.set(target.name, digest);
    }
    note(state, target.name, "built", {
      digest: context.docker.digests.get(target.name) ?? null,
      published: [...published],
    });
  }
  return null;
}

/** Publishes under one build tag, or takes what is up under it. Returns the digest, null where nobody says it. */
async function publishOnce(
  context: Release,
  state: RunState,
  target: PlannedTarget,
  reference: Reference,
  isFirst: boolean,
): Promise<string | null | Failure> {
  const { docker, registries, reporter } = context;
  const client = registries.repository(reference.repository);
  const manifest = await client.manifest(reference.tag);
  // A laptop's build tag stands for whatever its work tree was last: it is written anew.
  const isFinal = context.plan.event.buildNumber !== null;
  if (!isFinal || manifest === null || manifest instanceof Refusal) {
    const started = docker.host.now();
    const digest = await push(context, target, reference);
    const took = docker.host.now() - started;
    if (digest === null || typeof digest === "string") {
      state.settled.set(target.name, { at: started + took, took });
      const text = `pushed ${formatReference(reference)}`;
      reporter.progress({ target: target.name, kind: "push", text, seconds: took / 1000 });
    }
    return digest;
  }
  const up = await client.image(manifest);
  const own = state.onHost.get(target.name) ?? (await lookOnHost(context.docker, reference));
  const theirs = { digest: manifest.digest, id: up instanceof Refusal ? null : up.digest };
  if (own !== null && isSame(own, repositoryDigest(own, reference.repository), theirs)) return manifest.digest;
  // What is only published may have something standing on it already; what is up in another repository is final there.
  if (target.isBase && context.builder !== null && isFirst) return takeOver(context, state, target, reference);
  return otherImage(target, reference);
}

/** A build tag never changes: what is up under it must be the very image that is to be published. */
export function otherImage({ name }: PlannedTarget, reference: Reference): Failure {
  const message = `${formatReference(reference)} is up already, as another image than the one on this host`;
  const hint = "another step of this build has published it, from a host of its own; start a new build";
  return failure("other-image", message, { target: name, hint });
}

/** Another host of this build has published the base: everything is built on that one from now on. */
export async function takeOver(
  context: Release,
  state: RunState,
  target: PlannedTarget,
  reference: Reference,
): Promise<string | null | Failure> {
  const { docker, reporter } = context;
  reporter.note(`${target.name}: another host has published ${formatReference(reference)} meanwhile; taking that one`);
  if (context.builder?.store === "registry") return takeOverInRegistry(context, state, target, reference);
  const started = docker.host.now();
  const ended = await attempt(context, target, pullImage(reference), `pull ${formatReference(reference)}`);
  if (typeof ended !== "string") return ended;
  const at = docker.host.now();
  const image = await lookOnHost(docker, reference);
  const foreign =
    image === null
      ? notHere(target, "an earlier step")
      : otherThanPlanned(target, image.Config?.Labels ?? {}, docker.digests);
  if (foreign !== null) return foreign;
  // Its other names on this host are still those of our own image, and are published next.
  for (const other of buildTagReferences(target).filter((one) => formatReference(one) !== formatReference(reference))) {
    const named = await attempt(context, target, tagImage(reference, other), `tag ${formatReference(other)}`);
    if (typeof named !== "string") return named;
  }
  const digest = printedDigest(ended);
  state.settled.set(target.name, { at, took: at - started });
  if (digest !== null) docker.digests.set(target.name, digest);
  return digest;
}

/** The builder finds it there by its digest. */
async function takeOverInRegistry(
  { docker, registries }: Release,
  state: RunState,
  target: PlannedTarget,
  { repository, tag }: Reference,
): Promise<string | Failure> {
  const started = docker.host.now();
  const up = await imageAt(registries.repository(repository), tag);
  if (up instanceof Refusal) return failure(up.code, up.message, { target: target.name, hint: up.hint });
  const foreign =
    up === null ? otherImage(target, { repository, tag }) : otherThanPlanned(target, up.image.labels, docker.digests);
  if (foreign !== null) return foreign;
  const at = docker.host.now();
  state.settled.set(target.name, { at, took: at - started });
  docker.digests.set(target.name, up!.manifest.digest);
  return up!.manifest.digest;
}

/**
 * Gives an image that is up in one repository to others. What its digest names is copied, as a tag may move, or stand for
 * more: an image out of an index is copied by the registries, since an engine may send it as another manifest.
 */
export async function copyImage(
  context: Release,
  target: PlannedTarget,
  { repository, digest, isInner = false }: { repository: Repository; digest: string; isInner?: boolean },
  to: readonly Reference[],
): Promise<Failure[]> {
  if (to.length === 0) return [];
  const from = `${repository.name}@${digest}`;
  const isByRegistry = isInner || context.builder?.store === "registry" || (await isIndex(context, repository, digest));
  const commands = isByRegistry ? [nameManifest(from, to)] : copyByHost(repository, digest, to);
  for (const command of commands) {
    const ended = await attempt(context, target, command, `copy ${from}`);
    if (typeof ended !== "string") return [ended];
  }
  return [];
}

/** Of an index an engine sends the image of its own platform alone. */
async function isIndex({ registries }: Release, repository: Repository, digest: string): Promise<boolean> {
  const manifest = await registries.repository(repository).manifest(digest);
  return manifest !== null && !(manifest instanceof Refusal) && contentsOf(manifest).platforms !== null;
}

async function push(context: Release, target: PlannedTarget, reference: Reference): Promise<string | null | Failure> {
  const ended = await attempt(context, target, pushImage(reference), `push ${formatReference(reference)}`);
  return typeof ended === "string" ? printedDigest(ended) : ended;
}

/** Runs one process that talks to a registry; returns what it printed. */
export async function attempt(
  { docker, reporter }: Release,
  { name }: PlannedTarget,
  invocation: Invocation,
  what: string,
): Promise<string | Failure> {
  const { result, text } = await runPatiently(docker, invocation, what, reporter.note);
  return result.exitCode === 0 ? result.stdout : dockerFailure(docker.host, name, result, text);
}
