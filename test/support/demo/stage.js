import { appendFile, cp, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { findBusybox, importStandIn } from "../engine/busybox.js";
import { docker, removeImage, removeImages, Unable } from "../engine/docker.js";
import { checkReach, getEngine } from "../engine/engine.js";
import { readerOf } from "../published.js";
import { startRegistry } from "../registry/registry.js";
import { facts, imageTable } from "./report.js";

/** @typedef {import("../engine/docker.js").Context} Context */
/** @typedef {import("../engine/cleanup.js").Tools} Tools */

/** What the demo's project is FROM. */
const baseImage = "python:3.8-slim";
const program = fileURLToPath(new URL("../../../bin/multistage-build.js", import.meta.url));

/**
 * What the demo runs on.
 *
 * @typedef {object} Stage
 * @property {string} registry `localhost:<port>`
 * @property {string} repository The git repository's name in CI; no other run of the demo has it.
 * @property {string} about Engine, registry and base image, for people.
 * @property {(env: Record<string, string>) => Promise<string>} build Runs multistage-build on the project with these
 *   variables, as a step of a pipeline would; what it prints is seen. Says what the registry has got by it.
 * @property {() => Promise<string>} facts What it took all in all.
 */

/**
 * Brings an engine, a registry, an image to build on, and a copy of the project that no build cache has seen: the first
 * build builds it, and the others show what is not built again.
 *
 * @param {string} source The project's folder.
 * @param {Tools} tools
 * @param {AbortSignal} signal
 * @returns {Promise<Stage>}
 */
export async function setStage(source, tools, signal) {
  const { temporary, cleanup } = tools;
  const engine = await getEngine({ env: withoutCi(process.env), signal }, tools);
  const context = { env: engine.env, signal };
  const registry = await startRegistry();
  cleanup.add("the registry", registry.close);
  await checkReach(context, registry);
  const port = registry.host.replace(/.*:/, "");
  const base = await provideBaseImage(context, tools, `stand-in.invalid/demo:${port}`);
  if (!engine.throwAway) cleanup.stays("what builds leave in the engine's build cache");
  const repository = `octocat/demo-${port}`;
  cleanup.add("the example's images", () => removeImages(engine.env, repository));
  const project = path.join(temporary, "project");
  await cp(source, project, { recursive: true });
  await appendFile(path.join(project, "requirements.txt"), `# ${new Date().toISOString()}\n`);
  await replaceIn(project, baseImage, base.image);
  const reader = readerOf(registry.host);
  return {
    registry: registry.host,
    repository,
    about:
      `engine    ${engine.about}\n` +
      `registry  ${registry.host}, in the demo's memory\n` +
      `base      ${baseImage}${base.about}\n`,
    build: async (env) => {
      const before = registry.requests.length;
      await build({ env: { ...engine.env, ...env }, signal }, project);
      const writes = registry.requests.slice(before).filter(({ method }) => method !== "GET" && method !== "HEAD");
      if (writes.length === 0) return "\nThe registry has received nothing.\n";
      return `\nThe registry now holds\n${imageTable(await reader.images())}`;
    },
    facts: async () => facts(await reader.images(), registry.transfers),
  };
}

/**
 * Sees to it that the engine has an image for the project's stages to be FROM, without a public registry where that can
 * be: the engine's own; or a stand-in of busybox under a name of its own, lest anybody take it for the real one; or Docker
 * Hub's. What the engine did not have is removed at the end.
 *
 * @param {Context} context
 * @param {Tools} tools
 * @param {string} standIn
 */
async function provideBaseImage(context, { temporary, cleanup }, standIn) {
  const own = await docker(context, "image", "inspect", baseImage);
  if (own.exitCode === 0) return { image: baseImage, about: ", which the engine has" };
  const busybox = await findBusybox(context, temporary);
  const image = busybox === null ? baseImage : standIn;
  if (busybox === null) {
    const { exitCode, stderr } = await docker(context, "pull", "-q", image);
    if (exitCode !== 0) throw new Unable(`the example is FROM ${image}, which cannot be had:\n  ${stderr}`);
  } else await importStandIn(context, busybox, image, temporary);
  cleanup.add(busybox === null ? image : `the stand-in for ${baseImage}`, () => removeImage(context.env, image));
  const from = busybox === null ? ", from Docker Hub" : ": a stand-in made of busybox, so no public registry is needed";
  return { image, about: from };
}

/**
 * Runs multistage-build in a folder, as a step of a pipeline would.
 *
 * @param {Context} context
 * @param {string} folder
 */
async function build({ env, signal }, folder) {
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

/**
 * Changes a text wherever the Dockerfiles of a folder have it.
 *
 * @param {string} folder
 * @param {string} text
 * @param {string} by
 */
async function replaceIn(folder, text, by) {
  for (const name of (await readdir(folder)).filter((entry) => entry.endsWith("Dockerfile"))) {
    const file = path.join(folder, name);
    await writeFile(file, (await readFile(file, "utf8")).replaceAll(text, by));
  }
}

/**
 * What a CI says that runs the demo is not about the example.
 *
 * @param {Context["env"]} env
 */
function withoutCi(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(?:CI|DRONE|PLUGIN)(?:_|$)/.test(name)));
}
