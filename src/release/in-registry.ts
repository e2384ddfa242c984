import { foreignImage } from "../builders/identity.ts";
import { notOnBase } from "../builders/prove.ts";
import { type Failure, failure } from "../core/failure.ts";
import { eachLimited } from "../core/pool.ts";
import { formatReference, type Reference } from "../core/reference.ts";
import { findTarget } from "../plan/find-target.ts";
import { buildTagReferences, type PlannedTarget } from "../plan/plan.ts";
import type { ProveStep, PushStep } from "../plan/steps.ts";
import { contentsOf, platformName } from "../registry/manifest-contents.ts";
import { Refusal } from "../registry/refusal.ts";
import { untilThere, writeBuildTag } from "./build-tags.ts";
import { copyImage, otherImage, takeOver, untilOneFails } from "./publish.ts";
import { imageAt, note, type Release, type RunState, targetsOf, type UpImage } from "./run-state.ts";

/**
 * What is done where the registry is the store, as the builder keeps what it builds to itself: it has sent the images there
 * without a tag, and all that is known of them is their digests.
 */

const atOnce = 8;

/** Whether a base is up, to be found by the builder; the failure of one of which that cannot be told. */
export function findBase({ inRegistry }: RunState, { name }: PlannedTarget): "up" | "missing" | Failure {
  const found = inRegistry.get(name) ?? "unknown";
  if (typeof found === "object") return "up";
  if (found === "nothing") return "missing";
  const message = "whether it is up cannot be told, as its registry does not let us look";
  const hint = "the builder finds what it builds on in the registry alone; give its credentials under registries:";
  return failure("unauthorized", message, { target: name, hint });
}

/** Proves by what the registry holds that images are this build's own and that each stands on its base. */
export async function proveInRegistry(context: Release, state: RunState, step: ProveStep): Promise<Failure[]> {
  const looked = new Map<string, Promise<SentImages | Failure>>();
  const look = (target: PlannedTarget) => {
    const asked = looked.get(target.name) ?? sentImage(context, target);
    looked.set(target.name, asked);
    return asked;
  };
  const failures: Failure[] = [];
  await eachLimited(targetsOf(context.plan, step.targets), atOnce, async (target) => {
    if (state.up.has(target.name) || !context.docker.digests.has(target.name)) return;
    const images = await look(target);
    const base = findTarget(context.plan, target.base);
    const below = base === undefined || !context.docker.digests.has(base.name) ? null : await look(base);
    if ("code" in images) failures.push(images);
    else if (below !== null && "code" in below) failures.push(below);
    else failures.push(...proveEach(context, target, images, below));
  });
  return failures;
}

/** The images of a target by their platforms, `linux/arm64`: one, or all of an index. */
type SentImages = ReadonlyMap<string, UpImage>;

/** Each is this build's, and stands on the base's image of its platform; the first failure of any will do. */
function proveEach(
  { docker }: Release,
  target: PlannedTarget,
  images: SentImages,
  below: SentImages | null,
): readonly Failure[] {
  for (const [platform, image] of images) {
    const failures = [
      foreignImage(target, image.labels, docker.digests),
      below === null ? null : notOnAny(target, platform, image, below, images.size === 1),
    ].filter((one) => one !== null);
    if (failures.length > 0) return failures;
  }
  return [];
}

/** The failure of an image that stands on none of its base's. Where there is one of each their layers alone tell. */
function notOnAny(
  target: PlannedTarget,
  platform: string,
  { layers }: UpImage,
  below: SentImages,
  isOnly: boolean,
): Failure | null {
  const base = isOnly && below.size === 1 ? [...below.values()][0] : below.get(platform);
  if (base !== undefined) return notOnBase(target, layers, base.layers);
  const hint = `write the same platforms: for both, as ${target.name} can be proved on the base's image of its own platform alone`;
  return failure("wrong-base", `cannot stand on ${target.base}, which has no image for ${platform}`, {
    target: target.name,
    hint,
  });
}

