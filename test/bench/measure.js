import { spawnSync } from "node:child_process";

/**
 * Runs commands in turn, so that a machine whose speed changes changes all alike, and returns each one's median time.
 *
 * @param {{ argv: string[], cwd?: string, env?: Record<string, string | undefined> }[]} commands
 * @param {number} runs
 * @returns {number[]} seconds
 */
export function medians(commands, runs) {
  /** @type {number[][]} */
  const times = commands.map(() => []);
  for (let run = -1; run < runs; run++) {
    for (const [at, command] of commands.entries()) {
      const seconds = timed(command);
      // The first run only warms up.
      if (run >= 0) times[at]?.push(seconds);
    }
  }
  return times.map(median);
}

/**
 * Runs one command to its end and returns how long that took in seconds. Throws if the command fails.
 *
 * @param {{ argv: string[], cwd?: string, env?: Record<string, string | undefined>, input?: string }} command
 */
function timed({ argv: [file = "", ...args], cwd, env = process.env, input }) {
  const started = performance.now();
  const { status, stderr, error } = spawnSync(file, args, { cwd, env, input, maxBuffer: 1e9 });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`${file} ${args.join(" ")}: ${error?.message ?? String(stderr).slice(-2000)}`);
  return seconds;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
