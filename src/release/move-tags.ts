import type { Failure, FailureCode } from "../core/failure.ts";
import { eachLimited } from "../core/pool.ts";
import { formatReference } from "../core/reference.ts";
import { interrupted } from "../docker/why-failed.ts";
import type { MoveStep } from "../plan/steps.ts";
import { Refusal } from "../registry/refusal.ts";
import { decide, type Decision, type MovingPlace, referenceOf, undecided } from "./decide.ts";
import { type ClosedPlace, moveByDocker, type OpenPlaces, openPlaces } from "./moving-places.ts";
import { note, type Release, type RunState, targetsOf } from "./run-state.ts";
import { settle } from "./settle.ts";
import { takeBack } from "./take-back.ts";
import { bring, unbrought } from "./bring.ts";
import { write, type Written } from "./write.ts";

const atOnce = 6;
/** Before a second look where the first cannot see all, in milliseconds. */
const leastPause = 2_000;
const longestPause = 60_000;

/** The tags of one place, with what was decided on each. */
interface Decided {
  at: MovingPlace;
  tags: { tag: string; decision: Decision }[];
}

/** A tag that has moved, or may have where it is not known what became of it. */
interface Moved {
  at: ClosedPlace;
  tag: string;
  became?: string | null;
}

/**
 * Gives every image its moving tags, once all are up: the registry is told to give the very same manifest other names,
 * which sends nothing again. All is asked before the first tag moves, so that what can be known to go wrong leaves every
 * tag where it was; what goes wrong later is taken back as far as that goes.
 */
export async function moveTags(context: Release, state: RunState, step: MoveStep): Promise<Failure[]> {
  const opened = await openPlaces(context, state, step);
  if (opened.failures.length > 0) return opened.failures;
  const { decided, failures } = await decideAll(opened.places);
  if (failures.length > 0) return failures;
  const missing = await bringAll(decided);
  if (missing.length > 0) return missing;
  if (context.docker.host.signal.aborted) return [interrupted(context.docker.host)];
  // It takes a second, and half of it would be a release in halves.
  const letGo = context.docker.host.hold((name) =>
    context.reporter.note(`${name}: the tags that move are finished first`),
  );
  try {
    return await moveAll(context, state, step, decided, opened);
  } finally {
    letGo();
  }
}

async function moveAll(
  context: Release,
  state: RunState,
  step: MoveStep,
  decided: readonly Decided[],
  { places, closed }: OpenPlaces,
): Promise<Failure[]> {
  const { host } = context.docker;
  const started = host.now();
  const { written, failures } = await writeAll(context, decided);
  const byDocker: Moved[] = [];
  // What docker has moved nobody can take back: it comes last.
  for (const at of closed) {
    if (failures.length > 0) break;
    const ended = await moveByDocker(context, at);
    byDocker.push(...ended.moved.map((tag) => ({ at, tag })));
    failures.push(...ended.failures);
  }
  if (failures.length > 0) {
    const left = [...(await takeBack(context, written, places)), ...byDocker];
    record(context, state, step, left);
    return [inOne(failures, left)];
  }
  const unsettled = step.force ? [] : await settleAll(context, written, places, host.now() - started);
  record(context, state, step, [...written, ...byDocker]);
  return unsettled;
}

/** Moves what was decided to move, until something is refused. */
async function writeAll(
  context: Release,
  decided: readonly Decided[],
): Promise<{ written: Written[]; failures: Failure[] }> {
  const written: Written[] = [];
  const failures: Failure[] = [];
  // A tag that exists may be immutable. Nothing new is written, which cannot be taken back, until that is known.
  for (const group of [only(decided, isOverwrite), only(decided, (decision) => !isOverwrite(decision))]) {
    await eachLimited(group, atOnce, async ({ at, tags }) => {
      for (const { tag, decision } of tags) {
        if (failures.length > 0) return;
        const result = await write(context, at, tag, decision);
        if (result.written !== null) written.push(result.written);
        if (result.failure !== null) failures.push(result.failure);
      }
    });
    if (failures.length > 0) break;
  }
  return { written, failures };
}

