import { readFile, writeFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { programs, withStandardPath } from "./clients.js";
import { Unable } from "./docker.js";

const patienceMilliseconds = 60_000;

/**
 * Starts a Docker engine that shares nothing with any other: its data, socket and bridge are its own, and it leaves the
 * firewall alone. `cleanup` stops it. Returns the environment in which docker reaches it.
 *
 * @param {import("./docker.js").Context} context
 * @param {{ temporary: string, busybox: string, cleanup: import("./cleanup.js").Cleanup }} tools
 * @returns {Promise<import("./clients.js").Environment>}
 */
export async function startEngine({ env, signal }, { temporary, busybox, cleanup }) {
  const [dockerd] = await programs("dockerd", env);
  if (dockerd === undefined) throw new Unable("there is no dockerd in PATH");
  const at = (/** @type {string} */ name) => path.join(temporary, name);
  const bridge = await addBridge(busybox);
  cleanup.add("its network bridge", bridge.remove);
  const config = {
    "data-root": at("data"),
    "exec-root": at("exec"),
    hosts: [`unix://${at("docker.sock")}`],
    pidfile: at("dockerd.pid"),
    bridge: bridge.name,
    iptables: false,
    ip6tables: false,
    "ip-forward": false,
    "ip-masq": false,
  };
  await writeFile(at("daemon.json"), JSON.stringify(config));
  const daemon = execa(dockerd, ["--config-file", at("daemon.json")], {
    env: withStandardPath(env),
    extendEnv: false,
    reject: false,
    stdio: ["ignore", "ignore", { file: at("dockerd.log") }],
    buffer: false,
    // Out of reach of Ctrl-C: it goes last, when its images are no longer in use.
    detached: true,
    forceKillAfterDelay: 15_000,
  });
  cleanup.add("the throw-away Docker engine", async () => {
    daemon.kill();
    await daemon;
    // Where /tmp is a mount of its own, dockerd leaves its data mounted on itself.
    await execa(busybox, ["umount", at("data")], { reject: false });
  });
  let ended = false;
  void daemon.finally(() => (ended = true));
  for (const start = Date.now(); !(await answers(at("docker.sock"))); await sleep(200)) {
    signal.throwIfAborted();
    if (!ended && Date.now() - start < patienceMilliseconds) continue;
    const lines = (await readFile(at("dockerd.log"), "utf8")).trim().split("\n").slice(-3);
    throw new Unable(`the Docker engine does not start here:\n  ${lines.join("\n  ")}`);
  }
  const { DOCKER_CONTEXT: _, DOCKER_TLS: __, DOCKER_TLS_VERIFY: ___, ...rest } = env;
  return { ...rest, DOCKER_HOST: `unix://${at("docker.sock")}` };
}

/**
 * Whether an engine listens on that socket. https://docs.docker.com/reference/api/engine/#tag/System/operation/SystemPing
 *
 * @param {string} socketPath
 * @returns {Promise<boolean>}
 */
function answers(socketPath) {
  return new Promise((resolve) => {
    http
      .get({ socketPath, path: "/_ping", timeout: 5000 }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      })
      .on("timeout", () => resolve(false))
      .on("error", () => resolve(false));
  });
}

/**
 * A network bridge of the throw-away engine's own: without one, engines as old as 20.10 run no build step. Nothing ever
 * comes through it. Its addresses are from a range for documentation, which nobody's network uses (RFC 5737).
 *
 * @param {string} busybox
 * @returns {Promise<{ name: string, remove: () => Promise<void> }>}
 */
async function addBridge(busybox) {
  const name = `msdemo${process.pid}`;
  const remove = async () => {
    await run(busybox, "ip", "link", "set", name, "down");
    await run(busybox, "brctl", "delbr", name);
  };
  await run(busybox, "brctl", "addbr", name);
  try {
    await run(busybox, "ip", "addr", "add", "192.0.2.1/24", "dev", name);
    await run(busybox, "ip", "link", "set", name, "up");
  } catch (error) {
    await remove();
    throw error;
  }
  return { name, remove };
}

/** @param {[string, ...string[]]} command */
async function run(...[busybox, ...args]) {
  const { exitCode, stderr } = await execa(busybox, args, { reject: false });
  if (exitCode !== 0) throw new Unable(`cannot make a network bridge, which needs root's full rights:\n  ${stderr}`);
}
