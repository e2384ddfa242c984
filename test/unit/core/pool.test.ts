import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eachLimited, inDependencyOrder } from "../../../src/core/pool.ts";

/** Work that takes a turn of the event loop, and how much of it went on at once. */
function watched() {
  const [began, ended] = [[] as string[], [] as string[]];
  let running = 0;
  const seen = { began, ended, most: 0 };
  const work = async (name: string) => {
    began.push(name);
    seen.most = Math.max(seen.most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    ended.push(name);
  };
  return { seen, work };
}

describe("eachLimited", () => {
  it("does everything once, and never more at once than it may", async () => {
    const numbers = fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 6 }));
    await fc.assert(
      fc.asyncProperty(numbers, async ([count, limit]) => {
        const items = Array.from({ length: count }, (_, at) => String(at));
        const { seen, work } = watched();
        await eachLimited(items, limit, work);
        expect(seen.ended.toSorted()).toEqual(items.toSorted());
        expect(seen.most).toBe(Math.min(limit, count));
      }),
    );
  });

  it("passes the first rejection on when all that runs has ended", async () => {
    const { seen, work } = watched();
    const failing = async (name: string) => {
      await work(name);
      if (name === "b") throw new Error("b is broken");
    };
    await expect(eachLimited(["a", "b", "c", "d"], 2, failing)).rejects.toThrow("b is broken");
    expect(seen.began).toEqual(seen.ended);
  });
});

describe("inDependencyOrder", () => {
  it("begins an item when all that it needs has ended, and never more at once than it may", async () => {
    // Each item needs some of those before it.
    const graph = fc.array(fc.array(fc.nat(20), { maxLength: 3 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(graph, fc.integer({ min: 1, max: 4 }), async (needs, limit) => {
        const items = needs.map((numbers, at) => ({
          name: String(at),
          needs: at === 0 ? [] : numbers.map((number) => String(number % at)),
        }));
        const { seen, work } = watched();
        await inDependencyOrder(items, limit, async ({ name, needs: needed }) => {
          for (const one of needed) expect(seen.ended).toContain(one);
          await work(name);
        });
        expect(seen.ended).toHaveLength(items.length);
        expect(seen.most).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it("does not wait for what it is not given", async () => {
    const { seen, work } = watched();
    await inDependencyOrder([{ name: "app", needs: ["base"] }], 1, ({ name }) => work(name));
    expect(seen.ended).toEqual(["app"]);
  });

  it("passes the first rejection on when all that runs has ended, and does nothing that needs what failed", async () => {
    const { seen, work } = watched();
    const items = [
      { name: "base", needs: [] },
      { name: "tools", needs: [] },
      { name: "app", needs: ["base"] },
      { name: "cli", needs: ["tools"] },
    ];
    const failing = async ({ name }: { name: string }) => {
      await work(name);
      if (name === "base") throw new Error("base is broken");
    };
    await expect(inDependencyOrder(items, 2, failing)).rejects.toThrow("base is broken");
    expect(seen.ended.toSorted()).toEqual(["base", "cli", "tools"]);
    expect(seen.began).toEqual(seen.ended);
  });
});
