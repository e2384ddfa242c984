import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { row } from "./row.js";
import { medians } from "./measure.js";
import { drone, folder, many, program, question } from "./projects.js";

const runs = 15;

/** Starting, planning and installing: what needs no docker.  */
export function startRows() {
  const node = { argv: [process.execPath, "-e", "0"] };
  const command = (/** @type {string} */ cwd, /** @type {string[]} */ ...args) => ({
    argv: [process.execPath, program, ...args],
    cwd,
    env: drone,
  });
  const places = { question: question(), small: many(99), large: many(999) };
  const [bare = 0, version = 0, dryRun = 0] = medians(
    [node, command(places.question, "--version"), command(places.question, "--dry-run")],
    runs,
  );
  const [small = 0, large = 0] = medians(
    [command(places.small, "plan", "--json"), command(places.large, "plan", "--json")],
    5,
  );
  for (const place of Object.values(places)) rmSync(place, { recursive: true });
  const ms = (/** @type {number} */ seconds) => `${Math.round(seconds * 1000)} ms`;
  return [
    row("`--version` against `node -e 0`", 1.8, version / bare, `${ms(version)} / ${ms(bare)}`),
    row("`--dry-run` of the question's example against `node -e 0`", 2.5, dryRun / bare, `${ms(dryRun)} / ${ms(bare)}`),
    row("plan of 1,000 targets against 100", 12, large / small, `${ms(large)} / ${ms(small)}`),
    ...installRows(),
  ];
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
