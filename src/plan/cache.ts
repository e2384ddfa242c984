import type { Target } from "../config/config.ts";
import type { BuildEvent } from "../core/event.ts";
import { formatReference, type Repository } from "../core/reference.ts";
import { evaluateTags } from "../tags/evaluate.ts";
import type { TagInputs } from "../tags/rule.ts";

/**
 * Where the build cache of a base may be imported from on a host that has none: the image that the base's own branch
 * has published last, then the default branch's. Only in CI, where the registry is at hand. BuildKit finds cache by the
 * content of what a step depends on, so another branch's cache is as good as one's own; its image would not be.
 */
export function cacheSources(
  target: Target,
  tags: TagInputs,
  repository: Repository | undefined,
  moving: readonly string[],
): string[] {
  const { event } = tags;
  if (repository === undefined || event.provider === "local") return [];
  const main = defaultBranchBuild(event);
  const fallback = main === null ? [] : evaluateTags(target.tags, { ...tags, event: main }, target, "").tags;
  const found = [moving[0], fallback[0]].flatMap((tag) =>
    tag === undefined ? [] : [formatReference({ repository, tag })],
  );
  return [...new Set(found)];
}

function defaultBranchBuild(event: BuildEvent): BuildEvent | null {
  const { defaultBranch } = event;
  if (defaultBranch === null) return null;
  const ref = `refs/heads/${defaultBranch}`;
  return { ...event, kind: "push", ref, branch: defaultBranch, tag: null, pullRequest: null, deployTo: null };
}
