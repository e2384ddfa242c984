import type { Config } from "../config/config.ts";
import { buildTag, withAffixes } from "../core/build-tag.ts";
import { formatReference } from "../core/reference.ts";
import type { TemplateContext } from "../templates/template.ts";
import type { Problem } from "../core/errors.ts";
import type { TagEvaluation } from "../tags/evaluate.ts";
import type { TagInputs } from "../tags/rule.ts";
import type { Links, Placed } from "./bind.ts";
import type { TargetImage } from "./images.ts";
import { cachePlaces, inlineOnly } from "./cache.ts";
import { lastPublished } from "./last-published.ts";
import { imageLabels } from "./labels.ts";
import type { PlannedTarget, Warning } from "./plan.ts";
import type { PushDecision } from "./push-policy.ts";
import { publishedTags } from "./references.ts";
import { renderAll } from "../templates/render.ts";
import { statedNeeds } from "./select.ts";

/** What all targets of a plan have in common. */
export interface TargetContext {
  config: Config;
  /** Whether the builder can export build cache. */
  exportsCache: boolean;
  /** By target. */
  templates: ReadonlyMap<string, TemplateContext>;
  outcomes: ReadonlyMap<string, TagEvaluation>;
  tags: TagInputs;
  images: ReadonlyMap<string, TargetImage>;
  decision: PushDecision;
  /** The targets that others stand on. */
  bases: ReadonlySet<string>;
  /** The targets that are asked for; others are there because these need them. */
  selected: ReadonlySet<string>;
}

/** What an anchor has. */
const noTags: TagEvaluation = { version: null, tags: [], rules: [], problems: [], warnings: [] };

/** They are found once all targets are planned. */
const notKnown: PlannedTarget["inputs"] = { known: "", facts: [], images: [], unknown: "they were not looked for" };

/** One target with its tags, labels and references worked out. */
export function planTarget(
  { target, namedArgs, place }: Placed,
  links: Links,
  { config, templates, outcomes, tags, images, decision, exportsCache, bases, selected }: TargetContext,
): { target: PlannedTarget; problems: Problem[]; warnings: Warning[] } {
  const { name } = target;
  const { event } = tags;
  const image = images.get(name)!;
  const outcome = outcomes.get(name) ?? noTags;
  const published = publishedTags(event, target, outcome.tags);
  const implied = !selected.has(name);
  // A laptop's build tag may stand for several states of the work tree: nobody is to find it who did not ask for it.
  const mayPush = decision.push && (!implied || event.buildNumber !== null);
  const push = mayPush && image.repositories.length > 0 && target.push !== false;
  const earlier = lastPublished(target, tags, image.repositories[0], published.tags);
  const cache = cachePlaces(target, config, event, decision.push);
  const base = links.base === null ? links.external : nameOf(images.get(links.base));
  const own = renderAll(target.labels, `targets.${name}.labels`, templates.get(name)!);
  return {
    problems: [...outcome.problems, ...own.problems],
    warnings: push && !implied ? published.warnings : [],
    target: {
      name,
      stage: place.label,
      dockerfile: target.dockerfile,
      context: target.context,
      places: image.repositories.map((repository) => ({
        repository,
        buildTag: image.buildTag,
        moving: [...published.tags],
      })),
      tags: outcome.tags,
      affixes: { prefix: target.prefix, suffix: withAffixes("", { prefix: "", suffix: target.suffix }) },
      version: outcome.version,
      image: image.image,
      needs: [...new Set([...statedNeeds(target), ...links.needs])],
      base: links.base,
      layersFrom: links.layersFrom,
      bind: links.bind,
      args: namedArgs,
      labels: {
        // Of which build an image is, whichever the one that is promoted is.
        ...imageLabels(
          event,
          name,
          { ...image, buildTag: buildTag(event, target) },
          { version: outcome.version, base, moving: published.tags, siblings: config.targets.map((one) => one.name) },
        ),
        ...own.values,
      },
      push,
      implied,
      secrets: [...target.secrets],
      ssh: [...target.ssh],
      contexts: { ...target.contexts },
      platforms: [...target.platforms],
      cacheFrom: [...cache.from, ...(bases.has(name) ? earlier.map(formatReference) : [])],
      cacheTo: exportsCache ? cache.to : inlineOnly(cache.to),
      isBase: bases.has(name),
      inputs: notKnown,
      reuseFrom: target.reuse === true ? earlier : [],
    },
  };
}

function nameOf(image: TargetImage | undefined): string | null {
  return image === undefined ? null : formatReference(image.image);
}
