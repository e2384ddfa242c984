import { rm } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { project } from "../support/project.ts";
import { build, hasBuildx, withBuildx } from "./rig.ts";
import type { State } from "./sound/case.ts";
import { Parts } from "./sound/parts.ts";
import { pairs } from "./sound/random.ts";
import { pushTo } from "./workspace.ts";

/** How many pairs are tried; INPUTS=400 tries so many. INPUTS_SEED repeats a run. */
const count = Number(process.env.INPUTS ?? 20);
const seed = Number(process.env.INPUTS_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** So many are built at once. */
const atOnce = 40;

describe.skipIf(!hasBuildx).each(withBuildx.slice(0, 1))("on the $name engine", (engine) => {
  it(`what is made from the same is the same, seed ${seed}`, async () => {
    const wrong: string[] = [];
    const kinds = new Set<string>();
    const drawn = fc.sample(pairs, { numRuns: count, seed });
    for (let at = 0; at < drawn.length; at += atOnce) {
      const some = drawn.slice(at, at + atOnce);
      const [before, after] = [await made(some.map(([one]) => one)), await made(some.map(([, other]) => other))];
      for (const [of, pair] of some.entries()) {
        const isSame = before.inputs[of] === after.inputs[of];
        const differing = differences(before.content[of]!, after.content[of]!);
        kinds.add(`${isSame ? "the same" : "other"} inputs, ${differing.length === 0 ? "the same" : "other"} content`);
        if (isSame && differing.length > 0) wrong.push(JSON.stringify({ differing, pair }, null, 1));
      }
    }
    expect(wrong.join("\n")).toBe("");
    // Else nothing was shown.
    expect([...kinds]).toEqual(
      expect.arrayContaining(["the same inputs, the same content", "other inputs, other content"]),
    );
  }, 900_000);

  /** What the images would be made from, and what they hold where they are built without cache. */
  async function made(states: readonly State[]) {
    const cwd = await project({ "package.json": {} });
    const parts = new Parts(cwd, "r.invalid/x");
    await parts.write(states);
    const ended = await build(engine, cwd, pushTo("master", 1, "x"), ["plan", "--json"]);
    expect(ended, ended.err).toMatchObject({ code: 0 });
    const { targets } = JSON.parse(ended.out) as { targets: { name: string; inputs: object }[] };
    const content = await parts.withoutCache(engine);
    await rm(path.join(cwd, "bake.json"));
    const inputs = new Map(targets.map(({ name, inputs: of }) => [name, JSON.stringify(of)]));
    return { content, inputs: states.map((_, of) => inputs.get(`part${of}`)!) };
  }
});

function differences(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((name) => one.get(name) !== other.get(name));
}
