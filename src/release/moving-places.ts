import { type Failure, failure } from "../core/failure.ts";
import { eachLimited } from "../core/pool.ts";
import { isPromotion } from "../core/promoted-build.ts";
import { formatReference, type Reference } from "../core/reference.ts";
import { printedDigest, pushImage, tagImage } from "../docker/image-commands.ts";
import { wholeOf } from "../plan/parts.ts";
import type { Place, PlannedTarget } from "../plan/plan.ts";
import type { MoveStep } from "../plan/steps.ts";
import { Refusal } from "../registry/refusal.ts";
import { type MovingPlace, undecided } from "./decide.ts";
import { untilThere } from "./build-tags.ts";
import { attempt } from "./publish.ts";
import { type Release, type RunState, targetsOf } from "./run-state.ts";

const atOnce = 6;

/** Where tags are to move. */
export interface OpenPlaces {
  places: MovingPlace[];
  /** Where docker is to move them without looking, as --force tells it to where the registry's API cannot be used. */
  closed: ClosedPlace[];
  failures: Failure[];
}

/** The moving tags of one target in a repository that only docker can use. */
export type ClosedPlace = Pick<MovingPlace, "target" | "place">;

/** Finds the images that are to get the tags, and makes sure that they are the very ones that this build has published. */
export async function openPlaces(context: Release, state: RunState, step: MoveStep): Promise<OpenPlaces> {
  const opened: OpenPlaces = { places: [], closed: [], failures: [] };
  const all = targetsOf(context.plan, step.targets)
    .map(wholeOf)
    .flatMap((target) => target.places.filter(({ moving }) => moving.length > 0).map((place) => ({ target, place })));
  await eachLimited(all, atOnce, async ({ target, place }) => {
    const found = await openPlace(context, state, target, place, step);
    if (found === "closed") opened.closed.push({ target, place });
    else if ("client" in found) opened.places.push(found);
    else opened.failures.push(found);
  });
  return opened;
}

async function openPlace(
  context: Release,
  state: RunState,
  target: PlannedTarget,
  place: Place,
  { force }: MoveStep,
): Promise<MovingPlace | "closed" | Failure> {
  const { docker, registries, reporter } = context;
  const promoted = state.promoted.get(target.name) ?? null;
  const client = registries.repository(place.repository);
  const repository = place.buildTag === null ? target.image.repository : place.repository;
  const tag = promoted ?? place.buildTag ?? target.image.tag;
  const home = { client: registries.repository(repository), repository, tag };
  const name = formatReference(home);
  const asked = () =>
    untilThere(context, { what: name, say: reporter.note, why: "it was published but cannot be read yet" }, () =>
      home.client.manifest(tag),
    );
  const manifest = state.named.get(name) ?? (await asked());
  const digest = docker.digests.get(target.name);
  // What is promoted need not be on this host, for docker to push it.
  const mayBeClosed = force && promoted === null;
  if (manifest instanceof Refusal) {
    return manifest.closed && mayBeClosed ? "closed" : undecided({ target, place }, place.moving[0] ?? tag, manifest);
  }
  if (mayBeClosed && home.client !== client) {
    const there = await client.digest(place.moving[0] ?? tag);
    if (there instanceof Refusal && there.closed) return "closed";
  }
  if (manifest === null) {
    const hint = "something has removed it; start a new build";
    return failure("missing-image", `${name} is not in the registry`, { target: target.name, hint });
  }
  if (digest !== undefined && manifest.digest !== digest) {
    const hint = "the same build tag was published twice with different images; start a new build";
    const message = `${name} is ${manifest.digest}, not the ${digest} that was pushed`;
    return failure("other-image", message, { target: target.name, hint });
  }
  return {
    target,
    place,
    client,
    home,
    manifest,
    force,
    deploys: promoted !== null && isPromotion(context.plan.event),
  };
}

/**
 * Sends nothing again, either: the registry has all layers. All names of an image are to stand for the very same. Returns
 * the tags that have moved, also where the last of them became another image.
 */
export async function moveByDocker(
  context: Release,
  { target, place }: ClosedPlace,
): Promise<{ moved: string[]; failures: Failure[] }> {
  const digest = context.docker.digests.get(target.name);
  const moved: string[] = [];
  for (const tag of place.moving) {
    const reference: Reference = { repository: place.repository, tag };
    const what = `move ${formatReference(reference)}`;
    const named = await attempt(context, target, tagImage(target.image, reference), what);
    if (typeof named !== "string") return { moved, failures: [named] };
    const ended = await attempt(context, target, pushImage(reference), what);
    if (typeof ended !== "string") return { moved, failures: [ended] };
    moved.push(tag);
    const pushed = printedDigest(ended);
    if (pushed === null || digest === undefined || pushed === digest) continue;
    const message = `${formatReference(reference)} became ${pushed}, but the build tag is ${digest}`;
    const hint = "move it with a tool of the registry's";
    return { moved, failures: [failure("other-image", message, { target: target.name, hint })] };
  }
  return { moved, failures: [] };
}
