import { type BuildEvent, isDefaultBranch } from "../core/event.ts";
import type { Problem } from "../core/errors.ts";
import type { TagPolicy } from "./policy.ts";
import type { Rule } from "./rule.ts";

/** A tag that a rule has given, without the target's affixes. */
export interface GivenTag {
  rule: Rule;
  core: string;
  /** The branch or the environment that it is named after; null if it is named after neither. */
  name: string | null;
}

/** What the rules give in this build that is probably not meant. */
export function doubts(policy: TagPolicy, given: readonly GivenTag[], event: BuildEvent): Problem[] {
  return [...latestOfBranch(policy, given, event), ...given.flatMap((one) => sharedName(policy, given, one))];
}

/** `tags: latest` moves `latest` from every branch: whoever relies on it gets what was pushed last, of whatever branch. */
function latestOfBranch({ flavor }: TagPolicy, given: readonly GivenTag[], event: BuildEvent): Problem[] {
  if (event.branch === null || event.defaultBranch === null || isDefaultBranch(event)) return [];
  const hint = `write when: { branch: ${event.defaultBranch} } or enable={{is_default_branch}}, unless every branch is to move it`;
  const message = `moves latest from branch ${event.branch}, as from any other`;
  const unconditional = given.filter(({ rule, core }) => core === "latest" && isUnconditional(rule));
  const first = given[0]?.rule;
  const byFirst = flavor.latest === "auto" && first?.latest === true && isUnconditional(first) ? [first.path] : [];
  const always = flavor.latest === "true" && given.length > 0 ? ["flavor.latest"] : byFirst;
  return [...unconditional.map(({ rule }) => rule.path), ...always].map((path) => ({ path, message, hint }));
}

function isUnconditional({ when, enable }: Rule): boolean {
  return when === null && enable.parts.every((part) => typeof part === "string");
}

/** A branch that is called as another rule calls its builds: the two would overwrite each other's images. */
function sharedName({ rules }: TagPolicy, given: readonly GivenTag[], { rule, core, name }: GivenTag): Problem[] {
  if (name === null) return [];
  const other = rules.find((one) => one !== rule && one.names.includes(core) && !given.some((tag) => tag.rule === one));
  if (other === undefined) return [];
  const message = `gives ${name} the tag ${core}, which ${other.text} gives to other builds`;
  return [{ path: rule.path, message, hint: "give one of the two a prefix, or a when that leaves this build out" }];
}
