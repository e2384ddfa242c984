import type { Failure } from "../core/failure.ts";
import { eachLimited } from "../core/pool.ts";
import { formatReference } from "../core/reference.ts";
import { interrupted } from "../docker/why-failed.ts";
import type { MoveStep } from "../plan/steps.ts";
import { Refusal } from "../registry/refusal.ts";
import { decide, type Decision, type MovingPlace, referenceOf, refused } from "./decide.ts";
import { type ClosedPlace, moveByDocker, type OpenPlaces, openPlaces } from "./moving-places.ts";
import { note, type Release, type RunState, targetsOf } from "./run-state.ts";
import { settle } from "./settle.ts";
import { takeBack } from "./take-back.ts";
import { write, type Written } from "./write.ts";

const atOnce = 6;

/** The tags of one place, with what was decided on each. */
interface Decided {
  at: MovingPlace;
  tags: { tag: string; decision: Decision }[];
}

/**
 * Gives every image its moving tags, once all are up: the registry is told to give the very same manifest other names,
 * which sends nothing again. All is asked before the first tag moves, so that what can be known to go wrong leaves every
 * tag where it was; what goes wrong later is taken back as far as that goes.
 */
export async function moveTags(context: Release, state: RunState, step: MoveStep): Promise<Failure[]> {
  const opened = await openPlaces(context, step);
  if (opened.failures.length > 0) return opened.failures;
  const { decided, failures } = await decideAll(opened.places);
  if (failures.length > 0) return failures;
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
  opened: OpenPlaces,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  const written: Written[] = [];
  // A tag that exists may be immutable. Nothing new is written, which cannot be taken back, until that is known.
  for (const group of [only(decided, isOverwrite), only(decided, (decision) => !isOverwrite(decision))]) {
    await eachLimited(group, atOnce, async ({ at, tags }) => {
      for (const { tag, decision } of tags) {
        if (failures.length > 0) return;
        const result = await write(context, at, tag, decision);
        if (result instanceof Refusal) failures.push(refused(at, tag, result));
        else if (result !== "kept") written.push(result);
      }
    });
    if (failures.length > 0) return [inOne(failures, await takeBack(context, written, opened.places))];
  }
  if (!step.force) await settleAll(context, written, opened.places);
  // What docker has moved nobody can take back: it comes last.
  for (const closed of opened.closed) {
    const failed = await moveByDocker(context, closed);
    if (failed !== null) return [inOne([failed], await takeBack(context, written, opened.places))];
  }
  const byDocker = opened.closed.flatMap((at) => at.place.moving.map((tag) => ({ at, tag })));
  record(context, state, step, [...written, ...byDocker]);
  return [];
}

async function decideAll(places: readonly MovingPlace[]): Promise<{ decided: Decided[]; failures: Failure[] }> {
  const decided: Decided[] = [];
  const failures: Failure[] = [];
  await eachLimited(places, atOnce, async (at) => {
    const tags: Decided["tags"] = [];
    for (const tag of at.place.moving) {
      const decision = await decide(at, tag);
      if (decision instanceof Refusal) failures.push(refused(at, tag, decision));
      else tags.push({ tag, decision });
    }
    decided.push({ at, tags });
  });
  return { decided, failures };
}

function only(decided: readonly Decided[], wanted: (decision: Decision) => boolean): Decided[] {
  return decided.map(({ at, tags }) => ({ at, tags: tags.filter(({ decision }) => wanted(decision)) }));
}

function isOverwrite(decision: Decision): boolean {
  return decision.kind === "moves" && decision.from !== null;
}

/** One cause shows in many places: it is told once, with what it has left behind. */
function inOne(failures: readonly Failure[], left: readonly Written[]): Failure {
  const first = failures[0]!;
  const others = failures.length === 1 ? [] : [`  and ${failures.length - 1} more like it`];
  const moved = left.map(({ at, tag }) => `  moved all the same: ${formatReference(referenceOf(at, tag))}`);
  const state =
    left.length === 0
      ? "no moving tag is left changed"
      : "every image is up under its build tag; the same run again moves what is left";
  const hint = first.hint === null ? state : `${first.hint}; ${state}`;
  return { ...first, hint, details: [...first.details, ...others, ...moved] };
}

/** Waits for nothing: what another build does after this look is for its own look to find. */
async function settleAll(context: Release, written: Written[], places: readonly MovingPlace[]): Promise<void> {
  const lost = new Set<Written>();
  await eachLimited(written, atOnce, async (one) => {
    if (!(await settle(context, one.at, one.tag, places))) lost.add(one);
  });
  written.splice(0, Infinity, ...written.filter((one) => !lost.has(one)));
}

function record({ plan }: Release, state: RunState, step: MoveStep, moved: { at: ClosedPlace; tag: string }[]): void {
  for (const { name } of targetsOf(plan, step.targets)) {
    const own = moved.filter(({ at }) => at.target.name === name).map(({ at, tag }) => referenceOf(at, tag));
    note(state, name, "built", { published: [...(state.outcomes.get(name)?.published ?? []), ...own] });
  }
}