async function decideAll(places: readonly MovingPlace[]): Promise<{ decided: Decided[]; failures: Failure[] }> {
  const decided: Decided[] = [];
  const failures: Failure[] = [];
  await eachLimited(places, atOnce, async (at) => {
    const tags: Decided["tags"] = [];
    for (const tag of at.place.moving) {
      const decision = await decide(at, tag);
      if (decision instanceof Refusal) failures.push(undecided(at, tag, decision));
      else tags.push({ tag, decision });
    }
    decided.push({ at, tags });
  });
  return { decided, failures };
}

/** Brings the images to where they get tags, as far as their registry does it by itself: before the first tag moves. */
async function bringAll(decided: readonly Decided[]): Promise<Failure[]> {
  const failures: Failure[] = [];
  await eachLimited(decided, atOnce, async ({ at, tags }) => {
    const isMoved = tags.some(({ decision }) => decision.kind === "moves");
    const brought = isMoved ? await bring(at) : true;
    if (brought instanceof Refusal) failures.push(unbrought(at, brought));
  });
  return failures;
}

function only(decided: readonly Decided[], wanted: (decision: Decision) => boolean): Decided[] {
  return decided.map(({ at, tags }) => ({ at, tags: tags.filter(({ decision }) => wanted(decision)) }));
}

function isOverwrite(decision: Decision): boolean {
  return decision.kind === "moves" && decision.from !== null;
}

/** What may be otherwise the next time. */
const passing: ReadonlySet<FailureCode> = new Set(["transient", "registry-down"]);

/** One cause shows in many places: it is told once, with what it has left behind. */
function inOne(failures: readonly Failure[], left: readonly Moved[]): Failure {
  const first = failures[0]!;
  const others = failures.length === 1 ? [] : [`  and ${failures.length - 1} more like it`];
  const moved = left.map(({ at, tag, became }) => {
    const reference = formatReference(referenceOf(at, tag));
    return became === null ? `  may have moved all the same: ${reference}` : `  moved all the same: ${reference}`;
  });
  const state = left.length === 0 ? "no moving tag is left changed" : "every image is up under its build tag";
  const again = passing.has(first.code) ? "the same run again moves the tags" : null;
  const hint = [first.hint, state, again].filter((part) => part !== null).join("; ");
  return { ...first, hint, details: [...first.details, ...others, ...moved] };
}

/** What another build does after this look is for its own look to find. Only what is ours stays in `written`. */
async function settleAll(
  context: Release,
  written: Written[],
  places: readonly MovingPlace[],
  took: number,
): Promise<Failure[]> {
  const failures = await lookAgain(context, written, written, places);
  const unseen = written.filter(({ at }) => at.client.unlisted || at.home.client.unlisted);
  const [first] = unseen;
  if (first === undefined || failures.length > 0) return failures;
  // No earlier build finds out there that it has overtaken us. It writes soon after it has looked: its pass is like ours.
  const pause = Math.min(Math.max(leastPause, 2 * took), longestPause);
  const { repository } = first.at.place;
  context.reporter.note(
    `${repository.name}: its tags cannot be listed, so whether an earlier build has moved any meanwhile is looked at in ${(pause / 1000).toFixed(1)} s`,
  );
  await context.docker.host.sleep(pause);
  return lookAgain(context, written, unseen, places);
}

async function lookAgain(
  context: Release,
  written: Written[],
  some: readonly Written[],
  places: readonly MovingPlace[],
): Promise<Failure[]> {
  const lost = new Set<Written>();
  const failures: Failure[] = [];
  await eachLimited(some, atOnce, async (one) => {
    const settled = await settle(context, one, places);
    if (settled === "theirs") lost.add(one);
    else if (settled !== "ours") failures.push(settled);
  });
  written.splice(0, Infinity, ...written.filter((one) => !lost.has(one)));
  return failures;
}

function record({ plan }: Release, state: RunState, step: MoveStep, moved: readonly Moved[]): void {
  for (const { name } of targetsOf(plan, step.targets)) {
    const own = moved.filter(({ at, became }) => at.target.name === name && became !== null);
    const published = own.map(({ at, tag }) => referenceOf(at, tag));
    const { status = "built", published: before = [] } = state.outcomes.get(name) ?? {};
    note(state, name, status, { published: [...before, ...published] });
  }
}
