import type { Flavor } from "./flavor.ts";
import type { Rule, RuleScope, Value } from "./rule.ts";
import { matchesWhen } from "./when.ts";

/** Whether `latest` moves in this build, and why or why not. */
export interface LatestDecision {
  moves: boolean;
  reason: string;
}

/** Decides on `latest` by the first tag that the rules gave: that of the highest priority. */
export function decideLatest(
  { latest }: Flavor,
  first: { rule: Rule; value: Value } | null,
  scope: RuleScope,
): LatestDecision {
  if (first === null) return { moves: false, reason: "no rule gave a tag" };
  if (latest === "true") return { moves: true, reason: "latest is true" };
  if (latest === "false") return { moves: false, reason: "latest is false" };
  if (latest === "highest") return highest(first.value, scope);
  if (latest === "auto") return automatic(first);
  const moves = matchesWhen(latest, scope.event);
  return { moves, reason: `this build ${moves ? "matches" : "does not match"} ${latest.text}` };
}

function automatic({ rule, value }: { rule: Rule; value: Value }): LatestDecision {
  const moves = rule.latest ?? value.latest;
  return { moves, reason: `the first tag ${moves ? "is" : "is not"} one that moves latest (${rule.text})` };
}

function highest({ release }: Value, { gitTags, limited }: RuleScope): LatestDecision {
  if (release === undefined || release === null)
    return { moves: false, reason: "the first tag is not a final release" };
  if (gitTags === null) return { moves: false, reason: "the git tags are not known, so latest stays where it is" };
  const found = limited(() => release.higher(gitTags));
  if (found === null)
    return { moves: false, reason: "matching the git tags takes too long, so latest stays where it is" };
  const higher = found.value;
  if (higher === null) return { moves: true, reason: "no git tag has a higher version" };
  return { moves: false, reason: `the git tag ${higher} has a higher version` };
}
