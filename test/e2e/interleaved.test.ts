import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { build, digestOf, type Engine, engines, ensureBaseImage, imageIn, registry } from "./rig.ts";
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

async function run(engine: Engine, space: string, builds: readonly [Build, Build], step: Step, baseFlags: string[]) {
  const { branch, number, cwd } = builds[step.endsWith("0") ? 0 : 1];
  const args = step.startsWith("base") ? [...baseFlags, "base"] : apps;
  const ended = await build(engine, cwd, pushTo(branch, number, space), args);
  expect(ended, `${step}: ${ended.err}`).toMatchObject({ code: 0 });
}
