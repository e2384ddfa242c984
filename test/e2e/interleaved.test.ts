import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { contentOf } from "../support/layers.ts";
import {
  build,
  digestOf,
  type Engine,
  engines,
  ensureBaseImage,
  hasBuildx,
  imageIn,
  registry,
  withBuildx,
} from "./rig.ts";
import { dockerfileOf, newSpace, pushTo, removeImages, standsOn, workspace } from "./workspace.ts";

/** One of two builds that share a host and a registry. */
interface Build {
  branch: string;
  number: number;
  cwd: string;
}
/** A step: the first or the second build's base, or its apps. Steps in one list run at the same time. */
type Step = "base 0" | "base 1" | "apps 0" | "apps 1";
type Steps = readonly (readonly Step[])[];

/** Every way in which a base of the other build can get between a base and its apps. */
const interleavings: readonly Steps[] = [
  [["base 0"], ["base 1"], ["apps 0"], ["apps 1"]],
  [["base 0"], ["base 1"], ["apps 1"], ["apps 0"]],
  [["base 1"], ["base 0"], ["apps 0", "apps 1"]],
  [
    ["base 0", "base 1"],
    ["apps 0", "apps 1"],
  ],
  [["base 0"], ["base 1", "apps 0"], ["apps 1"]],
];
const rounds = interleavings.map((steps, at) => ({ at, steps }));
const oneCommit = rounds.slice(0, 2);
const apps = ["app1", "app2"];
const sha = "860c1904a1ce";
const tagOf = ({ branch, number }: Build) => `${branch}-${sha}-${number}`;

describe.skipIf(registry === "").each(engines)("on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  /** Runs the steps and shows of every app that it stands on its own build's base and on no other. */
  async function interleave(space: string, builds: readonly [Build, Build], steps: Steps, baseFlags: string[]) {
    onTestFinished(() => removeImages(engine, space));
    for (const together of steps) {
      await Promise.all(together.map((step) => run(engine, space, builds, step, baseFlags)));
    }
    const bases = await Promise.all(builds.map((one) => imageIn(`${space}/base`, tagOf(one))));
    for (const one of builds) {
      for (const name of apps) {
        const tag = tagOf(one);
        expect(await standsOn(space, { name, tag }, { name: "base", tag }), `${name}:${tag}`).toEqual({
          layers: true,
          baseName: `base:${tag}`,
          baseDigest: true,
        });
      }
    }
    return bases;
  }

  it.each(rounds)("keeps dev and master apart, order $at", async ({ steps }) => {
    const space = newSpace();
    const builds = await Promise.all(
      (["dev", "master"] as const).map(async (branch, at): Promise<Build> => {
        const { cwd } = await workspace(dockerfileOf(`${space}-${branch}`, apps), ["base", ...apps], { space });
        return { branch, number: 41 + at, cwd };
      }),
    );
    const bases = await interleave(space, [builds[0]!, builds[1]!], steps, []);
    expect(bases[0]!.layers).not.toEqual(bases[1]!.layers);
    for (const name of ["base", ...apps]) {
      expect(await digestOf(`${space}/${name}`, "dev")).toBe(await digestOf(`${space}/${name}`, tagOf(builds[0]!)));
      expect(await digestOf(`${space}/${name}`, "latest")).toBe(await digestOf(`${space}/${name}`, tagOf(builds[1]!)));
    }
  });

  // The builder without named contexts takes what is in its cache, so there both builds find the same layers.
  const flags = engine.buildx ? ["--no-cache"] : ["--no-reuse"];
  it.each(oneCommit)("keeps two builds of one commit apart, order $at", async ({ steps }) => {
    const space = newSpace();
    const { cwd } = await workspace(dockerfileOf(space, apps), ["base", ...apps], { space });
    const builds: [Build, Build] = [
      { branch: "master", number: 41, cwd },
      { branch: "master", number: 42, cwd },
    ];
    const bases = await interleave(space, builds, steps, flags);
    expect(new Set(bases.map(({ layers }) => layers.join())).size).toBe(engine.buildx ? 2 : 1);
    // Whoever ends last: the moving tag stays with the later build.
    for (const name of ["base", ...apps]) {
      expect(await digestOf(`${space}/${name}`, "latest")).toBe(await digestOf(`${space}/${name}`, tagOf(builds[1])));
    }
  });
});

/** What the files of a branch hold: `base.txt` and so on. */
type Texts = Record<"base" | "app1" | "app2", string>;
const texts = (base: string, app1: string, app2: string): Texts => ({ base, app1, app2 });

