import { acquire } from "../builders/acquire.ts";
import { prove } from "../builders/prove.ts";
import type { Failure } from "../core/failure.ts";
import { formatReference } from "../core/reference.ts";
import type { Outcome, RunResult } from "../core/outcome.ts";
import { interrupted } from "../docker/why-failed.ts";
import { logIn } from "../docker/login.ts";
import { findTarget } from "../plan/find-target.ts";
import { wholeOf } from "../plan/parts.ts";
import { allReferences, type Plan } from "../plan/plan.ts";
import type { AcquireStep, ProveStep, PushStep, ResolveStep, Step } from "../plan/steps.ts";
import { build } from "./build-images.ts";
import { confirmBases, settleBase } from "./confirm-bases.ts";
import { join } from "./join.ts";
import { moveTags } from "./move-tags.ts";
import { muteRegistries } from "./mute-registries.ts";
import { reuse } from "./reuse.ts";
import { findPromoted } from "./find-promoted.ts";
import { findBase, nameImages, proveInRegistry } from "./in-registry.ts";
import { publish } from "./publish.ts";
import { layersUp, resolve } from "./already-published.ts";
import { newState, note, type Release, type RunState, targetsOf } from "./run-state.ts";

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
  const isHere = step.in === "host";
  const found = isHere ? await acquire(docker, target!, inRegistry, reporter) : findBase(state, target!);
  if (typeof found === "object") return [found];
  if (found === "up") {
    state.settled.set(step.target, { at: docker.host.now(), took: 0 });
    return [];
  }
  const failures =
    found === "missing"
      ? await buildBase(context, state, step)
      : await publish(context, state, target!.push ? [step.target] : []);
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

/** What an earlier step has built is pushed together, so nothing is looked at in between. */
async function push(context: Release, state: RunState, step: PushStep): Promise<Failure[]> {
  const failures =
    step.from === "host" ? await publish(context, state, step.targets) : await nameImages(context, state, step);
  return failures.length > 0 || context.builder !== null ? failures : confirmBases(context, state);
}

async function proveImages(context: Release, state: RunState, step: ProveStep): Promise<Failure[]> {
  const failures = await (step.in === "host" ? proveOnHost : proveInRegistry)(context, state, step);
  return failures.length > 0 ? failures : confirmBases(context, state);
}

async function proveOnHost(context: Release, state: RunState, step: ProveStep): Promise<Failure[]> {
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
  return failures;
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
  const target = findTarget(plan, outcome.target);
  const all = target === undefined ? [] : [target, wholeOf(target)].flatMap(allReferences);
  const listed = [...new Map(all.map((reference) => [formatReference(reference), reference])).values()];
  return { ...outcome, published: listed.filter((reference) => up.has(formatReference(reference))) };
}

function skipped(target: string): Outcome {
  return { target, status: "skipped", digest: null, cached: false, seconds: 0, why: null, published: [] };
}
