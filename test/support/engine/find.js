import { inspectClient, programs } from "./clients.js";

/**
 * @typedef {object} FoundEngine
 * @property {string} client The docker client that reaches it and can build on it.
 * @property {string} version The engine's.
 */

/**
 * The engine that the docker in PATH reaches, by DOCKER_HOST or docker's context. A client that reaches none or cannot
 * build is passed over: another one on this machine may do. `faults` says what was wrong with each.
 *
 * @param {import("./clients.js").Environment} env
 * @returns {Promise<{ engine: FoundEngine | null, faults: string[] }>}
 */
export async function findEngine(env) {
  const faults = [];
  for (const client of await programs("docker", env)) {
    const found = await inspectClient(client, env);
    if ("engine" in found) return { engine: { client, version: found.engine }, faults };
    faults.push(`${client}: ${found.fault}`);
  }
  return { engine: null, faults: faults.length > 0 ? faults : ["no docker in PATH"] };
}
