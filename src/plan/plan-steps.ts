import type { Config } from "../config/config.ts";
import type { BuildEvent } from "../core/event.ts";
import { buildWave, kept, publishSteps, pushSteps } from "./build-wave.ts";
import { namesOf, outsideImages, type PlannedTarget } from "./plan.ts";
import { dependents, withNeeds } from "./select.ts";
import type {
  AcquireStep,
  BuildStep,
  JoinStep,
  LoginStep,
  Making,
  MakingStep,
  MoveStep,
  ProveStep,
  PushStep,
  Step,
  Work,
} from "./steps.ts";
import { Uploads } from "./uploads.ts";
import { isKept, waves } from "./waves.ts";

/** The steps that do `work` with the targets, which are in build order. */
export function planSteps(
  event: Pick<BuildEvent, "buildNumber">,
  all: readonly PlannedTarget[],
  registries: Config["registries"],
  work: Work,
  /** The variables that are set: a build that only reads logs in where it can, as a private FROM may need it. */
  isSet: (variable: string) => boolean,
): Step[] {
  const targets = all.filter(({ isElsewhere }) => !isElsewhere);
  const selected = targets.filter(({ implied }) => !implied);
  const published = selected.filter(({ push }) => push);
  const wholes = all.filter(({ implied, push }) => !implied && push);
  const logins = loginSteps(registries).filter(
    ({ username, password }) => wholes.length > 0 || (isSet(username) && isSet(password)),
  );
  // A laptop's build tag may stand for several states of the work tree; CI's stands for one build.
  const isFinal = event.buildNumber !== null;
  const moves: MoveStep = {
    kind: "move",
    targets: namesOf(wholes.filter(({ places }) => places.some(({ moving }) => moving.length > 0))),
    force: work.force,
  };
  const join: JoinStep = {
    kind: "join",
    targets: namesOf(wholes.filter(({ partOf }) => partOf !== null)),
    isAsked: work.command === "join",
  };
  if (work.command === "join") return withoutIdle([...logins.map(byUs), join, moves]);
  if (work.command === "push") {
    return withoutIdle([
      { kind: "prove", targets: namesOf(selected), builtBy: "an earlier step", in: "host" },
      ...logins,
      { kind: "resolve", targets: isFinal ? namesOf(published) : [], images: [], pull: false, promoted: null },
      ...pushSteps(published, new Uploads(targets)),
      severalPlatforms(published, "an earlier step"),
      join,
      moves,
    ]);
  }
  if (work.command === "promote") {
    const promoted = published.filter(isPublished);
    return withoutIdle([
      ...logins.map(byUs),
      { kind: "resolve", targets: namesOf(promoted), images: [], pull: false, promoted: work.from },
      moves,
    ]);
  }
  // On a laptop what is needed is built along, and mostly cached.
  const making: Making = { ...work, uploads: new Uploads(targets) };
  const { store } = work.builder;
  const built = isFinal ? acquireAndBuild(targets, making) : buildSteps(targets, making);
  const early = new Set(
    built.flatMap((step) =>
      step.kind === "push" ? step.targets : step.kind === "build" && store === "host" ? step.pushed : [],
    ),
  );
  const asked = targets.filter(({ inputs }) => work.pull || inputs.unknown === null);
  const images = [...new Set(asked.flatMap(outsideImages))];
  const here = new Set(
    built.flatMap((step) => (step.kind === "acquire" ? [step.target] : step.kind === "build" ? kept(step, store) : [])),
  );
  return withoutIdle([
    ...logins,
    {
      kind: "resolve",
      targets: isFinal ? namesOf(targets.filter(isPublished)) : [],
      images,
      pull: work.pull,
      promoted: null,
    },
    { kind: "reuse", targets: isFinal && work.reuse ? namesOf(targets.filter(isReusable)) : [] },
    ...built,
    {
      kind: "prove",
      targets: namesOf(targets).filter((name) => here.has(name)),
      builtBy: "this run",
      in: work.load ? "host" : store,
    },
    ...publishSteps(
      published.filter(({ name }) => !early.has(name)),
      making,
    ),
    severalPlatforms(store === "host" && !work.load ? published.filter(({ name }) => here.has(name)) : [], "this run"),
    join,
    moves,
  ]);
}

function loginSteps(registries: Config["registries"]): LoginStep[] {
  return Object.entries(registries).flatMap(([registry, { username, password }]): LoginStep[] =>
    username === undefined || password === undefined
      ? []
      : [{ kind: "login", registry, username, password, by: "docker" }],
  );
}

/** An image of several platforms has layers for each of them, which only its registry tells. */
function severalPlatforms(published: readonly PlannedTarget[], builtBy: ProveStep["builtBy"]): ProveStep {
  return {
    kind: "prove",
    targets: namesOf(published.filter(({ platforms }) => platforms.length > 1)),
    builtBy,
    in: "registry",
  };
}

function byUs(login: LoginStep): LoginStep {
  return { ...login, by: "us" };
}

/**
 * Looks for what is needed and was not asked for, and builds the rest, wave by wave: a base that is nowhere may stand on
 * what this very run builds first.
 */
function acquireAndBuild(targets: readonly PlannedTarget[], work: Making): MakingStep[] {
  const byName = new Map(targets.map((target) => [target.name, target]));
  const needs = (name: string) => byName.get(name)?.needs ?? [];
  const selected = targets.filter(({ implied }) => !implied);
  const direct = new Set(selected.flatMap((one) => one.needs));
  const isDirect = ({ name, implied }: PlannedTarget) => implied && direct.has(name);
  const above = dependents(
    targets.map(({ name }) => name),
    needs,
  );
  const acquire = (target: PlannedTarget): AcquireStep => {
    // What it stands on itself is looked for first, unless there is a step for that anyway.
    const under = withNeeds(target.needs, needs);
    const nested = targets
      .filter((one) => under.has(one.name) && one.implied && !isDirect(one))
      .map((one) => acquireStep(one, [target.name], buildSteps([one], work), work));
    const over = withNeeds(above(target.name), above);
    const neededBy = namesOf(selected.filter((one) => over.has(one.name)));
    return acquireStep(target, neededBy, [...nested, ...buildSteps([target], work)], work);
  };
  const isAcquired = (target: PlannedTarget) => target.implied && isKept(target, work.builder);
  return waves(targets, work.builder, isAcquired).flatMap(({ acquired, built }) => [
    ...acquired.filter(isDirect).map(acquire),
    ...buildWave(built, targets, work),
  ]);
}

function acquireStep(
  { name }: PlannedTarget,
  neededBy: string[],
  otherwise: AcquireStep["otherwise"],
  { builder }: Making,
): AcquireStep {
  return { kind: "acquire", target: name, neededBy, otherwise, in: builder.store };
}

function buildSteps(targets: readonly PlannedTarget[], work: Making): (BuildStep | PushStep)[] {
  return waves(targets, work.builder).flatMap(({ built }) => buildWave(built, targets, work));
}

function isPublished({ push, places }: PlannedTarget): boolean {
  return push && places.length > 0;
}

function isReusable(target: PlannedTarget): boolean {
  return isPublished(target) && target.reuseFrom.length + target.reuseBuilds.length > 0;
}

/** A step that is for no target is none. */
function withoutIdle<T extends Step>(steps: readonly T[]): T[] {
  const isFor = (step: Step) => step.kind === "resolve" && step.images.length > 0;
  return steps.filter((step) => !("targets" in step) || step.targets.length > 0 || isFor(step));
}
