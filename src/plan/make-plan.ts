import type { FileFault } from "../host/host.ts";
import type { Config } from "../config/config.ts";
import { buildTag } from "../core/build-tag.ts";
import type { BuildEvent } from "../core/event.ts";
import type { PromotedBuild } from "../core/promoted-build.ts";
import { order } from "../core/order.ts";
import { formatReference } from "../core/reference.ts";
import type { TemplateContext } from "../templates/template.ts";
import { formatMasked, type Problem } from "../core/errors.ts";
import { evaluateTags } from "../tags/evaluate.ts";
import type { Secrets } from "../secrets/secrets.ts";
import { type TagInputs, templateContext } from "../tags/rule.ts";
import { anchors } from "./anchors.ts";
import { linkTargets, type Placed } from "./bind.ts";
import { cacheWarnings } from "./cache.ts";
import { targetImages } from "./images.ts";
import { type InputSources, targetInputs } from "./inputs.ts";
import { lintPlan } from "./lint.ts";
import { nearlyRegistries } from "./near-names.ts";
import { asPart, type Part, unbuiltNeeds } from "./parts.ts";
import type { Plan, PlannedEvent, PlannedTarget, Warning } from "./plan.ts";
import { planTarget, type TargetContext } from "./plan-target.ts";
import { decidePush } from "./push-policy.ts";
import { referenceClashes } from "./references.ts";
import { publishedSecrets, secretProblems } from "./published-secrets.ts";
import { placeTargets } from "./place.ts";
import { dependents, selectTargets, statedNeeds, withNeeds } from "./select.ts";
import { planSizeProblems } from "./size.ts";
import { sharedStages } from "./shared.ts";
import { planSteps } from "./plan-steps.ts";
import type { Store, Work } from "./steps.ts";
import { unkeptBases } from "./unkept.ts";

/** Everything that a plan is made of. Nothing else has a say in it. */
export interface PlanInputs {
  config: Config;
  event: BuildEvent;
  /** Names of targets; none means all. */
  names: readonly string[];
  /** What the first of them may have been meant to be instead. */
  commands?: readonly string[];
  /** The texts of the Dockerfiles, by their path in the config; null where there is none. */
  dockerfiles: ReadonlyMap<string, string | FileFault>;
  tags: Omit<TagInputs, "event">;
  /** --push or --no-push. */
  pushFlag: boolean | undefined;
  /** What is to be done with the targets, and how. */
  work: Work;
  /** What the targets' build contexts hold; text says why nothing is known of one. */
  files: InputSources["files"];
  /** What images are built for where a target does not say it, `linux/amd64`. */
  platform: string;
  /** Whether an environment variable has a value. */
  isSet: (variable: string) => boolean;
  secrets: Pick<Secrets, "byName" | "variableIn" | "hideOdd">;
}

/** Turns the inputs into a plan. With problems the plan is not to be used. */
export function makePlan(given: PlanInputs): { plan: Plan; problems: Problem[] } {
  const { event } = given;
  const asked = selectTargets(given.config.targets, given.names, given.commands);
  const part = partOf(given.work);
  const parted =
    part === null
      ? { config: given.config, problems: [] }
      : asPart(given.config, part, (name) => asked.selected.has(name));
  const { config } = parted;
  const inputs = { ...given, config };
  const template = templateContext({ ...inputs.tags, event });
  const { selected, ...selection } = asked;
  const found = findLinks(inputs, template, selected);
  const relevant = found.placed.filter(({ target }) => found.needed.has(target.name));
  const exportsCache = inputs.work.command !== "build" || inputs.work.builder.exportsCache;
  const context: TargetContext = {
    config,
    exportsCache,
    templates: found.templates,
    outcomes: found.outcomes,
    tags: { ...inputs.tags, event },
    images: found.images,
    decision: decidePush(event, config.push, inputs.pushFlag, isLoading(inputs)),
    promotes: promotedIn(inputs) !== null,
    selected,
    bases: new Set([...found.placed].flatMap(({ target }) => found.needs(target.name))),
  };
  const planned = relevant.map((one) => planTarget(one, found.links.get(one.target.name)!, context));
  const sorted = inOrder(planned.map(({ target }) => target));
  const targets = promotedIn(inputs) === null ? withInputs(sorted.targets, inputs, found) : sorted.targets;
  const own = new Set(config.targets.map(({ name }) => name));
  const shared = sharedStages(
    relevant.filter(({ target }) => selected.has(target.name)),
    // An anchor is no target that anybody has written.
    relevant.filter(({ target }) => own.has(target.name)),
  );
  const push = targets.some((target) => target.push && !target.implied);
  const problems = [
    ...selection.problems,
    ...parted.problems,
    ...unbuiltNeeds(targets),
    ...found.problems,
    ...planned.flatMap((one) => one.problems),
    ...sorted.problems,
    ...referenceClashes(targets),
    ...targets.flatMap((target) => publishedSecrets(target, inputs.secrets)),
    ...secretProblems(
      Object.keys(config.registries).map((name) => ["registries", name] as const),
      inputs.secrets,
    ),
    ...planSizeProblems(targets),
    ...(inputs.work.command === "build" ? unkeptBases(targets, inputs.work.builder) : []),
  ];
  const plan: Plan = {
    event: plannedEvent(event),
    buildTag: buildTag(event),
    push,
    pushReason: context.decision.push && !push ? "no target is to be published" : context.decision.reason,
    targets,
    shared,
    promotes: promotedIn(inputs),
    store: storeOf(inputs),
    steps: planSteps(event, targets, config.registries, inputs.work, inputs.isSet),
    warnings: [
      ...tagWarnings(
        config,
        inputs.secrets,
        relevant.flatMap(({ target }) => found.outcomes.get(target.name)?.warnings ?? []),
      ),
      ...planned.flatMap((one) => one.warnings),
      ...lintPlan(
        { event, targets, shared, store: storeOf(inputs), links: found.links, places: relevant },
        found.elsewhere,
      ),
      ...cacheWarnings(exportsCache, context.decision.push ? exporting(config, relevant) : []),
      ...nearlyRegistries(Object.keys(config.registries), targets),
    ],
  };
  return { plan, problems };
}

