import type { Config, Target } from "../config/config.ts";
import { buildAffixes, buildTag } from "../core/build-tag.ts";
import { formatReference } from "../core/reference.ts";
import type { TemplateContext } from "../templates/template.ts";
import type { Problem } from "../core/errors.ts";
import type { TagEvaluation } from "../tags/evaluate.ts";
import type { TagInputs } from "../tags/rule.ts";
import type { Links, Placed } from "./bind.ts";
import { cachePlaces, inlineOnly } from "./cache.ts";
import { placesOf, type TargetImage } from "./images.ts";
import { lastBuilds, lastPublished } from "./last-published.ts";
import { imageLabels } from "./labels.ts";
import { platformFact, type PlannedTarget, type Warning } from "./plan.ts";
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
  /** Another build's images are published, and nothing is built. */
  promotes: boolean;
  /** The targets that others stand on. */
  bases: ReadonlySet<string>;
  /** The targets that are asked for; others are there because these need them. */
  selected: ReadonlySet<string>;
}

/** What an anchor has. */
const noTags: TagEvaluation = { version: null, tags: [], rules: [], problems: [], warnings: [] };

/** They are found once all targets are planned, if they are to be built. */
const notKnown: PlannedTarget["inputs"] = { known: "", facts: [], images: [], unknown: "it is not built" };

/** One target with its tags, labels and references worked out. */
export function planTarget(
  { target, namedArgs, place }: Placed,
  links: Links,
  { config, templates, outcomes, tags, images, decision, exportsCache, promotes, bases, selected }: TargetContext,
): { target: PlannedTarget; problems: Problem[]; warnings: Warning[] } {
  const { name } = target;
  const { event } = tags;
  const image = images.get(name)!;
  const outcome = outcomes.get(name) ?? noTags;
  const published = publishedTags(event, target, outcome.tags);
  const implied = !selected.has(name);
  // A laptop's build tag may stand for several states of the work tree: nobody is to find it who did not ask for it.
  const mayPush = decision.push && (!implied || event.buildNumber !== null);
  // A promotion gives moving tags: what has none takes no part in it.
  const places = placesOf(image, published.tags, bases.has(name) && !promotes);
  const push = mayPush && places.length > 0 && target.push !== false;
  const earlier = lastPublished(target, tags, image.repositories[0], published.tags);
  const cache = cachePlaces(target, config, event, decision.push);
  const base = links.base === null ? links.external : nameOf(images.get(links.base));
  const own = renderAll(target.labels, `targets.${name}.labels`, templates.get(name)!);
  const annotations = renderAll(target.annotations, `targets.${name}.annotations`, templates.get(name)!);
  return {
    problems: [...outcome.problems, ...own.problems, ...annotations.problems],
    warnings: push && !implied ? published.warnings : [],
    target: {
      name,
      stage: place.label,
      dockerfile: target.dockerfile,
      context: target.context,
      places,
      tags: outcome.tags,
      affixes: buildAffixes(target, { prefix: "", suffix: "" }),
      buildAffixes: image.affixes,
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
          { buildTag: buildTag(event, image.affixes) },
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
      partOf: image.partOf,
      isElsewhere: target.parts.length > 0 && target.platforms.length === 0,
      attest: target.attest,
      annotations: annotations.values,
      network: target.network,
      extraHosts: { ...target.extraHosts },
      cacheFrom: [...cache.from, ...(bases.has(name) ? earlier.map(formatReference) : [])],
      cacheTo: exportsCache ? cache.to : inlineOnly(cache.to),
      isBase: bases.has(name),
      inputs: notKnown,
      variants: variantsOf(target, namedArgs),
      reuseFrom: target.reuse === true ? earlier : [],
      reuseBuilds: target.reuse === true && target.builds !== null ? lastBuilds(tags, image.affixes) : [],
    },
  };
}

/** What may differ between agents and pipelines of one build, and the template that says how. */
function variantsOf({ args }: Target, namedArgs: Placed["namedArgs"]): Record<string, string> {
  const ofArguments = Object.entries(args).flatMap(([name, text]) => {
    // A secret is none that may stand in a tag.
    const variables = typeof namedArgs[name] !== "string" ? [] : [...new Set(text.match(/\{\{\s*env\.\w+[^}]*\}\}/g))];
    return variables.length === 0 ? [] : [[`the argument ${name}`, variables.join("-")] as const];
  });
  return { [platformFact]: "{{arch}}", ...Object.fromEntries(ofArguments) };
}

function nameOf(image: TargetImage | undefined): string | null {
  return image === undefined ? null : formatReference(image.image);
}
