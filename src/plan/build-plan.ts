import type { Config } from "../config/config.ts";
import { buildTag } from "../core/build-tag.ts";
import type { BuildEvent } from "../core/event.ts";
import { order } from "../core/order.ts";
import type { Problem } from "../errors.ts";
import type { TagInputs } from "../tags/rule.ts";
import { linkTargets, type Placed } from "./bind.ts";
import { targetImages } from "./images.ts";
import { lintPlan } from "./lint.ts";
import type { Plan, PlannedEvent, PlannedTarget, SharedStage } from "./plan.ts";
import { planTarget, type TargetContext } from "./plan-target.ts";
import { decidePush } from "./push-policy.ts";
import { referenceClashes } from "./references.ts";
import { renderAll } from "./render.ts";
import { selectTargets } from "./select.ts";
import { sharedStages } from "./shared.ts";
import { targetStages } from "./stages.ts";

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
  const { selection, problems } = selectTargets(config, inputs.names);
  const template = { event, now: inputs.tags.now, env: inputs.tags.env };
  const { images, ...named } = targetImages(config, template);
  const references = Object.fromEntries([...images].map(([name, { image }]) => [name, image]));
  const context: TargetContext = {
    template: { ...template, references },
    tags: { ...inputs.tags, event },
    images,
    decision: decidePush(event, config.push, inputs.pushFlag),
    implied: selection.implied,
  };
  const args = new Map(
    selection.targets.map(({ name, args: written }) => {
      const rendered = renderAll(written, `targets.${name}.args`, context.template);
      problems.push(...rendered.problems);
      return [name, rendered.values];
    }),
  );
  const located = targetStages(selection.targets, args, inputs.dockerfiles);
  const placed = selection.targets.flatMap((target): Placed[] => {
    const place = located.stages.get(target.name);
    return place === undefined ? [] : [{ target, args: args.get(target.name) ?? {}, place }];
  });
  const links = linkTargets(placed, images);
  const shared = sharedStages(placed);
  const planned = placed.map((one) => planTarget(one, links.get(one.target.name)!, context));
  const sorted = inOrder(planned.map(({ target }) => target), shared);
  problems.push(
    ...named.problems,
    ...located.problems,
    ...planned.flatMap((one) => one.problems),
    ...sorted.problems,
    ...referenceClashes(sorted.targets),
  );
  const push = sorted.targets.some((target) => target.push);
  const warnings = [
    ...planned.flatMap((one) => one.warnings),
    ...lintPlan(event, sorted.targets, shared, links),
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

/** Sorts the targets so that each comes after what it needs and what it shares; a cycle is a problem. */
function inOrder(
  planned: readonly PlannedTarget[],
  shared: readonly SharedStage[],
): { targets: PlannedTarget[]; problems: Problem[] } {
  const byName = new Map(planned.map((target) => [target.name, target]));
  const bases = new Map<string, string[]>();
  for (const { publishedBy, targets } of shared) {
    if (publishedBy === null) continue;
    for (const name of targets) bases.set(name, [...(bases.get(name) ?? []), publishedBy]);
  }
  const needs = (name: string) => [...(byName.get(name)?.needs ?? []), ...(bases.get(name) ?? [])];
  const { sorted, cycle } = order([...byName.keys()], needs);
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
