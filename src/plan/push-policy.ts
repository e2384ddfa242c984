import { type BuildEvent, isPullRequest } from "../core/event.ts";

/** Whether a run publishes, and the reason in words. */
export interface PushDecision {
  push: boolean;
  reason: string;
}

/**
 * Publishes from CI, but never from a pull request, whose author may be anybody, and never from a laptop, unless told
 * to. `flag` is --push or --no-push; `policy` is the config's `push`; what `loads` is to be tested first.
 */
export function decidePush(
  event: BuildEvent,
  policy: "auto" | boolean,
  flag: boolean | undefined,
  loads = false,
): PushDecision {
  if (loads) return { push: false, reason: "--load brings images to this host; push publishes them" };
  if (flag === false) return { push: false, reason: "--no-push" };
  if (flag === true) return { push: true, reason: "--push" };
  if (policy === false) return { push: false, reason: "the config says push: false" };
  if (event.provider === "local") return { push: false, reason: "not a CI build; --push publishes all the same" };
  if (!isPullRequest(event)) return { push: true, reason: `${event.kind} in ${event.provider}` };
  return policy === true
    ? { push: true, reason: "a pull request, and the config says push: true" }
    : { push: false, reason: "a pull request; nothing of it is published" };
}
