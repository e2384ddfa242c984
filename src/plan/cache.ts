import type { Config, Target } from "../config/config.ts";
import { type BuildEvent, isPullRequest } from "../core/event.ts";
import { withRegistry } from "../core/reference.ts";
import { branchSlug, longestTag } from "../core/slug.ts";
import type { Warning } from "./plan.ts";

/** Where a target's build cache is looked for, and where it is exported to. */
export interface CachePlaces {
  from: string[];
  to: string[];
}

/**
 * The config's own places, and a tag of the cache repository for each target and branch: a branch reads its own cache, that
 * of the branch that it is to be merged into, and the default branch's. A pull request, whose author may be anybody, writes
 * none, nor does whoever publishes nothing.
 */
export function cachePlaces(
  target: Target,
  { cache, registry }: Pick<Config, "cache" | "registry">,
  event: BuildEvent,
  publishes: boolean,
): CachePlaces {
  const place = (branch: string) => {
    const room = longestTag - target.name.length - 1;
    return `${withRegistry(cache!, registry)}:${target.name}-${branchSlug(branch, room)}`;
  };
  const own = isPullRequest(event) || event.tag !== null ? null : event.branch;
  const read = [own, event.pullRequest === null ? null : event.baseRef, event.defaultBranch];
  const branches = cache === null ? [] : [...new Set(read.filter((branch) => branch !== null))];
  const written = [...target.cacheTo, ...(cache === null || own === null ? [] : [place(own)])];
  return {
    from: [...target.cacheFrom, ...branches.map(place)],
    to: publishes && !isPullRequest(event) ? written.map(exported) : [],
  };
}

/** A plain reference gets the cache of all steps, not only of those in the image. https://docs.docker.com/build/cache/backends/registry/ */
function exported(to: string): string {
  return to.startsWith("type=") ? to : `type=registry,ref=${to},mode=max`;
}

/** What a builder can do that exports no cache: put it into an image. */
export function inlineOnly(to: readonly string[]): string[] {
  return to.filter((one) => /(?:^|,)type=inline(?:,|$)/.test(one));
}

/** Said once, of all targets. */
export function cacheWarnings(exports: boolean, names: readonly string[]): Warning[] {
  if (exports || names.length === 0) return [];
  const message =
    `this builder cannot export build cache, which ${names.length > 1 ? `${names[0]} and others are` : `${names[0]} is`} to do: ` +
    `an engine does where containerd keeps its images, and so do other buildx builders; bases carry the cache of their own steps`;
  return [{ code: "cache-not-exported", message }];
}
