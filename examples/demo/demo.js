import { appendFile, cp } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { provideBaseImage } from "./base-image.js";
import { build } from "./build.js";
import { getEngine } from "../../test/support/engine/engine.js";
import { checkReach } from "../../test/support/engine/local.js";
import { events } from "./events.js";
import { removeImages } from "./images.js";
import { readImages } from "./published.js";
import { startRegistry } from "../../test/support/registry/registry.js";
import { commandLines, facts, imageTable } from "./report.js";

/** @typedef {import("./docker.js").Context} Context */
/** @typedef {import("../../test/support/registry/registry.js").Registry} Registry */

const example = fileURLToPath(new URL("project", import.meta.url));

/**
 * @typedef {object} Tools
 * @property {string} temporary A folder that goes at the end.
 * @property {import("./cleanup.js").Cleanup} cleanup
 * @property {(text: string) => void} say
 */

/**
 * Builds the example for each of the events, as Drone would, and shows what a registry then holds.
 *
 * @param {Context} context
 * @param {Tools} tools
 */
export async function demo({ env, signal }, tools) {
  const { temporary, cleanup, say } = tools;
  say(
    "What multistage-build does, on one Dockerfile with a base and two apps. The demo plays Drone: it sets the variables\n" +
      "of four builds and runs multistage-build for each, on a real Docker engine and with a registry of its own.\n",
  );
  const engine = await getEngine({ env: withoutCi(env), signal }, tools);
  const context = { env: engine.env, signal };
  const registry = await startRegistry();
  cleanup.add("the registry", registry.close);
  await checkReach(context, registry);
  const base = await provideBaseImage(context, tools);
  const common = {
    REGISTRY: registry.host,
    DRONE: "true",
    DRONE_REPO: `octocat/demo-${registry.host.replace(/.*:/, "")}`,
    DRONE_REPO_BRANCH: "master",
  };
  if (!engine.throwAway) cleanup.stays("what builds leave in the engine's build cache");
  cleanup.add("the example's images", () => removeImages(engine.env, common.DRONE_REPO));
  say(`example   ${path.relative("", example)}: multistage.Dockerfile and multistage-build.config.yaml`);
  say(`engine    ${engine.about}`);
  say(`registry  ${registry.host}, in the demo's memory`);
  say(`base      ${base}\n`);
  say("What multistage-build warns of is true: in the question's Dockerfile nothing is built on the base.");
  const project = await copyExample(temporary);
  for (const event of events) {
    const set = { ...common, ...event.env };
    say(`\n== ${event.title}\n\n${commandLines(set, "npx multistage-build")}`);
    const before = registry.requests.length;
    await build({ env: { ...engine.env, ...set }, signal }, project);
    say(await whatCame(registry, before));
  }
  say(`\n== What it took\n\n${facts(await readImages(registry.host), registry.transfers)}`);
}

/**
 * What the registry holds, if anything was written to it since its `before`th request.
 *
 * @type {(registry: Registry, before: number) => Promise<string>}
 */
async function whatCame({ host, requests }, before) {
  const writes = requests.slice(before).filter(({ method }) => method !== "GET" && method !== "HEAD");
  if (writes.length === 0) return "\nThe registry has received nothing.\n";
  return `\nThe registry now holds\n${imageTable(await readImages(host))}`;
}

/**
 * A copy that no build cache has seen: the first event builds it, and the others show what is not built again.
 *
 * @param {string} temporary
 */
async function copyExample(temporary) {
  const project = path.join(temporary, "project");
  await cp(example, project, { recursive: true });
  await appendFile(path.join(project, "requirements.txt"), `# ${new Date().toISOString()}\n`);
  return project;
}

/**
 * What a CI says that runs the demo is not about the example.
 *
 * @param {Context["env"]} env
 */
function withoutCi(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(?:CI|DRONE|PLUGIN)(?:_|$)/.test(name)));
}
