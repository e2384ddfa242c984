import { docker } from "./docker.js";
import { Unable } from "./unable.js";

/** @typedef {import("../../test/support/engine/clients.js").Environment} Environment */

/**
 * Removes the images that multistage-build has made of that git repository, under whatever names.
 *
 * @param {Environment} env
 * @param {string} repository
 */
export async function removeImages(env, repository) {
  const filter = `label=multistage-build.repository=${repository}`;
  const { stdout } = await docker({ env }, "image", "ls", "-q", "--filter", filter);
  const ids = new Set(stdout.split("\n").filter((id) => id !== ""));
  if (ids.size > 0) await removeImage(env, "-f", ...ids);
}

/**
 * @param {Environment} env
 * @param {...string} args As for `docker image rm`.
 */
export async function removeImage(env, ...args) {
  const { exitCode, stderr } = await docker({ env }, "image", "rm", ...args);
  if (exitCode !== 0) throw new Unable(stderr);
}
