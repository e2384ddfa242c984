import type { BuiltTarget } from "../builders/builder.ts";
import type { Failure } from "../core/failure.ts";
import { eachLimited } from "../core/pool.ts";
import type { Reference } from "../core/reference.ts";
import { buildTagReferences, type Plan, type PlannedTarget } from "../plan/plan.ts";
import type { BuildStep } from "../plan/steps.ts";
import { cut } from "../plan/waves.ts";
import { mountLayers } from "./mount-layers.ts";
import { muteRegistries } from "./mute-registries.ts";
import { bringOutsideImages, forgetTriggering } from "./outside-images.ts";
import { publish } from "./publish.ts";
import { note, type Release, type RunState, targetsOf } from "./run-state.ts";

const atOnce = 8;

/** Builds what is not up, and has the builder send what is to be published. */
export async function build(context: Release, state: RunState, step: BuildStep): Promise<Failure[]> {
  const { builder, docker, plan, reporter } = context;
  if (builder === null) throw new Error("a plan that builds needs a builder");
  const isHere = builder.store === "host";
  // The builder would overwrite what is up already, though it has to be built again for its proof.
  const isThere = (name: string) => isHere && typeof state.inRegistry.get(name) === "object";
  const pushed = step.pushed.filter((name) => !isThere(name));
  const up = new Set(state.up.keys());
  const mute = await prepare(context, state, step);
  if (mute.length > 0) return mute;
  const tried = step.targets.filter((name) => !up.has(name)).length;
  const { built, failures } = await builder.run(docker, { ...step, pushed }, plan, up, reporter);
  for (const one of built) noteBuilt(context, state, one, pushed.includes(one.target));
  if (pushed.length > 0 && failures.length > 0 && failures.every(isUnread)) {
    reporter.note("the builder cannot read what it has published yet; docker publishes the same images once more");
    const again = await build(context, state, { ...step, pushed: [], noCache: false, pull: false });
    return again.length > 0 ? again : publish(context, state, pushed);
  }
  const names = new Set(built.map(({ target }) => target));
  if (failures.length > 0 && isHere)
    await noteWhatIsUp(
      context,
      state,
      pushed.filter((name) => !names.has(name)),
    );
  if (failures.some(({ code }) => code === "overloaded") && !docker.host.signal.aborted) {
    return (await buildFewer(context, state, step, tried)) ?? failures;
  }
  const rest = built.map(({ target }) => target).filter((name) => step.pushed.includes(name) && isThere(name));
  return failures.length > 0 ? failures : publish(context, state, rest);
}

/** What has to be done before a builder begins. */
async function prepare(context: Release, state: RunState, step: BuildStep): Promise<Failure[]> {
  const targets = targetsOf(context.plan, step.targets);
  const mute = await muteRegistries(context, state, targets);
  if (mute.length > 0) return mute;
  await forgetTriggering(context, state, targets);
  if (step.pull && context.builder?.binds === false) await bringOutsideImages(context, targets);
  if (context.builder?.store !== "registry") return [];
  await mountLayers(context, state, targetsOf(context.plan, step.pushed));
  sayWhatIsUnkept(context, step);
  return [];
}

function noteBuilt(
  { builder, docker, plan }: Release,
  state: RunState,
  { target, digest, cached, seconds }: BuiltTarget,
  isPushed: boolean,
): void {
  const isHere = builder?.store === "host";
  // What another builder only sends in a second bake it has built in the first.
  const isBuiltBefore = !isHere && state.outcomes.get(target)?.status === "built";
  note(state, target, "built", isBuiltBefore ? {} : { cached, seconds });
  if (!isPushed) return;
  const [planned] = targetsOf(plan, [target]);
  note(state, target, "built", { digest, ...(isHere ? { published: buildTagReferences(planned!) } : {}) });
  if (digest !== null) docker.digests.set(target, digest);
}

/** A step may be of no use but to tell whether all can be built. */
function sayWhatIsUnkept({ builder, reporter }: Release, { targets, pushed, loaded }: BuildStep): void {
  const unkept = targets.filter((name) => !loaded.includes(name));
  if (pushed.length > 0 || unkept.length === 0) return;
  const hint = loaded.length > 0 ? "" : "; --load brings images to this host";
  reporter.note(`builder ${builder!.name}: no image of ${unkept.join(", ")} is kept, as nothing is published${hint}`);
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