/** What the run makes of each image; null for the whole. */
function partOf(work: Work): Part | null {
  if (work.command === "join") return "none";
  return work.command === "promote" || work.platform === null ? null : { platform: work.platform };
}

/** Where this run's images are. */
function storeOf({ work }: Pick<PlanInputs, "work">): Store {
  return work.command === "build" ? work.builder.store : "host";
}

/** The targets that the config has export build cache. */
function exporting({ cache }: Config, placed: readonly Placed[]): string[] {
  return placed.flatMap(({ target }) => (cache !== null || target.cacheTo.length > 0 ? [target.name] : []));
}

function isLoading({ work }: PlanInputs): boolean {
  return work.command === "build" && work.load;
}

function promotedIn({ work }: PlanInputs): PromotedBuild | null {
  return work.command === "promote" ? work.from : null;
}

/** Targets share their rules, and what is to be said of them. */
function tagWarnings(config: Config, { hideOdd }: Pick<Secrets, "hideOdd">, found: readonly Problem[]): Warning[] {
  const messages = new Set([...config.warnings, ...found].map((problem) => formatMasked(problem, hideOdd)));
  return [...messages].map((message) => ({ code: "tag-rule", message }));
}

/** Finds out of all targets, and of anchors that are added, which stand on which, and which the selected ones need. */
function findLinks(inputs: PlanInputs, template: TemplateContext, selected: ReadonlySet<string>) {
  const { config } = inputs;
  const tags = { ...inputs.tags, event: inputs.event };
  const { images, ...named } = targetImages(config, config.targets, template, promotedIn(inputs));
  const references = Object.fromEntries([...images].map(([name, { image }]) => [name, formatReference(image)]));
  const outcomes = new Map(
    config.targets.map((target) => [target.name, evaluateTags(target.tags, tags, target, `targets.${target.name}`)]),
  );
  const templates = new Map(
    config.targets.map(({ name }) => {
      const version = outcomes.get(name)?.version ?? images.get(name)?.buildTag;
      return [name, { ...template, target: name, references, version }];
    }),
  );
  const { placed, ...unplaced } = placeTargets(config, templates, inputs);
  // Of a builder that keeps its images to itself nothing stays on the host that an anchor could hold.
  const added = storeOf(inputs) === "host" ? anchors(placed, selected) : [];
  const anchorTargets = added.map(({ target }) => target);
  for (const [name, image] of targetImages(config, anchorTargets, template).images) images.set(name, image);
  const all = [...added, ...placed];
  const links = linkTargets(all, images);
  const stated = new Map(config.targets.map((target) => [target.name, statedNeeds(target)]));
  const needs = (name: string) => [...(stated.get(name) ?? []), ...(links.get(name)?.needs ?? [])];
  const needed = withNeeds(selected, needs);
  const others = config.targets.map(({ name }) => name).filter((name) => !needed.has(name));
  const above = dependents(others, needs);
  const elsewhere = (name: string) => {
    const found = withNeeds(above(name), above);
    return others.filter((other) => found.has(other));
  };
  const matters = unplaced.problems.filter(({ targets }) => targets.some((name) => needed.has(name)));
  const problems = [...named.problems, ...matters.map(({ problem }) => problem)];
  return { placed: all, images, templates, outcomes, links, needs, needed, elsewhere, problems };
}

/** Fills in what can change the targets' images. */
function withInputs(
  targets: readonly PlannedTarget[],
  { files, platform, event }: PlanInputs,
  { placed, links, images }: ReturnType<typeof findLinks>,
): PlannedTarget[] {
  const labels = new Map(targets.map((target) => [target.name, target.labels]));
  const annotations = new Map(targets.map((target) => [target.name, target.annotations]));
  const byName = new Map(placed.map((one) => [one.target.name, one]));
  const inputsOf = targetInputs({
    placed: byName,
    links,
    images,
    files,
    platform,
    isShared: event.buildNumber !== null,
    labels: (name) => labels.get(name)!,
    annotations: (name) => annotations.get(name)!,
  });
  return targets.map((target) => ({ ...target, inputs: inputsOf(target.name) }));
}

/** Sorts the targets so that each comes after what it needs; a cycle is a problem. */
function inOrder(planned: readonly PlannedTarget[]): { targets: PlannedTarget[]; problems: Problem[] } {
  const byName = new Map(planned.map((target) => [target.name, target]));
  const { sorted, cycle } = order([...byName.keys()], (name) => byName.get(name)?.needs ?? []);
  const targets = sorted.flatMap((name) => byName.get(name) ?? []);
  // A target that needs itself is a mistake of the config, and told as one.
  if (cycle === null || cycle.length === 2) return { targets, problems: [] };
  const hint = "a target cannot be built on itself; drop one of these needs";
  return {
    targets,
    problems: [{ path: `targets.${cycle[0]}.needs`, message: `is a cycle: ${cycle.join(" → ")}`, hint }],
  };
}

function plannedEvent(event: BuildEvent): PlannedEvent {
  const { provider, kind, ref, branch, tag, pullRequest, sha, buildNumber, defaultBranch, deployTo } = event;
  return { provider, kind, ref, branch, tag, pullRequest, sha, buildNumber, defaultBranch, deployTo };
}
