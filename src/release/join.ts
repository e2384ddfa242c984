import { differsByPlatform } from "../builders/late-labels.ts";
import { notOnBase } from "../builders/prove.ts";
import { type Failure, failure } from "../core/failure.ts";
import { eachLimited } from "../core/pool.ts";
import { formatReference, type Reference, type Repository } from "../core/reference.ts";
import { findTarget } from "../plan/find-target.ts";
import { isOfTarget, ownLabels } from "../plan/labels.ts";
import { buildTagReferences, type PlannedTarget, type Whole } from "../plan/plan.ts";
import type { JoinStep } from "../plan/steps.ts";
import type { Manifest } from "../registry/client.ts";
import type { Platform } from "../registry/image-config.ts";
import { joinImages, normalPlatform, platformName } from "../registry/manifest-contents.ts";
import { Refusal } from "../registry/refusal.ts";
import { untilThere, writeBuildTag } from "./build-tags.ts";
import { imageAt, note, type Release, type RunState, targetsOf, type UpImage } from "./run-state.ts";

const atOnce = 8;

/** A target that is made of parts, in one of its repositories. */
interface JoinedPlace {
  target: PlannedTarget;
  whole: Whole;
  repository: Repository;
}

/** What is up under a part's tag. */
interface UpPart {
  platform: string;
  reference: Reference;
  manifest: Manifest;
  image: UpImage & { platform: Platform };
}

/**
 * Makes one image of the parts that the agents of a build have published, for every target and repository, or of none:
 * whoever brings the last part finds that all are up. Two that find it at once write the same bytes.
 */
export async function join(context: Release, state: RunState, step: JoinStep): Promise<Failure[]> {
  const places = targetsOf(context.plan, step.targets).flatMap((target): JoinedPlace[] => {
    const { partOf: whole } = target;
    return whole === null ? [] : buildTagReferences(target).map(({ repository }) => ({ target, whole, repository }));
  });
  const parts = new Map<JoinedPlace, UpPart[]>();
  const missing: { target: string; reference: Reference }[] = [];
  const failures: Failure[] = [];
  await eachLimited(places, atOnce, async (at) => {
    const found: UpPart[] = [];
    for (const { platform, tag } of at.whole.parts) {
      const reference = { repository: at.repository, tag };
      const isOwn = at.target.platforms.includes(platform);
      const what = { what: at.target.name, why: "its part cannot be read yet" };
      // Another agent that finishes at the same time does not see ours yet, either.
      const asking = isOwn ? { ...what, say: context.reporter.note } : { ...what, say: () => undefined, tries: 2 };
      const up = await untilThere(context, asking, () => findPart(context, at.target, platform, reference));
      if (up === null && isOwn) failures.push(unread(at, reference));
      else if (up === null) missing.push({ target: at.target.name, reference });
      else if ("code" in up) failures.push(up);
      else found.push(up);
    }
    parts.set(at, found);
  });
  if (failures.length > 0) return failures;
  if (missing.length > 0) return waitForOthers(context, state, step, missing);
  failures.push(...(await standingElsewhere(context, parts)));
  if (failures.length > 0) return failures;
  const digests = new Map<string, string>();
  await eachLimited(places, atOnce, async (at) => {
    const made = await publishWhole(context, state, at, parts.get(at)!);
    if (typeof made !== "string") failures.push(made);
    else if ((digests.get(at.target.name) ?? made) !== made) failures.push(unlike(at, made));
    else digests.set(at.target.name, made);
  });
  for (const [name, digest] of digests) context.docker.digests.set(name, digest);
  return failures;
}

function unread({ target }: JoinedPlace, reference: Reference): Failure {
  const message = `${formatReference(reference)} was published but cannot be read`;
  return failure("missing-image", message, { target: target.name, hint: "run the same again: it joins what is up" });
}

/** The image of a part; null where it is not up. One of another build, or for another platform, is refused. */
async function findPart(
  { docker, registries }: Pick<Release, "docker" | "registries">,
  target: PlannedTarget,
  platform: string,
  reference: Reference,
): Promise<UpPart | Failure | null> {
  const name = formatReference(reference);
  const up = await imageAt(registries.repository(reference.repository), reference.tag);
  if (up instanceof Refusal) return failure(up.code, up.message, { target: target.name, hint: up.hint });
  if (up === null) return null;
  const { labels, platform: own } = up.image;
  if (own === null || platformName(own) !== normalPlatform(platform)) {
    const message = `${name} is for ${own === null ? "no platform that it says" : platformName(own)}`;
    return failure("foreign-image", message, { target: target.name, hint: "start a new build" });
  }
  const isOfBuild = labels[ownLabels.buildTag] === reference.tag || isUsedAgain(target, labels, docker.digests);
  if (!isOfTarget(target, labels) || !isOfBuild) {
    const message = `${name} was not built by this build`;
    return failure("foreign-image", message, {
      target: target.name,
      hint: "somebody else has used its name; start a new build",
    });
  }
  return { platform, reference, manifest: up.manifest, image: { ...up.image, platform: own } };
}

