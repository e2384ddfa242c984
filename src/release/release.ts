import { acquire } from "../builders/acquire.ts";
import { prove } from "../builders/prove.ts";
import type { Failure } from "../core/failure.ts";
import { eachLimited } from "../core/pool.ts";
import { formatReference, type Reference } from "../core/reference.ts";
import type { Outcome, RunResult } from "../core/outcome.ts";
import { interrupted } from "../docker/why-failed.ts";
import { logIn } from "../docker/login.ts";
import { findTarget } from "../plan/find-target.ts";
import { allReferences, buildTagReferences, type Plan, type PlannedTarget } from "../plan/plan.ts";
import type { AcquireStep, BuildStep, ProveStep, PushStep, ResolveStep, Step } from "../plan/steps.ts";
import { cut } from "../plan/waves.ts";
import { confirmBases, settleBase } from "./confirm-bases.ts";
import { join } from "./join.ts";
import { moveTags } from "./move-tags.ts";
import { muteRegistries } from "./mute-registries.ts";
import { reuse } from "./reuse.ts";
import { findPromoted } from "./find-promoted.ts";
import { bringOutsideImages, forgetTriggering } from "./outside-images.ts";
import { publish } from "./publish.ts";
import { layersUp, resolve } from "./already-published.ts";
import { newState, note, type Release, type RunState, targetsOf } from "./run-state.ts";

const atOnce = 8;

/**
 * Carries out the steps of a plan, in their order. The first that fails ends the run: nothing that comes after it is
 * done. A signal ends it between two steps, or by ending the processes of the one that is at work.
 */
export async function release(context: Release): Promise<RunResult> {
  const state = newState();
  const failures: Failure[] = [];
  const { steps } = context.plan;
  for (const step of steps) {
    failures.push(...(await carryOut(context, state, step)));
    const isDone = step === steps.at(-1) && failures.length === 0;
    // What a process says that was stopped is not the reason.
    if (context.docker.host.signal.aborted && !isDone) failures.splice(0, Infinity, interrupted(context.docker.host));
    if (failures.length > 0) break;
  }
  return result(context.plan, state, failures);
}

function carryOut(context: Release, state: RunState, step: Step): Promise<Failure[]> {
  switch (step.kind) {
    case "login":
      return step.by === "docker" ? logIn(context.docker, step, context.reporter.note) : Promise.resolve([]);
    case "resolve":
      return ask(context, state, step);
    case "reuse":
      return reuse(context, state, step);
    case "acquire":
      return acquireBase(context, state, step);
    case "build":
      return build(context, state, step);
    case "prove":
      return proveImages(context, state, step);
    case "push":
      return push(context, state, step);
    case "join":
      return join(context, state, step);
    case "move":
      return state.isPartial ? Promise.resolve([]) : moveTags(context, state, step);
  }
}

/** What is not to be had is not asked for: a registry that says nothing to the cheapest question says nothing to any. */
async function ask(context: Release, state: RunState, step: ResolveStep): Promise<Failure[]> {
  const mute = await muteRegistries(context, state, targetsOf(context.plan, step.targets));
  if (mute.length > 0) return mute;
  return step.promoted === null ? resolve(context, state, step) : findPromoted(context, state, step, step.promoted);
}

async function acquireBase(context: Release, state: RunState, step: AcquireStep): Promise<Failure[]> {
  const { docker, plan, reporter } = context;
  if (step.neededBy.every((name) => state.up.has(name))) return [];
  const [target] = targetsOf(plan, [step.target]);
  const inRegistry = state.inRegistry.get(step.target) ?? "unknown";
  const found = await acquire(docker, target!, inRegistry, reporter);
  if (typeof found === "object") return [found];
  if (found === "up") {
    state.settled.set(step.target, { at: docker.host.now(), took: 0 });
    return [];
  }
  const failures =
    found === "missing"
      ? await buildBase(context, state, step)
      : await publish(context, state, { kind: "push", targets: target!.push ? [step.target] : [] });
  // An app's step that comes before its base's is hardly alone: who else may be publishing the base is waited for.
  return failures.length > 0 ? failures : settleBase(context, state, target!);
}

