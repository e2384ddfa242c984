import { execa } from "execa";

/**
 * What programs are started with.
 *
 * @typedef {object} Context
 * @property {import("./clients.js").Environment} env The whole environment.
 * @property {AbortSignal} signal Aborted when what is going on is to stop.
 */

/** There is no going on, for a reason that lies outside; the message says which, for people. */
export class Unable extends Error {
  /** @override */
  name = "Unable";
}

/**
 * Runs docker and waits for its end; how that came is for the caller to see. Throws only if all is to stop, which what
 * cleans up does not want to know.
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

/**
 * Removes the images that multistage-build has made of that git repository, under whatever names.
 *
 * @param {Context["env"]} env
 * @param {string} repository
 */
export async function removeImages(env, repository) {
  const filter = `label=multistage-build.repository=${repository}`;
  const { stdout } = await docker({ env }, "image", "ls", "-q", "--filter", filter);
  const ids = new Set(stdout.split("\n").filter((id) => id !== ""));
  if (ids.size > 0) await removeImage(env, "-f", ...ids);
}

/**
 * @param {Context["env"]} env
 * @param {...string} args As for `docker image rm`.
 */
export async function removeImage(env, ...args) {
  const { exitCode, stderr } = await docker({ env }, "image", "rm", ...args);
  if (exitCode !== 0) throw new Unable(stderr);
}
