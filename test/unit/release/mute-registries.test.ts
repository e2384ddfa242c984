import { describe, expect, it } from "vitest";
import { muteRegistries } from "../../../src/release/mute-registries.ts";
import { createRegistry } from "../../support/registry/in-memory.js";
import { movingPass } from "./rig.ts";

type Answers = "yes" | "mute" | "away";

/** A run whose registries give these answers in turn, the last one for ever. */
function run(answers: Answers[], { cacheFrom = [] as string[], push = true } = {}) {
  const { context, state, targets, notes } = movingPass(createRegistry(), {
    targets: { app: ["r.io/app", "s.io/app"] },
  });
  const asked: string[] = [];
  const registries = {
    ...context.registries,
    answers: async (registry: string) => {
      asked.push(registry);
      return answers[Math.min(asked.length, answers.length) - 1]!;
    },
  };
  const all = targets.map((target) => ({ ...target, cacheFrom, push }));
  return { asked, notes, look: () => muteRegistries({ ...context, registries }, state, all) };
}

describe("a registry that the builder is about to speak to", () => {
  it("is asked once a run, whether it is published to or a cache comes from it", async () => {
    const { asked, look } = run(["yes"], { cacheFrom: ["t.io/app", "type=registry,ref=u.io:5/app:c", "type=gha"] });
    expect(await look()).toEqual([]);
    expect(await look()).toEqual([]);
    expect(asked).toEqual(["r.io", "s.io", "t.io", "u.io:5"]);
  });

  it("is not asked where nothing goes there", async () => {
    const { asked, look } = run(["mute"], { push: false });
    expect(await look()).toEqual([]);
    expect(asked).toEqual([]);
  });

  it("may be out of reach from here: docker's own way there may be another", async () => {
    expect(await run(["away"]).look()).toEqual([]);
  });

  it("may be busy for a moment", async () => {
    const { notes, look } = run(["mute", "mute", "yes"]);
    expect(await look()).toEqual([]);
    expect(notes[0]).toMatch(/^[rs]\.io gives no answer; asking again \(2 of 3\)$/);
  });

  it("ends the run before the builder hangs on it", async () => {
    const { asked, look } = run(["mute"], { cacheFrom: ["r.io/cache"] });
    expect(await look()).toMatchObject([
      { code: "registry-down", message: "r.io takes connections but gives no answer, asked 3 times, 10 s each" },
      { code: "registry-down", message: expect.stringContaining("s.io") },
    ]);
    expect(asked).toHaveLength(6);
  });
});
