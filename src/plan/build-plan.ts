import type { Config } from "../config/config.ts";
import { buildTag } from "../core/build-tag.ts";
import type { BuildEvent } from "../core/event.ts";
import { order } from "../core/order.ts";
import type { Problem } from "../errors.ts";
import type { TagInputs } from "../tags/rule.ts";
import { anchors } from "./anchors.ts";
import { linkTargets } from "./bind.ts";
import { targetImages } from "./images.ts";
import { lintPlan } from "./lint.ts";
import type { Plan, PlannedEvent, PlannedTarget } from "./plan.ts";
import { planTarget, type TargetContext } from "./plan-target.ts";
import { decidePush } from "./push-policy.ts";
import { referenceClashes } from "./references.ts";
import { placeTargets } from "./place.ts";
import { selectTargets, statedNeeds, withNeeds } from "./select.ts";
import { sharedStages } from "./shared.ts";

/** Everything that a plan is made of. Nothing else has a say in it. */
export interface PlanInputs {
  config: Config;
  event: BuildEvent;
  /** Names of targets; none means all. */
  names: readonly string[];
  /** The texts of the Dockerfiles, by their path in the config; null where there is none. */
  dockerfiles: ReadonlyMap<string, string | null>;
  tags: Omit<TagInputs, "event">;
  /** --push or --no-push. */
  pushFlag: boolean | undefined;
}

/** The plan but for the commands, which depend on the builder. */
export type PlanDraft = Omit<Plan, "commands">;

/** Turns the inputs into a plan. With problems the draft is not to be used. */
export function buildPlan(inputs: PlanInputs): { draft: PlanDraft; problems: Problem[] } {
  const { config, event } = inputs;
  const { selected, problems } = selectTargets(config.targets, inputs.names);
  const template = { event, now: inputs.tags.now, env: inputs.tags.env };
  const { images, ...named } = targetImages(config, config.targets, template);
  const references = Object.fromEntries([...images].map(([name, { image }]) => [name, image]));
  const { placed, ...found } = placeTargets(config, { ...template, references }, inputs.dockerfiles);
  const added = anchors(placed, selected);
  const anchored = targetImages(
    config,
    added.map(({ target }) => target),
    template,
  );
  for (const [name, image] of anchored.images) images.set(name, image);
  const all = [...added, ...placed];
  const links = linkTargets(all, images);
  const stated = new Map(all.map(({ target }) => [target.name, statedNeeds(target)]));
  const needed = withNeeds(selected, (name) => [...(stated.get(name) ?? []), ...(links.get(name)?.needs ?? [])]);
  const context: TargetContext = {
    template: { ...template, references },
    tags: { ...inputs.tags, event },
    images,
    decision: decidePush(event, config.push, inputs.pushFlag),
    selected,
    bases: new Set([...links.values()].flatMap(({ needs }) => needs)),
  };
  const relevant = all.filter(({ target }) => needed.has(target.name));
  const shared = sharedStages(relevant.filter(({ target }) => selected.has(target.name)));
  const planned = relevant.map((one) => planTarget(one, links.get(one.target.name)!, context));
  const sorted = inOrder(planned.map(({ target }) => target));
  problems.push(
    ...named.problems,
    ...found.problems.flatMap(({ targets, problem }) => (targets.some((name) => needed.has(name)) ? [problem] : [])),
    ...planned.flatMap((one) => one.problems),
    ...sorted.problems,
    ...referenceClashes(sorted.targets),
  );
  const push = sorted.targets.some((target) => target.push);
  const warnings = [
    ...planned.flatMap((one) => one.warnings),
    ...lintPlan(event, sorted.targets, shared, links, relevant),
  ];
  const draft: PlanDraft = {
    version: 1,
    event: plannedEvent(event),
    buildTag: buildTag(event),
    push,
    pushReason: context.decision.push && !push ? "no target is to be published" : context.decision.reason,
    targets: sorted.targets,
    shared,
    warnings,
  };
  return { draft, problems };
}

/** Sorts the targets so that each comes after what it needs; a cycle is a problem. */
function inOrder(planned: readonly PlannedTarget[]): { targets: PlannedTarget[]; problems: Problem[] } {
  const byName = new Map(planned.map((target) => [target.name, target]));
  const { sorted, cycle } = order([...byName.keys()], (name) => byName.get(name)?.needs ?? []);
  const targets = sorted.flatMap((name) => byName.get(name) ?? []);
  if (cycle === null) return { targets, problems: [] };
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
