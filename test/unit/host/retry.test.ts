import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attempts, type Passing, pauseBefore, withRetries } from "../../../src/host/retry.ts";
import { fakeHost } from "../../support/host.ts";

/** What comes of an attempt that gives these in turn, the last one for ever; null is a success. */
async function retrying(results: (Passing | "for good" | null)[], signal?: AbortSignal, during?: () => void) {
  const own = fakeHost(
    [],
    { cwd: "/", ...(signal === undefined ? {} : { signal }) },
    { out: "", err: "", commands: [] },
  );
  const notes: string[] = [];
  const started = own.now();
  let tried = 0;
  const result = await withRetries(
    own,
    { what: "push a", say: (line) => void notes.push(line) },
    async () => {
      during?.();
      return results[Math.min(tried++, results.length - 1)]!;
    },
    (one) => (one === null || one === "for good" ? null : one),
  );
  return { result, tried, notes, waited: own.now() - started };
}

const unwell: Passing = { why: "503 Service Unavailable", asked: 0 };

describe("an attempt", () => {
  it.each<[string, (Passing | "for good" | null)[], object]>([
    ["that succeeds is made once", [null], { result: null, tried: 1, waited: 0, notes: [] }],
    ["that fails for good is made once", ["for good"], { result: "for good", tried: 1, waited: 0, notes: [] }],
    ["that fails for a passing reason is made again", [unwell, unwell, null], { result: null, tried: 3 }],
    ["that then fails for good is not", [unwell, "for good"], { result: "for good", tried: 2 }],
    ["that always fails for a passing reason is given up", [unwell], { result: unwell, tried: attempts }],
  ])("%s", async (_, results, expected) => {
    expect(await retrying(results)).toMatchObject(expected);
  });

  it("waits longer each time, and says what for", async () => {
    const { notes, waited } = await retrying([unwell]);
    // Three quarters of 1, 2, 4 and 8 seconds, the test's chance being a half.
    expect(waited).toBe(750 * (1 + 2 + 4 + 8));
    expect(notes).toHaveLength(attempts - 1);
    expect(notes[0]).toBe("push a: 503 Service Unavailable; trying again in 0.8 s (2 of 5)");
  });

  it.each([
    [9_000, 9_000],
    [0, 750],
    // Nobody waits for hours in a pipeline.
    [86_400_000, 300_000],
  ])("that is asked to wait for %i ms waits for %i", async (asked, expected) => {
    expect((await retrying([{ why: "429", asked }, null])).waited).toBe(expected);
  });

  it("that is asked to wait for longer than is reasonable says so", async () => {
    const { notes } = await retrying([{ why: "429", asked: 86_400_000 }, null]);
    expect(notes).toEqual(["push a: 429 (it asks for 86400 s); trying again in 300.0 s (2 of 5)"]);
  });

  it("is not waited for without end, however often it is asked to", async () => {
    const { notes, waited, tried } = await retrying([{ why: "429", asked: 250_000 }]);
    expect({ waited, tried }).toEqual({ waited: 500_000, tried: 3 });
    expect(notes.at(-1)).toBe("push a: 429; given up, after 500 s of waiting");
  });

  it("may be worth fewer tries", async () => {
    const { notes, tried } = await retrying([{ ...unwell, tries: 2 }]);
    expect(tried).toBe(2);
    expect(notes[0]).toContain("(2 of 2)");
  });

  it("is not made again once the run is interrupted, before the wait or in it", async () => {
    expect(await retrying([unwell], AbortSignal.abort("SIGTERM"))).toMatchObject({ tried: 1, waited: 0, notes: [] });
    const stop = new AbortController();
    expect(await retrying([unwell], stop.signal, () => stop.abort("SIGINT"))).toMatchObject({ tried: 1 });
  });

  it("that throws is not made again: that is a bug", async () => {
    let tried = 0;
    const own = fakeHost([], { cwd: "/" }, { out: "", err: "", commands: [] });
    const failing = withRetries(
      own,
      { what: "a", say: () => undefined },
      () => Promise.reject(new TypeError(`bug ${++tried}`)),
      () => unwell,
    );
    await expect(failing).rejects.toThrow("bug 1");
  });
});

describe("a pause", () => {
  it("is at least half its bound, grows to half a minute, and is never shorter than asked, within reason", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 1e9 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (tried, asked, chance) => {
          const pause = pauseBefore({ random: () => chance }, tried, asked);
          const bound = Math.min(1000 * 2 ** (tried - 1), 30_000);
          expect(pause).toBeGreaterThanOrEqual(Math.max(bound / 2, Math.min(asked, 300_000)));
          expect(pause).toBeLessThanOrEqual(Math.max(bound, Math.min(asked, 300_000)));
        },
      ),
    );
  });
});

describe("a retry that the run's end overtakes", () => {
  it.each([
    ["during the pause: the last result is what there is", "pause"],
    ["during the attempt: there is no pause", "attempt"],
  ])("%s", async (_, when) => {
    const controller = new AbortController();
    const [said, tried] = [[] as string[], [] as number[]];
    const sleep = () => {
      controller.abort("SIGTERM");
      return Promise.resolve();
    };
    const result = await withRetries(
      { sleep, random: () => 0.5, signal: controller.signal },
      { what: "push", say: (line) => void said.push(line) },
      () => {
        if (when === "attempt") controller.abort("SIGTERM");
        return Promise.resolve(tried.push(1));
      },
      () => ({ why: "busy", asked: 0 }),
    );
    expect([result, tried.length, said.length]).toEqual([1, 1, when === "pause" ? 1 : 0]);
  });
});
