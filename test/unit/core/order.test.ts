import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { order } from "../../../src/core/order.ts";

const sort = (needs: Record<string, string[]>) => order(Object.keys(needs), (name) => needs[name] ?? []);

describe("order", () => {
  it.each<[string, Record<string, string[]>, string[]]>([
    ["keeps the given order where nothing is needed", { b: [], a: [], c: [] }, ["b", "a", "c"]],
    ["puts what is needed first", { app: ["base"], base: [] }, ["base", "app"]],
    ["goes down a chain", { a: ["b"], b: ["c"], c: [] }, ["c", "b", "a"]],
    ["ignores what is not there", { a: ["zzz"] }, ["a"]],
  ])("%s", (_, needs, sorted) => {
    expect(sort(needs)).toEqual({ sorted, cycle: null });
  });

  it.each<[Record<string, string[]>, string[]]>([
    [{ a: ["a"] }, ["a", "a"]],
    [{ x: ["a"], a: ["b"], b: ["c"], c: ["a"] }, ["a", "b", "c", "a"]],
  ])("finds the cycle of %j", (needs, cycle) => {
    expect(sort(needs).cycle).toEqual(cycle);
  });

  it("puts every name behind what it needs, whatever the graph", () => {
    const graph = fc.array(fc.array(fc.nat(30), { maxLength: 4 }), { maxLength: 30 });
    fc.assert(
      fc.property(graph, (lists) => {
        // Needs that point to earlier names only can have no cycle; the names are given last first.
        const needs = lists.map((list, at) => list.filter((needed) => needed < at).map(String));
        const names = lists.map((_, at) => String(at)).toReversed();
        const { sorted, cycle } = order(names, (name) => needs[Number(name)] ?? []);
        expect(cycle).toBeNull();
        expect(sorted.toSorted()).toEqual(names.toSorted());
        for (const name of sorted) {
          for (const needed of needs[Number(name)] ?? []) {
            expect(sorted.indexOf(needed)).toBeLessThan(sorted.indexOf(name));
          }
        }
      }),
    );
  });

  it("copes with a chain that would overflow a recursive search", () => {
    const names = Array.from({ length: 20_000 }, (_, at) => String(at));
    expect(order(names, (name) => [String(Number(name) + 1)]).sorted[0]).toBe("19999");
  });
});
