import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { row } from "./row.js";
import { medians } from "./measure.js";
import { drone, folder, many, program, question } from "./projects.js";

const runs = 15;

const ms = (/** @type {number} */ seconds) => `${Math.round(seconds * 1000)} ms`;

/** Starting, planning and installing: what needs no docker.  */
export function startRows() {
  const places = { small: many(99), large: many(999) };
  const command = (/** @type {string} */ cwd) => ({
    argv: [process.execPath, program, "plan", "--json"],
    cwd,
    env: drone,
  });
  const [small = 0, large = 0] = medians([command(places.small), command(places.large)], 5);
  for (const place of Object.values(places)) rmSync(place, { recursive: true });
  return [
    ...nodes().flatMap(rowsOfNode),
    row("plan of 1,000 targets against 100", 12, large / small, `${ms(large)} / ${ms(small)}`),
    ...installRows(),
  ];
}

/**
 * How long a Node takes to start by itself, and with us.
 *
 * @param {{ name: string, file: string }} node
 */
function rowsOfNode({ name, file }) {
  const cwd = question();
  const started = (/** @type {string[]} */ ...args) => ({ argv: [file, ...args], cwd, env: drone });
  const [bare = 0, version = 0, dryRun = 0] = medians(
    [started("-e", "0"), started(program, "--version"), started(program, "--dry-run")],
    runs,
  );
  rmSync(cwd, { recursive: true });
  return [
    row(`\`--version\` against \`node -e 0\`, ${name}`, 1.8, version / bare, `${ms(version)} / ${ms(bare)}`),
    row(`\`--dry-run\` of the question's example, ${name}`, 2.5, dryRun / bare, `${ms(dryRun)} / ${ms(bare)}`),
  ];
}

/** The Nodes that the package is for, from npm: https://www.npmjs.com/package/node. Without a network the one that runs us. */
function nodes() {
  const versions = ["20", "22", "24"];
  const place = folder({});
  process.on("exit", () => rmSync(place, { recursive: true }));
  const wanted = versions.map((version) => `node${version}@npm:node-${process.platform}-${process.arch}@${version}`);
  try {
    execFileSync("npm", ["install", "--no-audit", "--no-fund", ...wanted], { cwd: place, stdio: "ignore" });
  } catch {
    return [{ name: `Node ${process.versions.node}`, file: process.execPath }];
  }
  return versions.map((version) => ({
    name: `Node ${version}`,
    file: path.join(place, "node_modules", `node${version}`, "bin/node"),
  }));
}

function installRows() {
  const place = folder({});
  const root = path.resolve(import.meta.dirname, "../..");
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--pack-destination", place], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const tarball = path.join(place, packed.filename);
  const cache = path.join(place, "cache");
  const started = performance.now();
  execFileSync(
    "npm",
    ["exec", "--yes", `--cache=${cache}`, `--package=${tarball}`, "--", "multistage-build", "--version"],
    {
      cwd: place,
      stdio: "ignore",
    },
  );
  const seconds = (performance.now() - started) / 1000;
  rmSync(place, { recursive: true });
  const text = `${seconds.toFixed(1)} s from a tarball to \`--version\``;
  return [row("cold install by npx: kB packed, 1 package", 250, packed.size / 1000, text)];
}

/** The machine that the numbers are from. */
export function machine() {
  const [cpu] = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${os.cpus().length} × ${cpu?.model.trim() || "CPU"}, ${memory} GiB, Node ${process.version}, ${os.type()} ${os.release()}`;
}
