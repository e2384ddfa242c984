import { execa } from "execa";

/**
 * What the demo's programs are started with.
 *
 * @typedef {object} Context
 * @property {import("../../test/support/engine/clients.js").Environment} env The whole environment.
 * @property {AbortSignal} signal Aborted when the demo is to stop.
 */

/**
 * Runs docker and waits for its end; how that came is for the caller to see. Throws only if the demo is to stop, which
 * what cleans up does not want to know.
 *
 * @param {{ env: Context["env"], signal?: AbortSignal }} context
 * @param {...string} args
 */
export async function docker({ env, signal }, ...args) {
  const options = /** @type {const} */ ({ env, extendEnv: false, reject: false, stdin: "ignore" });
  const result = await execa("docker", args, signal === undefined ? options : { ...options, cancelSignal: signal });
  signal?.throwIfAborted();
  return result;
}
