import { formatReference } from "../core/reference.ts";
import { withRetries } from "../host/retry.ts";
import type { Manifest } from "../registry/client.ts";
import { Refusal } from "../registry/refusal.ts";
import { type MovingPlace, referenceOf } from "./decide.ts";
import type { Release } from "./run-state.ts";
import { overtaken, settle } from "./settle.ts";
import type { Written } from "./write.ts";

/**
 * Takes back what was moved, where nobody has moved it since. What a later build has moved meanwhile is that build's,
 * whichever of us came to write last. Returns what could not be taken back.
 */
export async function takeBack(
  context: Release,
  written: readonly Written[],
  all: readonly MovingPlace[],
): Promise<Written[]> {
  const left: Written[] = [];
  for (const one of written.toReversed()) {
    const { at, tag, from } = one;
    if (from === undefined) continue;
    const isBack = from !== null && (await restore(context, one, from));
    const owner = at.force ? null : await overtaken(at, tag, all);
    if (owner !== null) await settle(context, owner.at, tag, all);
    else if (!isBack) left.push(one);
  }
  return left;
}

/** A wait is followed by another look: only what we have written is ours to take back. */
async function restore(
  { docker, reporter }: Release,
  { at, tag }: Pick<Written, "at" | "tag">,
  from: Manifest,
): Promise<boolean> {
  const answer = await withRetries(
    docker.host,
    { what: formatReference(referenceOf(at, tag)), say: reporter.note },
    async () => {
      const current = await at.client.digest(tag);
      if (current instanceof Refusal) return current;
      return current === at.manifest.digest ? at.client.put(tag, from) : null;
    },
    (refusal) =>
      refusal instanceof Refusal && refusal.passing ? { why: refusal.message, asked: refusal.retryAfter } : null,
  );
  return !(answer instanceof Refusal);
}
