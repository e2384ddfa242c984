import { execa } from "execa";
import { withStandardPath } from "./clients.js";
import { Unable } from "./docker.js";

/** @typedef {import("./docker.js").Context} Context */

/**
 * Installs the packages of this Debian or Ubuntu that make a Docker engine and a client that can build on it. In some
 * releases the client and buildx are packages of their own. https://packages.debian.org/search?keywords=docker
 *
 * @param {Context} context
 */
export async function installDocker(context) {
  await withFreshLists(context, async () => {
    const { stdout } = await run(context, "apt-cache", ["search", "--names-only", "^docker-(cli|buildx)$"]);
    const names = stdout.split("\n").map((line) => line.split(" ")[0] ?? "");
    const wanted = ["docker.io", ...names.filter((name) => name !== "")];
    await run(context, "apt-get", ["install", "-y", "-q", "--no-install-recommends", ...wanted]);
  });
}

/**
 * Unpacks a package into `folder`; it is not installed. Throws an {@link Unable} where apt cannot get it.
 *
 * @param {Context} context
 * @param {string} name
 * @param {string} folder
 */
export async function unpack(context, name, folder) {
  await withFreshLists(context, () => run(context, "apt-get", ["download", "-q", name], folder));
  await run(context, "sh", ["-c", `dpkg -x ${name}_*.deb . && rm ${name}_*.deb`], folder);
}

/**
 * Runs `attempt`; if it fails, once more with apt's lists of packages renewed. A fresh container has none.
 *
 * @param {Context} context
 * @param {() => Promise<unknown>} attempt
 */
async function withFreshLists(context, attempt) {
  try {
    await attempt();
  } catch (error) {
    if (!(error instanceof Unable)) throw error;
    await run(context, "apt-get", ["update", "-q"]);
    await attempt();
  }
}

/**
 * @param {Context} context
 * @param {string} program
 * @param {string[]} args
 * @param {string} [folder]
 */
async function run({ env, signal }, program, args, folder) {
  const result = await execa(program, args, {
    env: { ...withStandardPath(env), DEBIAN_FRONTEND: "noninteractive" },
    extendEnv: false,
    reject: false,
    all: true,
    stdin: "ignore",
    // Out of reach of Ctrl-C: half an installation is worse than a short wait.
    detached: true,
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  signal.throwIfAborted();
  if (result.exitCode === 0) return result;
  const last = result.all.trim().split("\n").slice(-3).join("\n  ");
  throw new Unable(`${program} ${args[0]} failed:\n  ${last || result.message}`);
}
