import { namesOf, type PlannedTarget } from "./plan.ts";
import { withNeeds } from "./select.ts";
import type { BuilderTraits, BuildStep, Making, PushStep, Store } from "./steps.ts";
import type { Uploads } from "./uploads.ts";
import { cut, isKept } from "./waves.ts";

/** The steps that build what does not wait for each other, and publish what others stand on. `targets` are all of the plan. */
export function buildWave(
  wave: readonly PlannedTarget[],
  targets: readonly PlannedTarget[],
  work: Making,
): (BuildStep | PushStep)[] {
  return cut(wave, work.builder.atOnce, work.noCache).flatMap((together) =>
    work.builder.store === "host" ? buildOnHost(together, work) : buildElsewhere(together, targets, work),
  );
}

/**
 * A wave in as many builds as the builder needs for it. What others stand on is published as soon as it is built and
 * before anything is built on it, and never by the builder, which would overwrite what another host of this build has
 * published meanwhile. What shares layers with another one that the builder publishes goes up after it, too.
 */
function buildOnHost(
  together: readonly PlannedTarget[],
  { builder, noCache, pull, uploads }: Making,
): (BuildStep | PushStep)[] {
  const early = together.filter(({ push, isBase }) => push && (isBase || builder.pushes));
  const pushed = new Set(uploads.sideBySide(early.filter(({ isBase }) => !isBase)));
  uploads.add([...pushed]);
  const rest = early.filter((target) => !pushed.has(target));
  return [
    { kind: "build", targets: namesOf(together), pushed: namesOf([...pushed]), loaded: [], noCache, pull },
    ...pushSteps(rest, uploads),
  ];
}

/**
 * The same for a builder that keeps its images to itself. It sends all that are published to their registry, but gives them
 * no name: that is done once a base is up or an app is proved, and only where no other agent of this build has done it
 * meanwhile. What shares layers that are not up yet goes up in another bake, which finds all in the cache. What nothing is
 * kept of is built along with all that stands on it.
 */
function buildElsewhere(
  together: readonly PlannedTarget[],
  targets: readonly PlannedTarget[],
  { builder, noCache, pull, load, uploads }: Making,
): (BuildStep | PushStep)[] {
  const steps: (BuildStep | PushStep)[] = [];
  const loaded = load ? namesOf(together.filter(({ implied }) => !implied)) : [];
  let left = together.filter(({ push }) => push);
  let built: readonly PlannedTarget[] = together;
  do {
    const next = uploads.sideBySide(left);
    uploads.add(next);
    const isAgain = steps.length > 0;
    steps.push({
      kind: "build",
      targets: namesOf(withUnkept(built, targets, builder)),
      pushed: namesOf(next),
      loaded: isAgain ? [] : loaded,
      noCache: noCache && !isAgain,
      pull,
    });
    left = left.filter((target) => !next.includes(target));
    built = left;
  } while (left.length > 0);
  const bases = namesOf(together.filter(({ push, isBase }) => push && isBase));
  return bases.length === 0 ? steps : [...steps, { kind: "push", targets: bases, from: builder.store }];
}

/** Those and what they need that nothing is kept of, in build order. */
function withUnkept(
  some: readonly PlannedTarget[],
  targets: readonly PlannedTarget[],
  builder: BuilderTraits,
): PlannedTarget[] {
  const unkept = new Map(targets.flatMap((target) => (isKept(target, builder) ? [] : [[target.name, target]])));
  const asked = new Set(namesOf(some));
  const found = withNeeds(
    some.flatMap(({ needs }) => needs.filter((name) => unkept.has(name))),
    (name) => (unkept.get(name)?.needs ?? []).filter((one) => unkept.has(one)),
  );
  return targets.filter(({ name }) => asked.has(name) || found.has(name));
}

/** Those of a build that there is an image of afterwards. */
export function kept({ targets, pushed, loaded }: BuildStep, store: Store): string[] {
  return store === "host" ? targets : [...pushed, ...loaded];
}

/** What the registry has already is only named. */
export function publishSteps(targets: readonly PlannedTarget[], { builder, uploads }: Making): PushStep[] {
  return builder.store === "host"
    ? pushSteps(targets, uploads)
    : [{ kind: "push", targets: namesOf(targets), from: builder.store }];
}

/** As many as it takes for each layer to be sent once. */
export function pushSteps(targets: readonly PlannedTarget[], uploads: Uploads): PushStep[] {
  const steps: PushStep[] = [];
  for (let left = [...targets]; left.length > 0;) {
    const next = new Set(uploads.sideBySide(left));
    uploads.add([...next]);
    steps.push({ kind: "push", targets: namesOf([...next]), from: "host" });
    left = left.filter((target) => !next.has(target));
  }
  return steps;
}
