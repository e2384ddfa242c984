import { higherVersion } from "../core/alias.ts";
import { type Failure, failure } from "../core/failure.ts";
import { formatReference } from "../core/reference.ts";
import { pauseBefore } from "../host/retry.ts";
import { versionLabel } from "../plan/labels.ts";
import { type Answer, Refusal } from "../registry/refusal.ts";
import { decide, mostBuilds, type MovingPlace, referenceOf } from "./decide.ts";
import { imageAt, type Release } from "./run-state.ts";
import { claims, labelsAs, laterBuilds, type LaterBuild, targetsOfBuild, whyKept } from "./who-owns.ts";
import { write, type Written } from "./write.ts";

/** More rounds mean more builds that publish at this very moment: the last of them settles it. */
const rounds = 5;

/** An image that should have a tag rather than another, and what to call its build. */
interface Owner {
  name: string;
  at: MovingPlace;
}

/**
 * Looks again after a tag was moved. No registry can compare and swap: between the look and the write another build may
 * have moved it. If the tag stands for an earlier build now, it is moved again; if it was taken from a later one that is up
 * as a whole, that one gets it back, and is looked after from then on as if we were it. So whoever writes last also looks
 * last, and finds what every other build had done before: all agree on the latest one.
 *
 * @returns whose the tag is in the end; a failure where that cannot be told, or it cannot be given to whose it should be
 */
export async function settle(
  context: Release,
  { at: own, tag, from }: Pick<Written, "at" | "tag" | "from">,
  all: readonly MovingPlace[],
): Promise<"ours" | "theirs" | Failure> {
  const { docker, reporter } = context;
  // Who has written it has looked after that; whether they were overtaken themselves they may not have lived to see.
  if (from === undefined && (await overtaken(own, tag, all)) === null) return "ours";
  const reference = formatReference(referenceOf(own, tag));
  let at = own;
  let name = "this build";
  let written = own;
  const unsettled = (why: Pick<Refusal, "code" | "message">) => {
    const message = `${reference} has moved, and whether it belongs to ${name} now cannot be made sure: ${why.message}`;
    const hint = "another build may be publishing: look at what the tag stands for, and run the later build again";
    return failure(why.code, message, { target: own.target.name, hint });
  };
  for (let round = 1; round <= rounds; round++) {
    for (;;) {
      const owner = await overtaken(at, tag, all);
      if (owner instanceof Refusal) return unsettled(owner);
      if (owner === null) break;
      ({ at, name } = owner);
    }
    const current = await at.client.digest(tag);
    if (current instanceof Refusal) return unsettled(current);
    const isThere = current === at.manifest.digest;
    if (isThere && at === written) return at === own ? "ours" : "theirs";
    // What was just written may show only a moment later.
    if (current === null || (round > 1 && !isThere)) await docker.host.sleep(pauseBefore(docker.host, round, 0));
    if (current === null) continue;
    // What a copy of the registry still shows need not be what the tag stands for since our own write.
    const decision = isThere ? ({ kind: "moves", from: at.manifest } as const) : await decide(at, tag);
    if (decision instanceof Refusal) return unsettled(decision);
    if (decision.kind === "kept") {
      reporter.note(`${own.target.name}: ${reference} has been moved on meanwhile: ${decision.why}`);
      return "theirs";
    }
    if (at !== own)
      reporter.note(`${own.target.name}: ${reference} goes back to ${name}, which has published meanwhile`);
    const { failure: refused } = await write(context, at, tag, decision);
    if (refused !== null) return unsettled(refused);
    written = at;
  }
  return unsettled({ code: "undecided", message: "it is something else each time that it is looked at" });
}

/** The image that should have the tag rather than the place's own; null if there is none. */
export async function overtaken(
  at: MovingPlace,
  tag: string,
  all: readonly MovingPlace[],
): Promise<Answer<Owner | null>> {
  const { target, client, home } = at;
  const tags = await client.tags();
  const builds = home.client === client ? tags : await home.client.tags();
  // What cannot be listed cannot be looked through: what the tag said before it moved has to do.
  const higher = tags instanceof Refusal ? null : higherVersion(tag, target.version, tags, target.affixes);
  if (higher !== null) {
    const owner = await inPlaceOf(at, higher);
    return owner === null || owner instanceof Refusal ? owner : { name: higher, at: owner };
  }
  if (builds instanceof Refusal) return null;
  for (const later of laterBuilds(target, builds).slice(0, mostBuilds)) {
    const owner = await inPlaceOf(at, later.tag, later);
    if (owner instanceof Refusal) return owner;
    if (owner === null || !claims(target, tag, owner.target.labels)) continue;
    if (whyKept(target, tag, owner.target.labels) === null) continue;
    const whole = await isWhole(later.core, owner.target.labels, all);
    if (whole instanceof Refusal) return whole;
    if (whole) return { name: `build ${later.number}`, at: owner };
  }
  return null;
}

/** The same place as another build of the target would have it, by that build's image; null where there is none any more. */
async function inPlaceOf(at: MovingPlace, tag: string, later?: LaterBuild): Promise<Answer<MovingPlace | null>> {
  const up = await imageAt(later === undefined ? at.client : at.home.client, tag);
  if (up instanceof Refusal) return up.status === 404 ? null : up;
  if (up === null) return null;
  const { manifest, image } = up;
  const labels = later === undefined || at.deploys ? image.labels : labelsAs(later, at.target, image.labels);
  const home = later === undefined ? at.home : { ...at.home, tag };
  return { ...at, home, manifest, target: { ...at.target, labels, version: labels[versionLabel] ?? null } };
}

/** Whether a build is up with all that ours publishes and it has as well: moving tags are not given to one that is not. */
async function isWhole(
  core: string,
  labels: MovingPlace["target"]["labels"],
  all: readonly MovingPlace[],
): Promise<Answer<boolean>> {
  const has = targetsOfBuild(labels);
  for (const {
    home: { client },
    target,
  } of all) {
    if (has !== null && !has.has(target.name)) continue;
    const digest = await client.digest(`${target.buildAffixes.prefix}${core}${target.buildAffixes.suffix}`);
    if (digest === null || digest instanceof Refusal) return digest ?? false;
  }
  return true;
}
