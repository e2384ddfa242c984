import { type BuildTagParts, buildTagParts, withoutAffixes } from "../core/build-tag.ts";
import { type Failure, failure } from "../core/failure.ts";
import { eachLimited } from "../core/pool.ts";
import { describePromoted, type PromotedBuild } from "../core/promoted-build.ts";
import { formatReference, type Reference } from "../core/reference.ts";
import { nameManifest } from "../docker/image-commands.ts";
import { logIn } from "../docker/login.ts";
import { ownLabels } from "../plan/labels.ts";
import { buildTagReferences, type PlannedTarget } from "../plan/plan.ts";
import type { ResolveStep } from "../plan/steps.ts";
import { Refusal } from "../registry/refusal.ts";
import { lookUp, twoImages } from "./already-published.ts";
import { attempt } from "./publish.ts";
import { note, type Release, type RunState, targetsOf, type UpImage } from "./run-state.ts";

const atOnce = 8;

/** A target's image in the promoted build, and the repositories that have none of it yet. */
interface Found {
  target: PlannedTarget;
  from: Reference;
  image: UpImage;
  missing: Reference[];
}

/**
 * Finds the images of the build that is promoted. One that is missing ends the run before any tag has moved. Only the
 * registry is asked; docker copies an image where one of the repositories does not have it.
 */
export async function findPromoted(
  context: Release,
  state: RunState,
  { targets: names }: ResolveStep,
  promoted: PromotedBuild,
): Promise<Failure[]> {
  const targets = targetsOf(context.plan, names);
  const tags = await tagsOfBuild(context, targets, promoted);
  if (!(tags instanceof Map)) return [tags];
  const found: Found[] = [];
  const failures: Failure[] = [];
  await eachLimited(targets, atOnce, async (target) => {
    const image = await find(context, target, tags.get(target.name)!);
    if ("code" in image) failures.push(image);
    else found.push(image);
  });
  if (failures.length > 0) return failures;
  for (const one of found) {
    const failed = await copy(context, one);
    if (failed !== null) return [failed];
    const { target, from, image } = one;
    state.promoted.set(target.name, from.tag);
    context.docker.digests.set(target.name, image.manifest);
    note(state, target.name, "promoted", { digest: image.manifest, cached: true });
    context.reporter.note(`${target.name}: promoting ${formatReference(from)}, ${image.manifest.slice(0, 19)}`);
  }
  return [];
}

async function find({ registries }: Release, target: PlannedTarget, tag: string): Promise<Found | Failure> {
  const looked = await lookUp(
    registries,
    buildTagReferences(target).map(({ repository }) => ({ repository, tag })),
  );
  if (looked instanceof Refusal) return unread(target, looked);
  const { up, missing } = looked;
  const [first] = up;
  if (first === undefined) return notUp(target, missing[0]!);
  const differing = twoImages(target, up);
  if (differing !== null) return differing;
  const [theirs, own] = [first.image.labels, target.labels].map((labels) => labels[ownLabels.repository] ?? "");
  if (theirs !== "" && own !== "" && theirs !== own) {
    const message = `${formatReference(first.reference)} is an image of ${theirs}, not of ${own}`;
    return failure("foreign-image", message, { target: target.name, hint: "promote a build of this repository" });
  }
  return { target, from: first.reference, image: first.image, missing };
}

/** What nobody can read nobody can promote: unlike a build's own, the image need not be on this host. */
function unread({ name }: PlannedTarget, { code, message, hint }: Refusal): Failure {
  return failure(code, message, { target: name, hint });
}

function notUp({ name }: PlannedTarget, reference: Reference): Failure {
  const message = `${formatReference(reference)} is not in the registry, so that this build cannot be promoted`;
  const hint =
    "run that build again, so that it publishes all its images, or choose another one with promote --from <build>; --no-promote builds anew";
  return failure("missing-image", message, { target: name, hint });
}

/** Where the registries differ the layers have to be sent; within one the registry finds that it has them. */
async function copy(context: Release, { target, from, image, missing }: Found): Promise<Failure | null> {
  if (missing.length === 0) return null;
  for (const step of context.plan.steps) {
    const failures = step.kind === "login" ? await logIn(context.docker, step, context.reporter.note) : [];
    if (failures.length > 0) return failures[0]!;
  }
  const command = nameManifest(`${from.repository.name}@${image.manifest}`, missing);
  const ended = await attempt(context, target, command, `copy ${formatReference(from)}`);
  return typeof ended === "string" ? null : ended;
}

