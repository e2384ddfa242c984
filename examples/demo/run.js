import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createCleanup } from "./cleanup.js";
import { demo } from "./demo.js";
import { Unable } from "./unable.js";

/** By signal, as shells have it. */
const exitCodes = new Map([
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
]);

/** @param {string} text */
const say = (text) => void process.stdout.write(`${text}\n`);

// Who no longer reads (`… | head`) must not keep the demo from cleaning up.
process.stdout.on("error", () => undefined);
process.exitCode = await run();

/** Runs the demo and removes what it made, however it ends. Returns the exit code. */
async function run() {
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
    await demo({ env: process.env, signal: stop.signal }, { temporary, cleanup, say });
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