/** Build by build, of dev and of master: some come back to what they were, on this branch or on the other. */
const history: [dev: Texts, master: Texts][] = [
  [texts("1", "1", "1"), texts("1", "1", "1")],
  [texts("2", "1", "1"), texts("1", "1", "1")],
  [texts("1", "1", "1"), texts("2", "1", "2")],
  [texts("1", "1", "1"), texts("1", "2", "1")],
  [texts("2", "2", "1"), texts("2", "1", "1")],
];

describe.skipIf(!hasBuildx)("two branches on two hosts that forget", () => {
  beforeAll(() => Promise.all(withBuildx.map(ensureBaseImage)));

  it("give every app what its own files give, on its own build's base, with images used again", async () => {
    const [here, there] = [withBuildx[0]!, withBuildx.at(-1)!];
    const space = newSpace();
    const forget = () => Promise.all([here, there].map((host) => removeImages(host, space)));
    onTestFinished(async () => void (await forget()));
    const stages = [
      "FROM scratch AS base\nCOPY base.txt /",
      ...apps.map((app) => `FROM base AS ${app}\nCOPY ${app}.txt /`),
    ];
    const place = () => workspace(stages.join("\n"), ["base", ...apps], { space });
    const [dev, master] = [await place(), await place()];
    const found: Found[][] = [];
    for (const [at, [ofDev, ofMaster]] of history.entries()) {
      const first: Build = { branch: "dev", number: 41 + 2 * at, cwd: dev.cwd };
      const second: Build = { branch: "master", number: 42 + 2 * at, cwd: master.cwd };
      await Promise.all([write(first, ofDev), write(second, ofMaster)]);
      const pair: [Build, Build] = [first, second];
      // Each base is made on one host, the apps on the other; the other branch's base is made in between.
      await run(here, space, pair, "base 0", []);
      await run(there, space, pair, "base 1", []);
      if (at % 2 === 0) await forget();
      await Promise.all([run(there, space, pair, "apps 0", []), run(here, space, pair, "apps 1", [])]);
      if (at % 2 === 1) await forget();
      const [made, others] = [await find(space, first), await find(space, second)];
      expect([made.texts, others.texts]).toEqual([wanted(ofDev), wanted(ofMaster)]);
      found.push([made, others]);
    }
    // What has not changed on a branch is the very same image.
    const unchanged = history.flatMap((both, at) =>
      both.flatMap((one, side) =>
        JSON.stringify(one) === JSON.stringify(history[at - 1]?.[side]) ? [{ at, side }] : [],
      ),
    );
    expect(unchanged).toHaveLength(2);
    for (const { at, side } of unchanged) expect(found[at]![side]!.digests).toEqual(found[at - 1]![side]!.digests);
  });
});

/** What is published of a build: which files each image holds, by their sums, and its digest. */
interface Found {
  texts: Record<string, string[]>;
  digests: (string | null)[];
}

async function find(space: string, one: Build): Promise<Found> {
  const [tag, names] = [tagOf(one), ["base", ...apps]];
  const base = await imageIn(`${space}/base`, tag);
  const read = async (name: string) => {
    const { layers } = await imageIn(`${space}/${name}`, tag);
    expect(layers.slice(0, base.layers.length), `${name}:${tag}`).toEqual(base.layers);
    const content = await contentOf(registry, `${space}/${name}`, tag);
    return [
      name,
      [...content].flatMap(([file, entry]) => (file.endsWith(".txt") ? [sumIn(file, entry)] : [])).toSorted(),
    ];
  };
  return {
    texts: Object.fromEntries(await Promise.all(names.map(read))) as Found["texts"],
    digests: await Promise.all(names.map((name) => digestOf(`${space}/${name}`, tag))),
  };
}

function wanted(all: Texts): Found["texts"] {
  const sum = (name: keyof Texts) => `${name}.txt ${createHash("sha256").update(all[name]).digest("hex")}`;
  return { base: [sum("base")], app1: [sum("app1"), sum("base")], app2: [sum("app2"), sum("base")] };
}

function sumIn(file: string, entry: string): string {
  return `${file} ${entry.split(" ").at(-1)}`;
}

async function write({ cwd }: Build, all: Texts): Promise<void> {
  for (const [name, text] of Object.entries(all)) await writeFile(path.join(cwd, `${name}.txt`), text);
}

async function run(engine: Engine, space: string, builds: readonly [Build, Build], step: Step, baseFlags: string[]) {
  const { branch, number, cwd } = builds[step.endsWith("0") ? 0 : 1];
  const args = step.startsWith("base") ? [...baseFlags, "base"] : apps;
  const ended = await build(engine, cwd, pushTo(branch, number, space), args);
  expect(ended, `${step}: ${ended.err}`).toMatchObject({ code: 0 });
}
