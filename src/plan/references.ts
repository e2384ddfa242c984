import { type BuildEvent, isPullRequest } from "../core/event.ts";
import { formatReference } from "../core/reference.ts";
import type { Problem } from "../core/errors.ts";
import { allReferences, type PlannedTarget, type Warning } from "./plan.ts";

/**
 * The tags that may be published: a pull request writes only names of its own. Whoever opens one must not be able to
 * move a name that others trust, whatever the tag rules say.
 */
export function publishedTags(
  event: BuildEvent,
  target: { name: string; prefix: string },
  tags: readonly string[],
): { tags: string[]; warnings: Warning[] } {
  if (!isPullRequest(event)) return { tags: [...tags], warnings: [] };
  // Where CI does not say the number, no moving name is its own.
  const own = event.pullRequest === null ? null : `pr-${event.pullRequest}`;
  const isOwn = (tag: string) => {
    if (own === null) return false;
    const bare = tag.startsWith(target.prefix) ? tag.slice(target.prefix.length) : tag;
    return bare === own || bare.startsWith(`${own}-`);
  };
  const others = tags.filter((tag) => !isOwn(tag));
  const message = `${target.name}: ${others.join(", ")} is not published, as a pull request writes only ${own ?? "pr-"} names`;
  return {
    tags: tags.filter(isOwn),
    warnings: others.length === 0 ? [] : [{ code: "pull-request-tag", message }],
  };
}

/** Two targets that would write the same reference: one of them would be lost. */
export function referenceClashes(targets: readonly PlannedTarget[]): Problem[] {
  const writers = new Map<string, string>();
  const clashes = new Map<string, Problem>();
  for (const target of targets) {
    for (const reference of new Set([target.image, ...allReferences(target)].map(formatReference))) {
      const first = writers.get(reference);
      writers.set(reference, first ?? target.name);
      if (first === undefined || first === target.name) continue;
      // One clash of a pair of targets is enough: the others have the same cause.
      const pair = `${first} ${target.name}`;
      if (clashes.has(pair)) continue;
      const hint = "give one of them another repo, a prefix or suffix, or tags of its own";
      const message = `would write the same reference as targets.${first}`;
      clashes.set(pair, { path: `targets.${target.name}`, message, got: reference, hint });
    }
  }
  return [...clashes.values()];
}
