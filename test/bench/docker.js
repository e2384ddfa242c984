import { rmSync } from "node:fs";
import { execa } from "execa";
import { findBusybox, importStandIn } from "../support/engine/busybox.js";
import { startRegistry } from "../support/registry/registry.js";
import { appNames, apps, bakeFile, dockerfile, manyApps, oneAppChanged, ourProject, pluginStep } from "./fleet.js";
import { median } from "./measure.js";
import { drone, folder, program } from "./projects.js";
import { row } from "./row.js";

const rounds = 3;
/** So many targets a bake takes that nothing is to be lost in. */
const mostInBake = 50;
let builds = 1000;

/**
 * Building and publishing ten apps and their base: our program against a bake file that is written by hand, and against
 * a step for each image. Null where no docker with buildx answers.
 */
export async function dockerRows() {
  if ((await docker(["version"], {})).failed || (await docker(["buildx", "version"], {})).failed) return null;
  const registry = await startRegistry();
  try {
    const from = await baseImage(registry.host);
    const cold = await compare(registry.host, () => dockerfile(from, `${Math.random()}`));
    const text = dockerfile(from, `${Math.random()}`);
    await compare(registry.host, () => text, 1);
    const unchanged = await compare(registry.host, () => text);
    const changed = await compare(registry.host, () => oneAppChanged(text));
    return [
      row(
        "10 apps + base, cold, against a bake file by hand",
        1.1,
        cold.ours / cold.hand,
        `${s(cold.ours)} / ${s(cold.hand)}`,
      ),
      row("the same, unchanged", 0.33, unchanged.ours / unchanged.hand, `${s(unchanged.ours)} / ${s(unchanged.hand)}`),
      row("the same, one app changed", 0.6, changed.ours / changed.hand, `${s(changed.ours)} / ${s(changed.hand)}`),
      ...(await manyRows(registry.host, from)),
      ...(await againstSteps(registry, from)),
    ];
  } finally {
    await registry.close();
  }
}

const s = (/** @type {number} */ seconds) => `${seconds.toFixed(1)} s`;
const mb = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * Two hundred apps, which no single bake gets through: by hand they are baked fifty at a time.
 *
 * @param {string} registry
 * @param {string} from
 */
async function manyRows(registry, from) {
  const text = manyApps(from, `${Math.random()}`, 200);
  const cold = await compare(registry, () => manyApps(from, `${Math.random()}`, 200), 1, appNames(200));
  await compare(registry, () => text, 1, appNames(200));
  const unchanged = await compare(registry, () => text, 1, appNames(200));
  const told = (/** @type {{ ours: number, hand: number }} */ { ours, hand }) => `${s(ours)} / ${s(hand)}`;
  return [
    row("200 apps + base, cold, against bakes of 50 by hand", 1.1, cold.ours / cold.hand, told(cold)),
    row("the same, unchanged", 0.2, unchanged.ours / unchanged.hand, told(unchanged)),
  ];
}

/**
 * Runs both in turn and returns the medians in seconds.
 *
 * @param {string} registry
 * @param {() => string} text makes the Dockerfile of a run
 */
async function compare(registry, text, runs = rounds, names = apps) {
  /** @type {{ hand: number[], ours: number[] }} */
  const times = { hand: [], ours: [] };
  for (let run = 0; run < runs; run++) {
    times.hand.push(await byHand(registry, text(), names));
    times.ours.push(await byUs(registry, text(), names));
  }
  return { hand: median(times.hand), ours: median(times.ours) };
}

/** @param {string} registry @param {string} text @param {readonly string[]} names of the apps */
async function byHand(registry, text, names) {
  const cwd = folder({ Dockerfile: text });
  const [tag, targets] = [`by-hand-${builds++}`, ["base", ...names]];
  return timed(cwd, async () => {
    for (let at = 0; at < targets.length; at += mostInBake) {
      const input = bakeFile(registry, tag, targets.slice(at, at + mostInBake));
      const ended = await docker(["buildx", "bake", "-f", "-", "--progress=quiet"], { cwd, input });
      if (ended.failed) return ended;
    }
    return { failed: false };
  });
}

/** @param {string} registry @param {string} text */
async function byUs(registry, text, names = apps) {
  const cwd = ourProject(registry, text, names);
  const env = { ...drone, DRONE_BUILD_NUMBER: String(builds++) };
  return timed(cwd, () => execa(process.execPath, [program, "--quiet"], { cwd, env, extendEnv: false }));
}

/**
 * @param {string} cwd is removed
 * @param {() => Promise<{ failed: boolean, stderr?: unknown }>} run
 */
async function timed(cwd, run) {
  const started = performance.now();
  const { failed, stderr } = await run();
  const seconds = (performance.now() - started) / 1000;
  rmSync(cwd, { recursive: true });
  if (failed) throw new Error(String(stderr));
  return seconds;
}

/**
 * One step per image, each from nothing, against our one step.
 *
 * @param {import("../support/registry/registry.js").Registry} registry
 * @param {string} from
 */
async function againstSteps(registry, from) {
  const cwd = folder({ Dockerfile: dockerfile(from, `${Math.random()}`) });
  const steps = await transferred(registry, () =>
    timed(cwd, async () => {
      for (const name of ["base", ...apps]) {
        for (const { args, mayFail = false } of pluginStep(registry.host, from, name)) {
          const ended = await docker(args, { cwd });
          if (ended.failed && !mayFail) return ended;
        }
      }
      return { failed: false };
    }),
  );
  await docker(["pull", "--quiet", from], {});
  const ours = await transferred(registry, () => byUs(registry.host, dockerfile(from, `${Math.random()}`)));
  const up = `${mb(ours.up)} / ${mb(steps.up)}`;
  return [
    row(
      "time against a step per image (1 / ours)",
      1 / 8,
      ours.seconds / steps.seconds,
      `${s(ours.seconds)} / ${s(steps.seconds)}`,
    ),
    row("bytes up against a step per image", 1 / 8, ours.up / steps.up, up),
    // What a moving tag points to is looked up: a few kB each.
    row("MB down", 0.1, ours.down / 1e6, `${mb(ours.down)} / ${mb(steps.down)}`),
  ];
}

/**
 * @param {import("../support/registry/registry.js").Registry} registry
 * @param {() => Promise<number>} run
 */
async function transferred({ transfers }, run) {
  const sum = (/** @type {readonly { size: number }[]} */ blobs) => blobs.reduce((total, { size }) => total + size, 0);
  const before = { up: sum(transfers.uploads), down: sum(transfers.downloads) };
  const seconds = await run();
  return { seconds, up: sum(transfers.uploads) - before.up, down: sum(transfers.downloads) - before.down };
}

/**
 * Puts a small image into the registry to build on, so that a step that starts from nothing has to pull it.
 *
 * @param {string} registry
 */
async function baseImage(registry) {
  const name = `${registry}/library/stand-in:1`;
  const context = { env: process.env, signal: new AbortController().signal };
  const temporary = folder({});
  try {
    const busybox = await findBusybox(context, temporary);
    if (busybox === null) throw new Error("the image to build on is made of a static busybox, and there is none here");
    await importStandIn(context, busybox, name, temporary);
  } finally {
    rmSync(temporary, { recursive: true });
  }
  const pushed = await docker(["push", "--quiet", name], {});
  if (pushed.failed) throw new Error(String(pushed.stderr));
  return name;
}

/** @param {readonly string[]} args @param {import("execa").Options} options */
function docker(args, options) {
  return execa("docker", args, { reject: false, ...options });
}
