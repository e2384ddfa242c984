import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { Unable } from "./unable.js";

const program = fileURLToPath(new URL("../../bin/multistage-build.js", import.meta.url));

/**
 * Runs multistage-build in a folder, as a step of a pipeline would; what it prints is seen.
 *
 * @param {import("./docker.js").Context} context
 * @param {string} folder
 */
export async function build({ env, signal }, folder) {
  const { exitCode } = await execa(process.execPath, [program], {
    cwd: folder,
    env,
    extendEnv: false,
    reject: false,
    stdio: ["ignore", "inherit", "inherit"],
    // Out of reach of Ctrl-C, which is passed on here: a second one would mean that it need not clean up.
    detached: true,
    cancelSignal: signal,
    killSignal: "SIGINT",
    forceKillAfterDelay: 20_000,
  });
  signal.throwIfAborted();
  if (exitCode !== 0) throw new Unable(`multistage-build has failed with exit code ${exitCode}`);
}
