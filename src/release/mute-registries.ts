import { type Failure, failure } from "../core/failure.ts";
import { cacheImage } from "../builders/bake-definition.ts";
import { registryOf } from "../docker/patience.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import type { Release, RunState } from "./run-state.ts";

/** So often is a registry asked that takes the question and says nothing: it may only be busy for a moment. */
const mostAsked = 3;

/**
 * Asks each registry that the builder is about to speak to a cheap question, once a run. A builder waits for one that says
 * nothing, and the engine builds nothing for anybody meanwhile. What cannot be reached from here docker may well reach.
 */
export async function muteRegistries(
  { registries, reporter }: Release,
  { heard }: RunState,
  targets: readonly PlannedTarget[],
): Promise<Failure[]> {
  const used = targets.flatMap(({ push, places, cacheFrom, cacheTo }) => [
    ...(push ? places.map(({ repository }) => repository.registry) : []),
    ...[...cacheFrom, ...cacheTo].flatMap((from) => cacheImage(from) ?? []).map(registryOf),
  ]);
  const asked = [...new Set(used)].filter((registry) => !heard.has(registry));
  const failures = await Promise.all(
    asked.map(async (registry) => {
      for (let tried = 1; tried <= mostAsked; tried++) {
        if ((await registries.answers(registry)) !== "mute") {
          heard.add(registry);
          return [];
        }
        if (tried < mostAsked)
          reporter.note(`${registry} gives no answer; asking again (${tried + 1} of ${mostAsked})`);
      }
      const message = `${registry} takes connections but gives no answer, asked ${mostAsked} times, 10 s each`;
      return [failure("registry-down", message, { hint: "nothing was built, as the builder would wait for it, too" })];
    }),
  );
  return failures.flat();
}
