import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { startRegistry } from "../support/registry/registry.js";
import { drone, folder, program } from "./projects.js";
import { row } from "./row.js";

const inputs = "multistage-build.inputs";

/** Planning and naming what has not changed, which needs no docker: a registry in memory holds an earlier build's images. */
export async function unchangedRows() {
  const [small, large] = [await unchanged(100), await unchanged(1000)];
  const ms = (/** @type {number} */ seconds) => `${Math.round(seconds * 1000)} ms`;
  return [row("1,000 unchanged targets against 100", 12, large / small, `${ms(large)} / ${ms(small)}`)];
}

/**
 * The seconds of a build of so many targets, none of which has changed.
 *
 * @param {number} count
 */
async function unchanged(count) {
  const registry = await startRegistry();
  const names = ["base", ...Array.from({ length: count - 1 }, (_, at) => `app${at + 1}`)];
  const stages = names.map((name) => `FROM ${name === "base" ? "scratch" : "base"} AS ${name}\nCOPY config /${name}\n`);
  const targets = names.map((name) => `  ${name}: ${registry.host}/bench/${name}\n`);
  const cwd = folder({
    Dockerfile: stages.join(""),
    config: "",
    "multistage-build.config.yaml": `targets:\n${targets.join("")}`,
  });
  // That there is a buildx is all that has to be known of docker.
  mkdirSync(path.join(cwd, "cli-plugins"));
  writeFileSync(path.join(cwd, "cli-plugins/docker-buildx"), "");
  try {
    const { targets: planned } = JSON.parse((await run(cwd, 41, "plan", "--json")).stdout);
    let base = "";
    for (const { name, labels, inputs: own, references } of planned) {
      // As a build writes it: what is known, and the digests of the images that it stands on.
      const made = [own.known, ...own.targets.map(() => base)].join(" ");
      const content = { labels: { ...labels, [inputs]: made }, layers: name === "base" ? ["base"] : ["base", name] };
      const [{ repository, buildTag, moving }] = references;
      const digests = [buildTag, ...moving].map((tag) => registry.putImage(repository, tag, content));
      if (name === "base") base = digests[0] ?? "";
    }
    const started = performance.now();
    const { stdout } = await run(cwd, 42, "--json");
    const seconds = (performance.now() - started) / 1000;
    const other = JSON.parse(stdout).targets.find(
      (/** @type {{ status: string }} */ { status }) => status !== "reused",
    );
    if (other !== undefined) throw new Error(`${other.target} was ${other.status}: ${other.why}`);
    return seconds;
  } finally {
    rmSync(cwd, { recursive: true });
    await registry.close();
  }
}

/** @param {string} cwd @param {number} number @param {string[]} args */
function run(cwd, number, ...args) {
  const env = { ...drone, DRONE_BUILD_NUMBER: String(number), DOCKER_CONFIG: cwd };
  return execa(process.execPath, [program, ...args], { cwd, env, extendEnv: false });
}