async function buildBase(context: Release, state: RunState, { target, otherwise }: AcquireStep): Promise<Failure[]> {
  const [planned] = targetsOf(context.plan, [target]);
  const { note: say } = context.reporter;
  say(`${target}: ${formatReference(planned!.image)} is neither here nor in the registry; it has to be built`);
  for (const instead of otherwise) {
    const failures = await carryOut(context, state, instead);
    if (failures.length > 0) return failures;
  }
  if (state.outcomes.get(target)?.cached === true) say(`${target}: nothing had to run, all of it was in the cache`);
  return [];
}

async function build(context: Release, state: RunState, step: BuildStep): Promise<Failure[]> {
  const { builder, docker, plan, reporter } = context;
  if (builder === null) throw new Error("a plan that builds needs a builder");
  // The builder would overwrite what is up already, though it has to be built again for its proof.
  const isThere = (name: string) => typeof state.inRegistry.get(name) === "object";
  const pushed = step.pushed.filter((name) => !isThere(name));
  const up = new Set(state.up.keys());
  const mute = await muteRegistries(context, state, targetsOf(plan, step.targets));
  if (mute.length > 0) return mute;
  await forgetTriggering(context, state, targetsOf(plan, step.targets));
  if (step.pull && !builder.binds) await bringOutsideImages(context, targetsOf(plan, step.targets));
  const tried = step.targets.filter((name) => !up.has(name)).length;
  const { built, failures } = await builder.run(docker, { ...step, pushed }, plan, up, reporter);
  for (const { target, digest, cached, seconds } of built) {
    note(state, target, "built", { cached, seconds });
    if (!pushed.includes(target)) continue;
    const [planned] = targetsOf(plan, [target]);
    note(state, target, "built", { digest, published: buildTagReferences(planned!) });
    if (digest !== null) docker.digests.set(target, digest);
  }
  if (pushed.length > 0 && failures.length > 0 && failures.every(isUnread)) {
    reporter.note("the builder cannot read what it has published yet; docker publishes the same images once more");
    const again = await build(context, state, { ...step, pushed: [], noCache: false, pull: false });
    return again.length > 0 ? again : publish(context, state, { kind: "push", targets: pushed });
  }
  const names = new Set(built.map(({ target }) => target));
  if (failures.length > 0)
    await noteWhatIsUp(
      context,
      state,
      pushed.filter((name) => !names.has(name)),
    );
  if (failures.some(({ code }) => code === "overloaded") && !docker.host.signal.aborted) {
    return (await buildFewer(context, state, step, tried)) ?? failures;
  }
  const rest = built.map(({ target }) => target).filter((name) => step.pushed.includes(name) && isThere(name));
  return failures.length > 0 ? failures : publish(context, state, { kind: "push", targets: rest });
}

/**
 * Builds what a bake that the engine has lost leaves to do, with half as many targets at once; null where it cannot be
 * with fewer. What has been built by then is in the cache, and what is up is not built again.
 */
async function buildFewer(
  context: Release,
  state: RunState,
  step: BuildStep,
  tried: number,
): Promise<Failure[] | null> {
  const { plan, reporter } = context;
  const most = Math.ceil(tried / 2);
  const left = targetsOf(plan, step.targets).filter((target) => !isUpByNow(plan, state, target));
  const parts = cut(left, most, step.noCache);
  if (parts.length === 1 && left.length === tried) return null;
  reporter.note(`the engine lost a build of ${tried} targets, as it does under load; building at most ${most} at once`);
  for (const part of parts) {
    const targets = part.map(({ name }) => name);
    const pushed = step.pushed.filter((name) => targets.includes(name));
    const failures = await build(context, state, { ...step, targets, pushed });
    if (failures.length > 0) return failures;
  }
  return [];
}

