import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createCleanup } from "../engine/cleanup.js";
import { Unable } from "../engine/docker.js";

/** By signal, as shells have it. */
const exitCodes = new Map([
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
]);

/** @param {string} text */
const say = (text) => void process.stdout.write(`${text}\n`);

/**
 * Runs a script that makes things, and removes what it made, however it ends. Returns the exit code.
 *
 * @param {(tools: import("../engine/cleanup.js").Tools, signal: AbortSignal) => Promise<void>} script Ends early when the
 *   signal is aborted.
 * @returns {Promise<number>}
 */
export async function play(script) {
  // Who no longer reads (`… | head`) must not keep the script from cleaning up.
  process.stdout.on("error", () => undefined);
  const started = Date.now();
  const stop = new AbortController();
  for (const name of exitCodes.keys()) {
    process.on(name, () => {
      if (!stop.signal.aborted) say("\nStopping: what the demo made is being removed.");
      stop.abort(name);
    });
  }
  const cleanup = createCleanup();
  let exitCode = 0;
  try {
    // A short name: a socket's path may have no more than 107 characters.
    const temporary = await mkdtemp(path.join(os.tmpdir(), "msdemo-"));
    cleanup.add(temporary, () => rm(temporary, { recursive: true, force: true }));
    await script({ temporary, cleanup, say }, stop.signal);
  } catch (error) {
    exitCode = 1;
    if (!stop.signal.aborted) say(`\n${explain(error)}\n`);
  }
  say(`${await cleanup.run()}${Math.round((Date.now() - started) / 1000)} s in all.`);
  if (stop.signal.aborted) return exitCodes.get(stop.signal.reason) ?? 1;
  return cleanup.failed() ? 1 : exitCode;
}

/** @param {unknown} error */
function explain(error) {
  if (error instanceof Unable) return `Sorry, ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
