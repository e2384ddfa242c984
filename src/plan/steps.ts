import type { Config } from "../config/config.ts";
import type { BuildEvent } from "../core/event.ts";
import type { PromotedBuild } from "../core/promoted-build.ts";
import { buildWave, kept, publishSteps, pushSteps } from "./build-wave.ts";
import { namesOf, outsideImages, type PlannedTarget } from "./plan.ts";
import { dependents, withNeeds } from "./select.ts";
import { Uploads } from "./uploads.ts";
import { isKept, waves } from "./waves.ts";

/** One thing that a run does. The run carries the steps out in their order; a dry run shows them. */
export type Step =
  | LoginStep
  | ResolveStep
  | ReuseStep
  | AcquireStep
  | BuildStep
  | ProveStep
  | PushStep
  | JoinStep
  | MoveStep;

/** Logs in to a registry; `username` and `password` are names of variables. */
export interface LoginStep {
  kind: "login";
  registry: string;
  username: string;
  password: string;
  /** Who needs it: docker, or only we ourselves, who need no process for that. */
  by: "docker" | "us";
}

/**
 * Asks the registries which of the targets are up under this build's tag already, which are not built again, and which
 * digests the images from outside have.
 */
export interface ResolveStep {
  kind: "resolve";
  targets: string[];
  /** Images that stages are FROM, by the names that the Dockerfile gives them. */
  images: string[];
  /** Whether their registries are asked; otherwise, and where they cannot be, the host's own images count. */
  pull: boolean;
  /** The build whose images all have to be up, where it is not this one. */
  promoted: PromotedBuild | null;
}

/** Gives this build's tag to images that earlier builds have made from the very same. */
export interface ReuseStep {
  kind: "reuse";
  targets: string[];
}

/** Brings a base to the host that an earlier step of this build has built: from the host, the registry, or by building it. */
export interface AcquireStep {
  kind: "acquire";
  target: string;
  /** The targets that stand on it: it is not needed where all of these are up. */
  neededBy: string[];
  /** What is done where it is nowhere: what it stands on is looked for in the same way, and then it is built. */
  otherwise: MakingStep[];
  /** Where the builder finds it. */
  in: Store;
}

/** Where images are that have been built: on this host, or, where the builder keeps them to itself, in their registry. */
export type Store = "host" | "registry";

/** What brings an image to the host, and a base to its registry. */
type MakingStep = AcquireStep | BuildStep | PushStep;

/** Builds targets that do not wait for each other. */
export interface BuildStep {
  kind: "build";
  targets: string[];
  /**
   * Those of them that the builder sends to their registry as it builds them: under their build tag, or, where it keeps them
   * to itself, under no tag yet. Whatever is in neither list then has no output.
   */
  pushed: string[];
  /** Those that a builder which keeps its images to itself brings to this host. */
  loaded: string[];
  noCache: boolean;
  /** Images from outside are taken by the digests that their registries gave. */
  pull: boolean;
}

/** Proves that the images on the host are this build's, and that each stands on its base. */
export interface ProveStep {
  kind: "prove";
  targets: string[];
  /** Who should have built them. */
  builtBy: "this run" | "an earlier step";
  /** Where they are looked at. */
  in: Store;
}

/** Publishes images under their build tags, side by side: sends those of the host, names those that the registry has. */
export interface PushStep {
  kind: "push";
  targets: string[];
  from: Store;
}

/** Makes one image of the parts that several agents have published, if all are up. Otherwise nothing moves. */
export interface JoinStep {
  kind: "join";
  targets: string[];
  /** Whether a part that is not up is a failure; otherwise the agent that brings the last one joins. */
  isAsked: boolean;
}

/** Gives the images that are up their moving tags. */
export interface MoveStep {
  kind: "move";
  targets: string[];
  /** Take tags from later builds and higher versions, too. */
  force: boolean;
}

/** What a builder can do, as far as the order of the steps depends on it. */
export interface BuilderTraits {
  /** What it is called in messages. */
  name: string;
  /** It can be given an image in a stage's place. */
  binds: boolean;
  /** It can publish what it builds itself. */
  pushes: boolean;
  /** So many targets it takes in one step. */
  atOnce: number;
  /** Where the images are that it has built, and where it finds what they stand on. */
  store: Store;
  /** It can export cache to a registry. */
  exportsCache: boolean;
  /** What it builds for by itself; null where that is this machine's own. */
  platform: string | null;
}

/** What the command line asks for. */
export type Work =
  | {
      command: "build";
      builder: BuilderTraits;
      noCache: boolean;
      pull: boolean;
      reuse: boolean;
      /** Bring to this host what a builder would keep to itself. */
      load: boolean;
      /** The one platform that is made here, as other agents make the others; null for all. */
      platform: string | null;
      force: boolean;
    }
  | { command: "push"; platform: string | null; force: boolean }
  | { command: "join"; force: boolean }
  | { command: "promote"; from: PromotedBuild; force: boolean };

/** A build, and what is up at that point of it. */
export type Making = Work & { command: "build" } & { uploads: Uploads };

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
