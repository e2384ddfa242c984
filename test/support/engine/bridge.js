import { execa } from "execa";
import { Unable } from "../../../examples/demo/unable.js";

/**
 * A network bridge of the throw-away engine's own: without one, engines as old as 20.10 run no build step. Nothing ever
 * comes through it. Its addresses are from a range for documentation, which nobody's network uses (RFC 5737).
 *
 * @param {string} busybox
 * @returns {Promise<{ name: string, remove: () => Promise<void> }>}
 */
export async function addBridge(busybox) {
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
