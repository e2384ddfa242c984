import type { Target } from "../config/config.ts";
import { type Affixes, buildScope } from "../core/build-tag.ts";
import type { BuildEvent } from "../core/event.ts";
import { formatReference, type Reference, type Repository } from "../core/reference.ts";
import { evaluateTags } from "../tags/evaluate.ts";
import type { TagInputs } from "../tags/rule.ts";

/**
 * The images that earlier builds have published last, of this one's own branch, of the branch that a pull request is to be
 * merged into, and of the default branch. Only in CI, where the registry is at hand. What they hold is found by what it was
 * made from, as BuildKit's cache is: another branch's is as good as one's own.
 */
export function lastPublished(
  target: Target,
  tags: TagInputs,
  repository: Repository | undefined,
  moving: readonly string[],
): Reference[] {
  const { event } = tags;
  if (repository === undefined || event.provider === "local") return [];
  const others = otherBranches(event).flatMap((branch) => {
    const tag = tagOfBranch(target, tags, branch);
    return tag === null ? [] : [tag];
  });
  const found = [...moving.slice(0, 1), ...others].map((tag): Reference => ({ repository, tag }));
  return [...new Map(found.map((reference) => [formatReference(reference), reference])).values()];
}

/**
 * The same for a target whose build tags are in a repository of their own, where no tag moves: what the build tags of those
 * builds begin with. Each has been given one, whichever build has made its image.
 */
export function lastBuilds({ event }: TagInputs, affixes: Affixes): string[] {
  if (event.provider === "local") return [];
  const scopes = [null, ...otherBranches(event)].map((branch) => scopeOfBranch(event, branch, affixes));
  return [...new Set(scopes.filter((scope) => scope !== null))];
}

/** What the build tags of a branch begin with, or those of the event's own; null where there are none. */
export function scopeOfBranch(event: BuildEvent, branch: string | null, affixes: Affixes): string | null {
  return buildScope(branch === null ? event : branchBuild(event, branch), affixes);
}

function otherBranches({ pullRequest, baseRef, defaultBranch }: BuildEvent): string[] {
  return [pullRequest === null ? null : baseRef, defaultBranch].filter((branch) => branch !== null);
}

/** The foremost moving tag that a branch's builds give; null where they give none. */
export function tagOfBranch(target: Target, tags: TagInputs, branch: string): string | null {
  return evaluateTags(target.tags, inputsOf(tags, branch), target, "").tags[0] ?? null;
}

const ofBranches = new WeakMap<TagInputs, Map<string, TagInputs>>();

/** What the tags of a branch's build are made from: the same for all targets, so that shared rules are evaluated once. */
function inputsOf(tags: TagInputs, branch: string): TagInputs {
  const known = ofBranches.get(tags) ?? new Map<string, TagInputs>();
  const inputs = known.get(branch) ?? { ...tags, event: branchBuild(tags.event, branch) };
  ofBranches.set(tags, known.set(branch, inputs));
  return inputs;
}

function branchBuild(event: BuildEvent, branch: string): BuildEvent {
  const ref = `refs/heads/${branch}`;
  return { ...event, kind: "push", ref, branch, tag: null, pullRequest: null, deployTo: null };
}