/** A laptop's build tag may be up from an earlier state of the work tree. */
function isUpByNow({ event }: Plan, { up, outcomes }: RunState, target: PlannedTarget): boolean {
  if (up.has(target.name)) return true;
  const published = outcomes.get(target.name)?.published ?? [];
  const wanted = buildTagReferences(target);
  return event.buildNumber !== null && wanted.length > 0 && published.length === wanted.length;
}

/** buildx asks docker for the digest of what it has just pushed, which a registry of several machines may not show yet. */
function isUnread({ code, message }: Failure): boolean {
  return code === "missing-image" && message.includes("Error response from daemon: manifest unknown");
}

/** A builder that fails may have published some of the images before, and does not say which. */
async function noteWhatIsUp(
  { plan, docker, registries }: Release,
  state: RunState,
  names: readonly string[],
): Promise<void> {
  await eachLimited(targetsOf(plan, names), atOnce, async (target) => {
    const up: { reference: Reference; digest: string }[] = [];
    for (const reference of buildTagReferences(target)) {
      const digest = await registries.repository(reference.repository).digest(reference.tag);
      if (typeof digest === "string") up.push({ reference, digest });
    }
    const [first] = up;
    if (first === undefined) return;
    docker.digests.set(target.name, first.digest);
    note(state, target.name, "built", { digest: first.digest, published: up.map(({ reference }) => reference) });
  });
}

/** What an earlier step has built is pushed together, so nothing is looked at in between. */
async function push(context: Release, state: RunState, step: PushStep): Promise<Failure[]> {
  const failures = await publish(context, state, step);
  return failures.length > 0 || context.builder !== null ? failures : confirmBases(context, state);
}

async function proveImages(context: Release, state: RunState, step: ProveStep): Promise<Failure[]> {
  const { docker, plan } = context;
  const all = targetsOf(plan, step.targets).filter(({ name }) => isOnHost(context, state, step, name));
  const layers = new Map([...state.up].map(([name, image]) => [name, image.layers]));
  const { images, failures } = await prove(docker, all, step.builtBy, layers, (target, digest) =>
    layersUp(context, target, digest),
  );
  for (const [name, image] of images) {
    state.onHost.set(name, image);
    const published = state.outcomes.get(name)?.published ?? [];
    if (published.length === 0)
      note(state, name, "built", { digest: image.Id, ...(step.builtBy === "this run" ? {} : { cached: true }) });
  }
  return failures.length > 0 ? failures : confirmBases(context, state);
}

/** What is up was not built here, and a base that nothing is built on was not acquired. */
function isOnHost({ plan }: Release, state: RunState, { builtBy }: ProveStep, name: string): boolean {
  if (builtBy === "an earlier step") return true;
  const acquired = plan.steps.find((step): step is AcquireStep => step.kind === "acquire" && step.target === name);
  if (acquired !== undefined) return acquired.neededBy.some((other) => !state.up.has(other));
  return !state.up.has(name) || state.outcomes.get(name)?.cached === false;
}

/** The result of a run that could not begin. */
export function notRun({ plan }: Pick<Release, "plan">, fault: Failure): RunResult {
  return result(plan, newState(), [fault]);
}

/** An outcome for every target that was asked for. */
function result(plan: Plan, { outcomes }: RunState, failures: Failure[]): RunResult {
  const failed = new Set(failures.map(({ target }) => target));
  const asked = plan.targets.filter(({ implied }) => !implied || plan.event.buildNumber === null);
  return {
    failures,
    outcomes: asked.map(({ name }) => {
      const known = inPlanOrder(plan, outcomes.get(name) ?? skipped(name));
      return failed.has(name) ? { ...known, status: "failed" } : known;
    }),
  };
}

/** What is up as the plan lists it, whatever was done first. */
function inPlanOrder(plan: Plan, outcome: Outcome): Outcome {
  const up = new Set(outcome.published.map(formatReference));
  const listed = allReferences(findTarget(plan, outcome.target) ?? { places: [] });
  return { ...outcome, published: listed.filter((reference) => up.has(formatReference(reference))) };
}

function skipped(target: string): Outcome {
  return { target, status: "skipped", digest: null, cached: false, seconds: 0, why: null, published: [] };
}
