import type { Host } from "./host.ts";

/** How often something is tried in all, and the pauses between, in milliseconds: full jitter below a doubling bound. */
export const attempts = 5;
const firstPause = 1_000;
const longestPause = 30_000;
const longestAsked = 300_000;
/** All pauses before one thing that is tried together, in milliseconds. */
const longestInAll = 600_000;

/** Why something that failed may well succeed if it is tried again. */
export interface Passing {
  /** In a few words, for the line that tells of the retry. */
  why: string;
  /** How long we were asked to wait, in milliseconds; 0 where we were not. */
  asked: number;
  /** How often it is worth trying in all, where that is less than usual. */
  tries?: number;
}

/**
 * Runs `attempt` until its result is no passing failure, or it has been tried five times, or has been waited for long
 * enough, or the run is interrupted; the last result is returned. `passing` tells whether a result is a failure that may
 * pass. `say` is told of each retry.
 */
export async function withRetries<T>(
  host: Pick<Host, "sleep" | "random" | "signal">,
  { what, say }: { what: string; say: (line: string) => void },
  attempt: () => Promise<T>,
  passing: (result: T) => Passing | null,
): Promise<T> {
  let waited = 0;
  for (let tried = 1; ; tried++) {
    const result = await attempt();
    const reason = passing(result);
    const most = Math.min(reason?.tries ?? attempts, attempts);
    if (reason === null || tried >= most || host.signal.aborted) return result;
    const pause = pauseBefore(host, tried, reason.asked);
    const asked = reason.asked > longestAsked ? ` (it asks for ${Math.round(reason.asked / 1000)} s)` : "";
    if (waited + pause > longestInAll) {
      say(`${what}: ${reason.why}${asked}; given up, after ${Math.round(waited / 1000)} s of waiting`);
      return result;
    }
    say(`${what}: ${reason.why}${asked}; trying again in ${(pause / 1000).toFixed(1)} s (${tried + 1} of ${most})`);
    waited += pause;
    await host.sleep(pause);
    if (host.signal.aborted) return result;
  }
}

/** How long to wait before trying once more: at least what we were `asked` to, within reason. In milliseconds. */
export function pauseBefore(host: Pick<Host, "random">, tried: number, asked: number): number {
  const bound = Math.min(firstPause * 2 ** (tried - 1), longestPause);
  return Math.max(Math.round(bound * (0.5 + host.random() / 2)), Math.min(asked, longestAsked));
}
