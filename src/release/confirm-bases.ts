import { type Failure, failure } from "../core/failure.ts";
import { formatReference } from "../core/reference.ts";
import { buildTagReferences } from "../plan/plan.ts";
import { Refusal } from "../registry/refusal.ts";
import type { Release, RunState } from "./run-state.ts";

/** The least that is waited between the end of a push and the look, in milliseconds. */
const leastWait = 500;

/**
 * Makes sure that the bases that this run has published are what their build tags stand for. Another host of this build
 * that looked before our push and pushed after it has overwritten ours; its upload took about as long as ours did, so that
 * long is waited since. Most of the time something was built meanwhile, and there is nothing to wait for.
 */
export async function confirmBases({ plan, docker, registries }: Release, state: RunState): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const target of plan.targets) {
    const pushed = state.pushed.get(target.name);
    if (pushed === undefined || !target.isBase) continue;
    const wait = pushed.at + Math.max(leastWait, 2 * pushed.took) - docker.host.now();
    if (wait > 0) await docker.host.sleep(wait);
    for (const reference of buildTagReferences(target)) {
      const digest = await registries.repository(reference.repository).digest(reference.tag);
      if (digest instanceof Refusal || digest === null || digest === docker.digests.get(target.name)) continue;
      const message = `${formatReference(reference)} was published by another host of this build at the same time, as another image`;
      const hint = "start a new build, and let the base's step come before those that stand on it";
      failures.push(failure("other-image", message, { target: target.name, hint }));
    }
  }
  return failures;
}
