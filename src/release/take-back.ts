import { formatReference } from "../core/reference.ts";
import { withRetries } from "../host/retry.ts";
import { type Answer, Refusal } from "../registry/refusal.ts";
import { type MovingPlace, referenceOf } from "./decide.ts";
import type { Release } from "./run-state.ts";
import { overtaken, settle } from "./settle.ts";
import type { Written } from "./write.ts";

/**
 * Takes back what was moved, or may have been, where nobody has moved it since. What a later build has moved meanwhile is
 * that build's, whichever of us came to write last. Returns what could not be taken back.
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
    const isBack = await restore(context, one);
    const owner = at.force ? null : await overtaken(at, tag, all);
    if (owner === null || owner instanceof Refusal) {
      if (!isBack) left.push(one);
      continue;
    }
    const settled = await settle(context, { ...one, at: owner.at }, all);
    if (typeof settled === "string") continue;
    context.reporter.note(`${at.target.name}: ${settled.message}`);
    left.push(one);
  }
  return left;
}

/** Whether the tag is as it was, or somebody else's. A wait is followed by another look: only what we have written is ours. */
async function restore({ docker, reporter }: Release, { at, tag, from, became }: Written): Promise<boolean> {
  const before = from?.digest ?? null;
  // What we know to have written may not show yet.
  const ours = [at.manifest.digest, ...(became === null ? [] : [became, before])];
  const answer = await withRetries(
    docker.host,
    { what: formatReference(referenceOf(at, tag)), say: reporter.note },
    async (): Promise<Answer<boolean>> => {
      const current = await at.client.digest(tag);
      if (current instanceof Refusal) return current;
      if (!ours.includes(current)) return true;
      // No registry of ours is told to remove a tag: others may have pulled by it.
      if (from === null || from === undefined) return false;
      const put = await at.client.put(tag, from);
      return put instanceof Refusal ? put : put.digest === before;
    },
    (refusal) =>
      refusal instanceof Refusal && refusal.passing ? { why: refusal.message, asked: refusal.retryAfter } : null,
  );
  return answer === true;
}
