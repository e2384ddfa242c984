import type { ExecResult, Host } from "../host/host.ts";
import { classifyFailure } from "../progress/classify.ts";
import { lastLine } from "./failures.ts";

/** How often something transient is tried in all, and the pauses between: full jitter below a doubling bound. */
export const attempts = 5;
const firstPause = 1_000;
const longestPause = 30_000;
const longestAsked = 300_000;

/**
 * Runs `attempt` until it succeeds, fails for good, or has failed for a passing reason (429, 5xx, a reset, a time-out)
 * five times. `text` is what the attempt printed; `say` is told of each retry and its cause.
 */
export async function withRetries<T extends { result: ExecResult; text: string }>(
  host: Host,
  what: string,
  say: (line: string) => void,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    const outcome = await attempt();
    if (outcome.result.exitCode === 0 || tried === attempts) return outcome;
    const { code, hint } = classifyFailure(outcome.text);
    if (code !== "transient") return outcome;
    const pause = pauseBefore(host, tried, retryAfter(outcome.text));
    const why = hint ?? lastLine(outcome.text);
    say(`${what}: ${why}; trying again in ${(pause / 1000).toFixed(1)} s (${tried + 1} of ${attempts})`);
    await host.sleep(pause);
  }
}

/** How long to wait before trying once more, at least what the registry has `asked` for within reason, in milliseconds. */
export function pauseBefore(host: Host, tried: number, asked: number): number {
  const bound = Math.min(firstPause * 2 ** (tried - 1), longestPause);
  return Math.max(Math.round(bound * (0.5 + host.random() / 2)), Math.min(asked, longestAsked));
}

/** `Retry-After: 7` where docker passes it on, in milliseconds. */
function retryAfter(text: string): number {
  const seconds = /retry[- ]after:?\s*(\d{1,4})/i.exec(text)?.[1];
  return seconds === undefined ? 0 : Number(seconds) * 1000;
}
