import type { Phases } from "../docker/invocations.ts";
import { tagAndPush } from "../docker/publish.ts";
import type { RegistryContext } from "../registry/open.ts";
import type { DockerContext } from "./docker.ts";
import { moveAll } from "./move.ts";
import type { Failure, Outcome, RunResult } from "./outcome.ts";
import { type Pushed, publish } from "./publish.ts";
import type { RunInputs } from "./inputs.ts";

/** Pushes the build tags that are not up yet, and then, only if all are, moves the moving tags. */
export async function publishAll(
  docker: DockerContext,
  registry: RegistryContext,
  { draft, force, reporter }: RunInputs,
  outcomes: readonly Outcome[],
  pushes: Phases["pushes"],
): Promise<RunResult> {
  if (!draft.push) return { outcomes: [...outcomes], failures: [] };
  const pushed = await publish(docker, pushes, reporter);
  const up = withPushed(outcomes, pushed.pushed);
  if (pushed.failures.length > 0) return { outcomes: up, failures: pushed.failures };
  const targets = draft.targets.filter(({ push, moving }) => push && moving.length > 0);
  const digests = new Map(up.map(({ target, digest, published }) => [target, published.length > 0 ? digest : null]));
  const moved = await moveAll(registry, targets, digests, force, reporter);
  if (moved.closed.length > 0) {
    reporter.note("the registry's API cannot be used from here: moving tags with docker tag and docker push");
  }
  const byDocker = await publish(docker, moved.closed.flatMap(tagAndPush), reporter);
  const differing = byDocker.pushed.flatMap((one) => otherDigest(one, digests.get(one.target) ?? null));
  return {
    outcomes: withPushed(up, [...moved.pushed, ...byDocker.pushed]),
    failures: [...moved.failures, ...byDocker.failures, ...differing],
  };
}

/** All names of an image are to stand for the very same: docker makes a manifest of its own for each push. */
function otherDigest({ target, reference, digest }: Pushed, expected: string | null): Failure[] {
  if (digest === null || expected === null || digest === expected) return [];
  const message = `${reference} became ${digest}, but the build tag is ${expected}`;
  return [{ target, code: "unknown", message, step: null, details: [], hint: "move it with a tool of the registry's" }];
}

function withPushed(outcomes: readonly Outcome[], pushed: readonly Pushed[]): Outcome[] {
  return outcomes.map((outcome) => {
    const own = pushed.filter(({ target }) => target === outcome.target);
    const digest = own.find((one) => one.digest !== null)?.digest ?? outcome.digest;
    return {
      ...outcome,
      digest,
      published: [...new Set([...outcome.published, ...own.map(({ reference }) => reference)])],
    };
  });
}
