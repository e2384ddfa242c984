import { type Failure, failure } from "../core/failure.ts";
import { formatReference } from "../core/reference.ts";
import { attempts, pauseBefore } from "../host/retry.ts";
import type { Manifest } from "../registry/client.ts";
import { type Answer, Refusal } from "../registry/refusal.ts";
import { bring, copyTag, unbrought } from "./bring.ts";
import { decide, type Decision, type MovingPlace, referenceOf, undecided } from "./decide.ts";
import type { Release } from "./run-state.ts";

/** A moving tag that stands for the image now, or may. */
export interface Written {
  at: MovingPlace;
  tag: string;
  /** What it stood for before; null where it was new. Left out where it stood for the image already. */
  from?: Manifest | null;
  /** The digest that it has now; null where the answer was lost, so that nobody knows whether it was written. */
  became: string | null;
}

/** What came of a write: both of a refusal that comes too late or says too little, neither where the tag is kept. */
export interface WriteResult {
  written: Written | null;
  failure: Failure | null;
}

/**
 * Moves one tag. The decision is only good for the moment that it was made at: if the tag stands for something else by now,
 * and after every wait, it is made again. A write whose answer was lost is looked at before it is repeated.
 */
export async function write(context: Release, at: MovingPlace, tag: string, made: Decision): Promise<WriteResult> {
  const { docker, reporter } = context;
  const { client, manifest, target } = at;
  const reference = formatReference(referenceOf(at, tag));
  // It may take a while, after which the decision is looked at.
  const brought = made.kind === "moves" ? await bring(at) : true;
  if (brought instanceof Refusal) return { written: null, failure: unbrought(at, brought) };
  let decision: Answer<Decision> = (await isCurrent(at, tag, made)) ? made : await decide(at, tag);
  let from: Manifest | null | undefined;
  let isLost = false;
  const written = (became: string | null): Written => ({ at, tag, became, ...(from === undefined ? {} : { from }) });
  const failed = (told: Failure): WriteResult => ({ written: isLost ? written(null) : null, failure: told });
  const refused = ({ code, message, hint }: Refusal) =>
    failure(code, `${reference}: ${message}`, { target: target.name, hint });
  const otherDigest = (digest: string) =>
    failure("other-image", `${reference} became ${digest}, not ${manifest.digest}`, { target: target.name });
  for (let tried = 1; ; tried++) {
    if (decision instanceof Refusal) return failed(undecided(at, tag, decision));
    // A write of ours may show only now: it is to be taken back like any other.
    if (decision.kind === "there") return { written: written(manifest.digest), failure: null };
    if (decision.kind === "kept") {
      reporter.note(`${target.name}: ${reference} stays where it is: ${decision.why} (--force moves it all the same)`);
      return { written: null, failure: null };
    }
    ({ from } = decision);
    const started = docker.host.now();
    const answer = await (brought ? client.put(tag, manifest) : copyTag(context, at, tag));
    isLost ||= answer instanceof Refusal && answer.lost;
    const became = answer instanceof Refusal ? manifest.digest : answer.digest;
    if (became !== manifest.digest) return { written: written(became), failure: otherDigest(became) };
    if (!(answer instanceof Refusal) || (isLost && (await client.digest(tag)) === manifest.digest)) {
      const seconds = (docker.host.now() - started) / 1000;
      reporter.progress({ target: target.name, kind: "push", text: `moved ${reference}`, seconds });
      return { written: written(became), failure: null };
    }
    if (!answer.passing || tried === attempts) return failed(refused(answer));
    const pause = pauseBefore(docker.host, tried, answer.retryAfter);
    const when = `trying again in ${(pause / 1000).toFixed(1)} s (${tried + 1} of ${attempts})`;
    reporter.note(`${reference}: ${answer.message}; ${when}`);
    await docker.host.sleep(pause);
    decision = await decide(at, tag);
  }
}

/** Whether the tag still stands for what it did when the decision was made. */
async function isCurrent({ client }: MovingPlace, tag: string, decision: Decision): Promise<boolean> {
  if (decision.kind !== "moves") return true;
  return (await client.digest(tag)) === (decision.from?.digest ?? null);
}
