import { describe, expect, it } from "vitest";
import { deepest, mostValues, plainConfig } from "../../../src/config/plain-data.ts";

/** Ten times the last level's items on each level, as YAML's anchors make it of a few lines. */
function laughs(levels: number): unknown {
  let value: unknown = "ha";
  for (let level = 0; level < levels; level += 1) value = Array.from({ length: 10 }).fill(value);
  return value;
}

function nested(levels: number): unknown {
  let value: unknown = {};
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
}

const itself: Record<string, unknown> = { a: 1 };
itself.args = { again: [itself] };
const throws = {
  get password(): string {
    throw new Error("no vault here");
  },
};
const wild = new Proxy(
  {},
  {
    ownKeys() {
      throw new TypeError("not for you");
    },
  },
);
const says = "must be plain data, not";

describe("plainConfig", () => {
  it("copies what a config is made of, whatever it is called", () => {
    const written = JSON.parse('{ "a": [1, true, null, "x"], "b": { "__proto__": { "c": 1 }, "constructor": 2 } }');
    const { value, problems } = plainConfig(written);
    expect(problems).toEqual([]);
    expect(JSON.stringify(value)).toBe(JSON.stringify(written));
  });

  it("takes the same value in two places, which is what anchors are for", () => {
    const shared = { A: "1" };
    expect(plainConfig({ a: shared, b: [shared, shared] }).problems).toEqual([]);
  });

  it.each<[what: string, value: unknown, problem: string]>([
    ["ten levels of anchors", { targets: laughs(10) }, `the config: comes to more than ${mostValues} values`],
    ["anchors that hold themselves", itself, "args.again.0: holds itself"],
    ["a getter that throws", { a: throws }, "a.password: cannot be read: no vault here"],
    ["a Proxy that throws", { a: wild }, "a: cannot be read: not for you"],
    ["10,000 levels", nested(10_000), `a.a.a.a: is nested more than ${deepest} levels deep`],
    ["a function", { a: [() => 1] }, `a.0: ${says} a function`],
    ["a function as the whole", () => 1, `the config: ${says} a function`],
    ["a BigInt", { a: 1n }, `a: ${says} a bigint`],
    ["a Symbol", { a: Symbol("x") }, `a: ${says} a symbol`],
    ["a date", { a: new Date(0) }, `a: ${says} a Date`],
    ["a Map", { a: new Map() }, `a: ${says} a Map`],
    ["a Promise", Promise.resolve(1), `the config: ${says} a Promise`],
  ])("refuses %s", (_, value, problem) => {
    expect(plainConfig(value).problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([problem]);
  });
});
