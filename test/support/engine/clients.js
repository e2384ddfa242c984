import { access, constants, mkdir, realpath, symlink } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

/** @typedef {Record<string, string | undefined>} Environment */

/** Where Debian's packages put things, for a PATH that leaves some of it out. */
const standard = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Every program of that name, those in PATH first and each only once, though it may be linked from several places.
 *
 * @param {string} name
 * @param {Environment} env
 * @returns {Promise<string[]>} Absolute paths.
 */
export async function programs(name, env) {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  const folders = [...(env.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder)), ...standard];
  const found = new Map();
  for (const candidate of folders.map((folder) => path.join(folder, file))) {
    const real = await access(candidate, constants.X_OK).then(
      () => realpath(candidate),
      () => null,
    );
    if (real !== null && !found.has(real)) found.set(real, candidate);
  }
  return [...found.values()];
}

/** @param {Environment} env */
export function withStandardPath(env) {
  return { ...env, PATH: [env.PATH ?? "", ...standard].join(path.delimiter) };
}

/**
 * Why a docker client cannot be used, in words, or the version of the engine that it reaches.
 *
 * @param {string} file
 * @param {Environment} env
 * @returns {Promise<{ engine: string } | { fault: string }>}
 */
async function inspectClient(file, env) {
  const options = /** @type {const} */ ({ env, extendEnv: false, reject: false, timeout: 20_000 });
  const [version, buildx] = await Promise.all([
    execa(file, ["version", "--format", "{{.Client.Version}} {{.Server.Version}}"], options),
    execa(file, ["buildx", "version"], options),
  ]);
  if (version.timedOut) return { fault: "the engine does not answer" };
  if (version.exitCode !== 0) return { fault: version.stderr.trim().split("\n").at(-1) ?? "" };
  const [client = "", engine = ""] = version.stdout.split(" ");
  if (buildx.exitCode !== 0 && !hasBuildKit(client))
    return { fault: `docker ${client} has no buildx plugin to build with` };
  return { engine };
}

/**
 * Whether a docker client of that version builds with BuildKit by itself, without buildx: 18.09 to 20.10 do.
 *
 * @param {string} version
 */
export function hasBuildKit(version) {
  const major = Number.parseInt(version, 10);
  return version.startsWith("18.09") || (major > 18 && major < 23);
}

/**
 * @typedef {object} FoundEngine
 * @property {string} client The docker client that reaches it and can build on it.
 * @property {string} version The engine's.
 */

/**
 * The engine that the docker in PATH reaches, by DOCKER_HOST or docker's context. A client that reaches none or cannot
 * build is passed over: another one on this machine may do. `faults` says what was wrong with each.
 *
 * @param {Environment} env
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

/**
 * The environment in which `docker` is that client.
 *
 * @param {string} file
 * @param {Environment} env
 * @param {string} temporary A folder for the link that does it.
 * @returns {Promise<Environment>}
 */
export async function withClient(file, env, temporary) {
  const [first] = await programs("docker", env);
  const inPath = (env.PATH ?? "").split(path.delimiter).includes(path.dirname(file));
  if (first === file && inPath) return env;
  const folder = path.join(temporary, "bin");
  await mkdir(folder);
  await symlink(file, path.join(folder, "docker"));
  return { ...env, PATH: `${folder}${path.delimiter}${env.PATH ?? ""}` };
}
