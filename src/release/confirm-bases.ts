import { type Failure, failure } from "../core/failure.ts";
import { formatReference, type Reference } from "../core/reference.ts";
import { buildTagReferences, type PlannedTarget } from "../plan/plan.ts";
import { takeOver } from "./publish.ts";
import { note, type Release, type RunState } from "./run-state.ts";

/** The least that is waited between the end of a push and the look, in milliseconds. */
const leastWait = 500;

/**
 * Makes sure that the bases that this run has published or used are what their build tags stand for. Another host of this
 * build that looked before a push and pushed after it has overwritten that; its upload took about as long, so that long is
 * waited since. Most of the time something was built meanwhile, and there is nothing to wait for.
 */
export async function confirmBases(context: Release, state: RunState): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const target of context.plan.targets.filter(({ isBase }) => isBase)) {
    const isUsed = context.plan.targets.some(({ name, needs }) => needs.includes(target.name) && !state.up.has(name));
    // What is only published, or has been up all along, may have something standing on it that is not of this run.
    if (isUsed || context.builder === null) failures.push(...(await confirmBase(context, state, target)));
    else if (!state.up.has(target.name)) failures.push(...(await settleBase(context, state, target)));
  }
  return failures;
}

/** The same before anything is built on a base, when another host's can still be taken instead of our own. */
export async function settleBase(context: Release, state: RunState, target: PlannedTarget): Promise<Failure[]> {
  // The image that is lost is up in the other repositories already.
  if (buildTagReferences(target).length > 1) return confirmBase(context, state, target);
  const [overtaken] = await findOvertaken(context, state, target);
  if (overtaken === undefined) return [];
  const digest = await takeOver(context, state, target, overtaken);
  if (digest !== null && typeof digest === "object") return [digest];
  note(state, target.name, "built", { digest, published: [overtaken] });
  return [];
}

async function confirmBase(context: Release, state: RunState, target: PlannedTarget): Promise<Failure[]> {
  return (await findOvertaken(context, state, target)).map((reference) => {
    const message = `${formatReference(reference)} was published by another host of this build at the same time, as another image`;
    const hint = "start a new build, and let the base's step come before those that stand on it";
    return failure("other-image", message, { target: target.name, hint });
  });
}

/** Where a base is up as another image than the one that this run has settled on. */
async function findOvertaken(
  { docker, registries, reporter }: Release,
  state: RunState,
  target: PlannedTarget,
): Promise<Reference[]> {
  const settled = state.settled.get(target.name);
  const own = docker.digests.get(target.name);
  if (settled === undefined || own === undefined) return [];
  const wait = settled.at + Math.max(leastWait, 2 * settled.took) - docker.host.now();
  if (wait > 10 * leastWait) {
    const seconds = Math.ceil(wait / 1000);
    reporter.note(`${target.name}: looking in ${seconds} s whether another host has published it at the same time`);
  }
  if (wait > 0) await docker.host.sleep(wait);
  const found: Reference[] = [];
  for (const reference of buildTagReferences(target)) {
    const digest = await registries.repository(reference.repository).digest(reference.tag);
    if (typeof digest === "string" && digest !== own) found.push(reference);
  }
  return found;
}