/** An earlier build's image differs in nothing but what another platform brings with it. */
function isUsedAgain(
  target: PlannedTarget,
  labels: Readonly<Record<string, string>>,
  digests: ReadonlyMap<string, string>,
): boolean {
  const isComparable = (labels[ownLabels.inputs] ?? "") !== "" && target.inputs.unknown === null;
  return isComparable && differsByPlatform(target, labels, digests);
}

/** Nothing moves until all is up. Whoever was asked to join has nothing else to do. */
function waitForOthers(
  { reporter }: Release,
  state: RunState,
  { isAsked }: JoinStep,
  missing: readonly { target: string; reference: Reference }[],
): Failure[] {
  state.isPartial = true;
  const names = missing.map(({ reference }) => formatReference(reference));
  const [first] = missing;
  if (!isAsked) {
    reporter.note(
      `not joined yet: ${names.join(", ")} ${names.length === 1 ? "is" : "are"} not up; the run that brings the last part joins them and moves the tags`,
    );
    return [];
  }
  const hint = "wait for the agent that builds it, or run its pipeline again; nothing was joined";
  const others = names.slice(1).map((name) => `  nor is ${name}`);
  return [failure("missing-image", `${names[0]} is not up`, { target: first!.target, hint, details: others })];
}

/** Each part has to stand on its base's part for the same platform, which other steps may have published. */
async function standingElsewhere(context: Release, parts: ReadonlyMap<JoinedPlace, UpPart[]>): Promise<Failure[]> {
  const bases = new Map<string, Promise<UpPart | Failure | null>>();
  const baseOf = (base: PlannedTarget, platform: string) => {
    const tag = base.partOf?.parts.find((part) => part.platform === platform)?.tag;
    const [home] = buildTagReferences(base);
    if (tag === undefined || home === undefined) return null;
    const reference = { ...home, tag };
    const name = formatReference(reference);
    const asked = bases.get(name) ?? findPart(context, base, platform, reference);
    bases.set(name, asked);
    return asked;
  };
  const failures: Failure[] = [];
  await eachLimited([...parts], atOnce, async ([{ target }, own]) => {
    const base = findTarget(context.plan, target.base);
    if (base === undefined) return;
    for (const { platform, image } of own) {
      const under = await baseOf(base, platform);
      if (under === null) continue;
      const wrong = "code" in under ? under : notOnBase(target, image.layers, under.image.layers);
      if (wrong !== null) failures.push({ ...wrong, message: `${wrong.message} (${platform})` });
    }
  });
  return failures;
}

/** Writes the joined image under the build tag, unless it is there. Returns its digest. */
async function publishWhole(
  context: Release,
  state: RunState,
  { target, whole, repository }: JoinedPlace,
  parts: readonly UpPart[],
): Promise<string | Failure> {
  const client = context.registries.repository(repository);
  const reference = { repository, tag: whole.buildTag };
  const name = formatReference(reference);
  const manifest = joinImages(
    parts.map((part) => ({ manifest: part.manifest, platform: part.image.platform })),
    target.annotations,
  );
  const written = await writeBuildTag(context, client, { name, tag: reference.tag }, manifest);
  if (written instanceof Refusal) {
    const hint = written.hint ?? "all parts are up: the same run again, or join, makes one image of them";
    return failure(written.code, `${name} cannot be written: ${written.message}`, { target: target.name, hint });
  }
  if (written.digest !== manifest.digest)
    return failure("other-image", `${name} is up already, joined of other images`, {
      target: target.name,
      hint: "a build tag stands for one image; start a new build",
    });
  if (written.isNew)
    context.reporter.note(`${target.name}: joined ${name} of ${parts.map(({ platform }) => platform).join(", ")}`);
  state.named.set(name, manifest);
  const { status = "built", published = [] } = state.outcomes.get(target.name) ?? {};
  note(state, target.name, status, { digest: manifest.digest, published: [...published, reference] });
  return manifest.digest;
}

function unlike({ target, repository, whole }: JoinedPlace, digest: string): Failure {
  const name = formatReference({ repository, tag: whole.buildTag });
  const message = `${name} would be ${digest}, other than in the target's other repositories`;
  return failure("other-image", message, { target: target.name, hint: "start a new build" });
}