/** What the builder has sent, or what was up. */
async function sentImage(context: Release, target: PlannedTarget): Promise<SentImages | Failure> {
  const digest = context.docker.digests.get(target.name)!;
  const client = context.registries.repository(target.image.repository);
  const up = await sent(context, target, () => imageAt(client, digest));
  if (up instanceof Refusal) return refusedAt(target, up);
  if (up === null) return notSent(target, digest);
  const found = new Map<string, UpImage>();
  const { platforms } = contentsOf(up.manifest);
  if (platforms === null) found.set(platformName(up.image.platform ?? {}), up.image);
  for (const [platform, own] of platforms ?? []) {
    const one = await sent(context, target, () => imageAt(client, own));
    if (one instanceof Refusal) return refusedAt(target, one);
    if (one === null) return notSent(target, own);
    found.set(platform, one.image);
  }
  return found;
}

/** Gives what the builder has sent its build tag. That is written only where there is none: a base is taken over, else. */
export function nameImages(context: Release, state: RunState, { targets }: PushStep): Promise<Failure[]> {
  return untilOneFails(context, state, targets, atOnce, (target) => nameImage(context, state, target));
}

async function nameImage(context: Release, state: RunState, target: PlannedTarget): Promise<Failure | null> {
  const { docker } = context;
  const published: Reference[] = [];
  for (const reference of buildTagReferences(target)) {
    const started = docker.host.now();
    const named = await nameOnce(context, state, target, reference, published.length === 0);
    if (named !== null) return named;
    const at = docker.host.now();
    if (!state.settled.has(target.name)) state.settled.set(target.name, { at, took: at - started });
    published.push(reference);
    note(state, target.name, "built", { digest: docker.digests.get(target.name) ?? null, published: [...published] });
  }
  return null;
}

async function nameOnce(
  context: Release,
  state: RunState,
  target: PlannedTarget,
  reference: Reference,
  isFirst: boolean,
): Promise<Failure | null> {
  const { docker, registries, reporter } = context;
  const client = registries.repository(reference.repository);
  const digest = docker.digests.get(target.name);
  if (digest === undefined) {
    return failure("unknown", "the builder does not say which digest it has", { target: target.name });
  }
  const started = docker.host.now();
  const manifest = await sent(context, target, () => client.manifest(digest));
  if (manifest instanceof Refusal) return refusedAt(target, manifest);
  // What was taken over is not in the other repositories.
  if (manifest === null && !isFirst) {
    const [failed] = await copyImage(context, target, { repository: target.image.repository, digest }, [reference]);
    return failed ?? null;
  }
  if (manifest === null) return notSent(target, digest);
  const name = formatReference(reference);
  const written = await writeBuildTag(context, client, { name, tag: reference.tag }, manifest);
  if (written instanceof Refusal) return refusedAt(target, written);
  if (written.digest === digest) {
    const seconds = (docker.host.now() - started) / 1000;
    reporter.progress({ target: target.name, kind: "push", text: `published ${name}`, seconds });
    return null;
  }
  if (!target.isBase || !isFirst) return otherImage(target, reference);
  const taken = await takeOver(context, state, target, reference);
  return taken !== null && typeof taken === "object" ? taken : null;
}

/** What was just sent. */
function sent<T>(context: Release, { name }: PlannedTarget, ask: () => Promise<T | null>): Promise<T | null> {
  const why = "it was sent but cannot be read yet";
  return untilThere(context, { what: name, say: context.reporter.note, why, tries: 3 }, ask);
}

function refusedAt({ name }: PlannedTarget, { code, message, hint }: Refusal): Failure {
  return failure(code, message, {
    target: name,
    hint: hint ?? "what the builder has sent is named and proved by the registry's own API, which has to be open to us",
  });
}

function notSent({ name, image }: PlannedTarget, digest: string): Failure {
  const message = `${image.repository.name}@${digest} is not in the registry, though the builder has sent it`;
  return failure("missing-image", message, { target: name, hint: "something has removed it; start a new build" });
}