/** The build tag that each target's image has in the promoted build. */
async function tagsOfBuild(
  context: Release,
  targets: readonly PlannedTarget[],
  promoted: PromotedBuild,
): Promise<Map<string, string> | Failure> {
  const planned = new Map(targets.map(({ name, image }) => [name, image.tag]));
  if (promoted.by === "build tag" || (promoted.by === "parent" && (await isAnyUp(context, targets)))) return planned;
  const builds = await listBuilds(context, targets);
  if (!(builds instanceof Map)) return builds;
  const chosen = choose(context, targets, promoted, builds);
  if (chosen === "planned") return planned;
  if ("code" in chosen) return chosen;
  return new Map(
    targets.map(({ name, buildAffixes: { prefix, suffix } }) => [
      name,
      chosen.tags.get(name) ?? `${prefix}${chosen.core}${suffix}`,
    ]),
  );
}

async function isAnyUp({ registries }: Release, targets: readonly PlannedTarget[]): Promise<boolean> {
  for (const { image } of targets) {
    // What cannot be told is told by those who look for each image.
    if ((await registries.repository(image.repository).digest(image.tag)) !== null) return true;
  }
  return false;
}

/** A build that has images up, and under which tags. */
interface KnownBuild extends BuildTagParts {
  core: string;
  tags: Map<string, string>;
}

/** The builds that have an image of some target up, by commit and number: a long branch is cut where affixes are long. */
async function listBuilds(
  { registries }: Release,
  targets: readonly PlannedTarget[],
): Promise<Map<string, KnownBuild> | Failure> {
  const builds = new Map<string, KnownBuild>();
  const failures: Failure[] = [];
  await eachLimited(targets, atOnce, async (target) => {
    const tags = await registries.repository(target.image.repository).tags();
    if (tags instanceof Refusal) {
      const hint = "write the whole build tag, which needs no list: promote --from <build tag>";
      const message = `which build to promote cannot be told: ${tags.message}`;
      failures.push(failure(tags.code, message, { target: target.name, hint }));
      return;
    }
    for (const tag of tags) {
      const core = withoutAffixes(tag, target.buildAffixes);
      const parts = core === null ? null : buildTagParts(core);
      if (core === null || parts === null) continue;
      const id = `${parts.sha}-${parts.number}`;
      const build = builds.get(id) ?? { ...parts, core, tags: new Map<string, string>() };
      builds.set(id, build);
      build.tags.set(target.name, tag);
    }
  });
  return failures[0] ?? builds;
}

/** The build that is meant; `planned` where there is none, so that it is said which images are missing. */
function choose(
  { plan, reporter }: Release,
  targets: readonly PlannedTarget[],
  promoted: Exclude<PromotedBuild, { by: "build tag" }>,
  builds: ReadonlyMap<string, KnownBuild>,
): KnownBuild | "planned" | Failure {
  const sha = (promoted.by === "commit" ? promoted.sha : plan.event.sha).slice(0, 12);
  const own = plan.event.buildNumber ?? 0;
  const before = promoted.by === "parent" ? promoted.number : own > 0 ? own : Infinity;
  const isMeant = (build: KnownBuild) =>
    promoted.by === "number"
      ? build.number === promoted.number
      : // What a pull request has built nobody has agreed to.
        build.sha === sha && build.number < before && !/^pr(?:-\d+)?$/.test(build.scope);
  const meant = [...builds.values()].filter(isMeant).toSorted((a, b) => b.number - a.number);
  const whole = meant.filter(({ tags }) => tags.size === targets.length);
  const [first = meant[0], ...others] = whole;
  const which = describePromoted(promoted);
  if (promoted.by === "parent" && first === undefined) return "planned";
  if (first === undefined) {
    const message = `${which} has no images in ${targets.map(({ image }) => image.repository.name).join(", ")}`;
    return failure("missing-image", message, { hint: "choose a build that has published: promote --from <build>" });
  }
  if (promoted.by !== "commit" && others.length > 0) {
    const why =
      promoted.by === "parent"
        ? `${which} has published nothing itself, and of its commit there are several builds`
        : `there are several builds ${promoted.number}`;
    const names = whole.map(({ core }) => core).join(", ");
    return failure("undecided", `${why}: ${names}`, { hint: `choose one: promote --from ${first.core}` });
  }
  if (promoted.by !== "number") reporter.note(`promoting build ${first.core}, found by its commit`);
  return first;
}
