import { withRetries } from "../host/retry.ts";
import type { Manifest, RepositoryClient } from "../registry/client.ts";
import { type Answer, Refusal } from "../registry/refusal.ts";
import type { Release } from "./run-state.ts";

/** How what was just written is asked for. */
interface Asking {
  /** For the lines that tell of retries. */
  what: string;
  say: Release["reporter"]["note"];
  why: string;
  /** How often in all, where that is less than usual. */
  tries?: number;
}

/** Asks until the answer is not null any more: a registry of several machines may show a moment later what was just written. */
export function untilThere<T>(
  { docker }: Pick<Release, "docker">,
  { what, say, why, tries }: Asking,
  ask: () => Promise<T | null>,
): Promise<T | null> {
  return withRetries(docker.host, { what, say }, ask, (answer) =>
    answer === null ? { why, asked: 0, ...(tries === undefined ? {} : { tries }) } : null,
  );
}

/**
 * Gives an image its build tag, which is written only where there is none: a write whose answer was lost is looked at before
 * it is repeated, and another run may have written it. A laptop's build tag stands for whatever its work tree was last.
 *
 * @returns the digest that the tag stands for in the end, and whether this run has written it
 */
export async function writeBuildTag(
  { docker, plan, reporter }: Pick<Release, "docker" | "plan" | "reporter">,
  client: RepositoryClient,
  { name, tag }: { name: string; tag: string },
  manifest: Manifest,
): Promise<Answer<{ digest: string; isNew: boolean }>> {
  const isFinal = plan.event.buildNumber !== null;
  let isNew = false;
  const digest = await withRetries<Answer<string>>(
    docker.host,
    { what: name, say: reporter.note },
    async () => {
      const up = await client.digest(tag);
      if (up !== null && (up instanceof Refusal || up === manifest.digest || isFinal)) return up;
      const answer = await client.put(tag, manifest);
      isNew = true;
      return answer instanceof Refusal ? answer : answer.digest;
    },
    (answer) =>
      answer instanceof Refusal && answer.passing ? { why: answer.message, asked: answer.retryAfter } : null,
  );
  return digest instanceof Refusal ? digest : { digest, isNew };
}
