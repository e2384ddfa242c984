import { describe, expect, it } from "vitest";
import { confirmBases } from "../../../src/release/confirm-bases.ts";
import { app, buildTag, faultyRegistry, labelsOf, movingPass } from "./rig.ts";

/** A base that was pushed a while ago, and what another host has put there since, or does when the look comes too early. */
async function confirming({
  ago = 60_000,
  took = 2000,
  isBase = true,
  wasPushed = true,
  overwrittenAfter = Infinity,
} = {}) {
  const { registry, fault } = faultyRegistry();
  const pass = movingPass(registry);
  pass.up();
  pass.targets[0]!.isBase = isBase;
  const { host } = pass.context.docker;
  const pushed = host.now() - ago;
  if (wasPushed) pass.state.settled.set("app", { at: pushed, took });
  fault(() => {
    if (host.now() >= pushed + overwrittenAfter)
      registry.putImage(app, buildTag(42), { labels: labelsOf("app", { number: 42 }), layers: ["other"] });
    return undefined;
  });
  const started = host.now();
  const failures = await confirmBases(pass.context, pass.state);
  return {
    codes: failures.map(({ code }) => code),
    waited: host.now() - started,
    asked: registry.requests.length,
    notes: pass.notes,
  };
}

describe("a base that was published", () => {
  it("is there as it was pushed, and nothing is waited for", async () => {
    expect(await confirming()).toMatchObject({ codes: [], waited: 0, asked: 1 });
  });

  it.each([
    ["twice as long as the push took", { ago: 1000, took: 2000 }, 3000],
    ["half a second at least", { ago: 100, took: 10 }, 400],
    ["not once that has passed", { ago: 4000, took: 2000 }, 0],
  ])("is looked at after a while: %s", async (_, times, waited) => {
    expect((await confirming(times)).waited).toBe(waited);
  });

  it("is said to be waited for where that takes a while", async () => {
    expect((await confirming({ ago: 0, took: 89_000 })).notes).toEqual([
      "app: looking in 178 s whether another host has published it at the same time",
    ]);
    expect((await confirming({ ago: 0, took: 2000 })).notes).toEqual([]);
  });

  it("is found to be another host's if that has pushed meanwhile", async () => {
    expect((await confirming({ ago: 0, took: 2000, overwrittenAfter: 3900 })).codes).toEqual(["other-image"]);
  });

  it.each([
    ["nothing stands on it", { isBase: false }],
    ["this run has not pushed it", { wasPushed: false }],
  ])("is not looked at if %s", async (_, changes) => {
    expect(await confirming({ overwrittenAfter: 0, ...changes })).toMatchObject({ codes: [], asked: 0 });
  });
});

it.each([403, 404])("what cannot be seen is not held against it (%d)", async (status) => {
  const { registry, fault } = faultyRegistry();
  const pass = movingPass(registry);
  pass.up();
  pass.targets[0]!.isBase = true;
  pass.state.settled.set("app", { at: 0, took: 1 });
  fault(() => ({ status }));
  expect(await confirmBases(pass.context, pass.state)).toEqual([]);
});

it("a base is looked at in all its repositories", async () => {
  const { registry } = faultyRegistry();
  const pass = movingPass(registry, { targets: { app: [app, "mirror.io/p/app"] } });
  pass.up();
  pass.targets[0]!.isBase = true;
  pass.state.settled.set("app", { at: 0, took: 1 });
  registry.putImage("mirror.io/p/app", buildTag(42), { labels: labelsOf("app", { number: 42 }), layers: ["other"] });
  expect(await confirmBases(pass.context, pass.state)).toMatchObject([
    { code: "other-image", message: expect.stringContaining("mirror.io/p/app") },
  ]);
});
