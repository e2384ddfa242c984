import { access } from "node:fs/promises";
import { findBusybox } from "./busybox.js";
import { findEngine, programs, withClient } from "./clients.js";
import { docker, Unable } from "./docker.js";
import { installDocker } from "./packages.js";
import { startEngine } from "./throw-away.js";

/** @typedef {import("./docker.js").Context} Context */

/**
 * @typedef {object} Engine
 * @property {import("./clients.js").Environment} env In it, `docker` reaches the engine and can build.
 * @property {string} about What it is, for people.
 * @property {boolean} throwAway Whether it was made for this run and goes with it, and all its images.
 */

/**
 * An engine to run on: the one that answers, or else, for root on Debian, a throw-away one. What is done to the machine is
 * said first.
 *
 * @param {Context} context
 * @param {import("./cleanup.js").Tools} tools
 * @returns {Promise<Engine>}
 */
export async function getEngine(context, { temporary, cleanup, say }) {
  const { engine, faults } = await findEngine(context.env);
  if (engine !== null) return use(context, engine, temporary);
  if (!(await isRootOnDebian())) throw new Unable(needed(faults));
  const install = (await programs("dockerd", context.env)).length === 0;
  say(
    [
      "No Docker engine can be used here:",
      ...faults.map((fault) => `  ${fault}`),
      "You are root on Debian or Ubuntu, so the demo makes one: it",
      install
        ? "  - installs the distribution's package docker.io with apt-get (it stays installed; this can take a minute);"
        : "  - takes dockerd from the package docker.io, which is installed;",
      `  - starts a throw-away engine in ${temporary}, with a network bridge of its own;`,
      "  - removes that engine, its images and its bridge at the end.",
      "",
    ].join("\n"),
  );
  if (install) {
    await installDocker(context);
    cleanup.stays("the packages that were installed");
    // Where systemd runs, the package has started an engine: that one will do.
    const started = await findEngine(context.env);
    if (started.engine !== null) return use(context, started.engine, temporary);
  }
  const busybox = await findBusybox(context, temporary);
  if (busybox === null) throw new Unable("apt-get cannot get the package busybox-static, which the demo needs");
  const env = await startEngine(context, { temporary, busybox, cleanup });
  const own = await findEngine(env);
  if (own.engine === null) throw new Unable(["no docker client here can build:", ...own.faults].join("\n  "));
  return { ...(await use({ ...context, env }, own.engine, temporary)), throwAway: true };
}

/** @type {(context: Context, found: import("./clients.js").FoundEngine, temporary: string) => Promise<Engine>} */
async function use(context, { client, version }, temporary) {
  const env = await withClient(client, context.env, temporary);
  return { env: await withItsBuilder({ ...context, env }), about: `Docker ${version}, by ${client}`, throwAway: false };
}

/**
 * The environment in which builds happen in the engine itself. A builder in a container of its own sees neither the
 * engine's images nor this machine's localhost. The builder of a docker context has that context's name.
 * https://docs.docker.com/build/builders/#default-builder
 *
 * @param {Context} context
 * @returns {Promise<import("./clients.js").Environment>}
 */
async function withItsBuilder(context) {
  const { stdout } = await docker(context, "context", "inspect", "--format", "{{.Name}}");
  return { ...context.env, BUILDX_BUILDER: stdout || "default" };
}

/** Ubuntu counts. */
async function isRootOnDebian() {
  const debian = await access("/etc/debian_version").then(
    () => true,
    () => false,
  );
  return debian && process.getuid?.() === 0;
}

/** @param {string[]} faults */
function needed(faults) {
  return [
    "the demo needs a Docker engine, and none can be used here:",
    ...faults.map((fault) => `  ${fault}`),
    "Start Docker and run it again, or set DOCKER_HOST to an engine on this machine. The docker client must be",
    "able to build: with the buildx plugin, or version 20.10. As root on Debian or Ubuntu the demo brings its own engine.",
  ].join("\n");
}

/**
 * Makes sure that the engine's localhost is this machine's: it asks the registry for an image that is not there.
 *
 * @param {Context} context
 * @param {import("../registry/registry.js").Registry} registry
 */
export async function checkReach(context, registry) {
  const { stderr } = await docker(context, "pull", "-q", `${registry.host}/hello`);
  if (registry.requests.length > 0) return;
  throw new Unable(
    `the Docker engine does not reach a registry on this machine's localhost:\n  ${stderr}\n` +
      "It seems to run in a virtual machine or on another host. The demo needs one on this machine.",
  );
}
