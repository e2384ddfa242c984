import type { Config, Target } from "../config/config.ts";
import { type Affixes, buildAffixes, buildTag } from "../core/build-tag.ts";
import type { Problem } from "../core/errors.ts";
import type { BuildEvent } from "../core/event.ts";
import { ownLabels } from "./labels.ts";
import type { PlannedTarget, Whole } from "./plan.ts";

/** What of every image a run makes: one platform's, each agent its own; or none, as it only joins what agents have made. */
export type Part = { platform: string } | "none";

/** The config of a run that makes only a part of its images. What is for other platforms alone other agents build. */
export function asPart(
  config: Config,
  part: Part,
  isSelected: (name: string) => boolean,
): { config: Config; problems: Problem[] } {
  const problems: Problem[] = [];
  const targets = config.targets.map((target): Target => {
    const { name, platforms, platformsVary } = target;
    if ((platforms.length === 0 || platformsVary) && isSelected(name)) problems.push(noPlatforms(name, platformsVary));
    return {
      ...target,
      parts: platforms,
      platforms: platforms.filter((one) => part !== "none" && one === part.platform),
    };
  });
  if (
    part !== "none" &&
    problems.length === 0 &&
    !targets.some(({ name, platforms }) => isSelected(name) && platforms.length > 0)
  ) {
    const known = [...new Set(config.targets.flatMap(({ platforms }) => platforms))];
    const hint = `the config has ${known.join(", ")}`;
    problems.push({ path: "--platform", message: "is not a platform of any target", got: part.platform, hint });
  }
  return { config: { ...config, targets }, problems };
}

function noPlatforms(name: string, vary: boolean): Problem {
  const message = vary
    ? "has other platforms on each agent, so that none knows which parts there are"
    : "has no platforms, so that it cannot be made in parts";
  return { path: `targets.${name}`, message, hint: "write those of all agents: platforms: [linux/amd64, linux/arm64]" };
}

/** What stands around the build tag of what this run makes of a target, and what that is a part of. */
export function partIn(
  { platforms, parts }: Target,
  affixes: Affixes,
  event: BuildEvent,
): { around: Affixes; partOf: Whole | null } {
  if (parts.length === 0) return { around: affixes, partOf: null };
  const [own] = platforms;
  return {
    around: own === undefined ? affixes : platformAffixes(affixes, own),
    partOf: {
      buildTag: buildTag(event, affixes),
      affixes,
      parts: parts.map((platform) => ({ platform, tag: buildTag(event, platformAffixes(affixes, platform)) })),
    },
  };
}

/** What tells a part's build tag from the whole's, `-linux-arm64`. */
export function platformSuffix(platform: string): string {
  return `-${platform.replaceAll("/", "-")}`;
}

/** What stands around the build tag of a part, if that is around the whole's. */
export function platformAffixes(affixes: Affixes, platform: string): Affixes {
  return buildAffixes(affixes, { prefix: "", suffix: platformSuffix(platform) });
}

/** A target as its moving tags see it: what they stand for is the whole. */
export function wholeOf(target: PlannedTarget): PlannedTarget {
  const { partOf, places, labels, image } = target;
  if (partOf === null) return target;
  const { buildTag: tag, affixes } = partOf;
  return {
    ...target,
    image: { ...image, tag },
    buildAffixes: affixes,
    places: places.map((place) => ({ ...place, buildTag: place.buildTag === null ? null : tag })),
    labels: { ...labels, [ownLabels.buildTag]: tag },
  };
}

/** What is built here cannot stand on what is not. */
export function unbuiltNeeds(targets: readonly PlannedTarget[]): Problem[] {
  const elsewhere = new Map(targets.filter(({ isElsewhere }) => isElsewhere).map((target) => [target.name, target]));
  return targets.flatMap(({ name, needs, platforms, isElsewhere, partOf }) =>
    partOf === null || isElsewhere
      ? []
      : needs.flatMap((need): Problem[] => {
          const { partOf: other = null } = elsewhere.get(need) ?? {};
          if (other === null) return [];
          const got = other.parts.map(({ platform }) => platform).join(", ");
          const hint = `${name} needs it for ${platforms.join()}: add that, or take it from ${name}`;
          return [{ path: `targets.${need}.platforms`, message: "do not have what is built on it", got, hint }];
        }),
  );
}
