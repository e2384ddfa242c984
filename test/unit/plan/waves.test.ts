import { describe, expect, it } from "vitest";
import { formatReference } from "../../../src/core/reference.ts";
import { cut, waves } from "../../../src/plan/waves.ts";
import type { PlannedTarget } from "../../../src/plan/plan.ts";
import { engine } from "../../support/builders.ts";
import { planned } from "../../support/planned.ts";

const base = planned("base");
const bound = (name: string, on = "base") => planned(name, { needs: [on], bind: [{ stage: on, target: on }] });

/** The names in each wave. */
const namesOf = (targets: readonly PlannedTarget[], binds = true) =>
  waves(targets, { ...engine, binds }).map(({ built }) => built.map(({ name }) => name));

describe("waves", () => {
  it.each([
    ["one, where nothing is needed", [base, planned("other")], [["base", "other"]]],
    ["a base, and then what is bound to it", [base, bound("app1"), bound("app2")], [["base"], ["app1", "app2"]]],
    [
      "as many as there are bases on bases",
      [base, bound("middle"), bound("app", "middle")],
      [["base"], ["middle"], ["app"]],
    ],
    [
      "a base, and then what is given it as an argument",
      [base, planned("app", { needs: ["base"], args: { BASE_IMAGE: formatReference(base.image) } })],
      [["base"], ["app"]],
    ],
    [
      "a base, and then what is given it as a named context",
      [base, planned("app", { needs: ["base"], contexts: { lib: "target:base" } })],
      [["base"], ["app"]],
    ],
    ["one, where the base cannot be given", [base, planned("app", { needs: ["base"] })], [["base", "app"]]],
    ["one, where the base exists already", [bound("app1"), bound("app2")], [["app1", "app2"]]],
  ])("%s", (_, targets, expected) => {
    expect(namesOf(targets)).toEqual(expected);
  });

  it("puts each target behind all that it is given", () => {
    const both = planned("both", {
      needs: ["base", "middle"],
      bind: [
        { stage: "base", target: "base" },
        { stage: "middle", target: "middle" },
      ],
    });
    expect(namesOf([base, planned("tools"), bound("middle"), both])).toEqual([["base", "tools"], ["middle"], ["both"]]);
  });

  it.each([
    [
      "what was not asked for, when what it may have to be built on is there",
      [base, bound("implied middle"), bound("app", "implied middle")],
      [
        [[], ["base"]],
        [["implied middle"], ["app"]],
      ],
    ],
    [
      "one after the other in their order",
      [base, bound("implied low"), bound("implied high", "implied low"), bound("app", "implied high")],
      [
        [[], ["base"]],
        [["implied low", "implied high"], ["app"]],
      ],
    ],
    [
      "even where it cannot be given what it stands on",
      [base, planned("implied middle", { needs: ["base"] }), planned("app", { needs: ["implied middle"] })],
      [
        [[], ["base"]],
        [["implied middle"], ["app"]],
      ],
    ],
    ["at once where it stands on nothing", [planned("implied"), bound("app", "implied")], [[["implied"], ["app"]]]],
  ])("acquires %s", (_, targets, expected) => {
    const made = waves(targets, engine, ({ name }) => name.startsWith("implied"));
    expect(made.map((wave) => [wave.acquired, wave.built].map((all) => all.map(({ name }) => name)))).toEqual(expected);
  });

  it("has a wave for each level of needs with a builder that can be given no image", () => {
    const unbound = [
      base,
      planned("tools"),
      planned("middle", { needs: ["base"] }),
      planned("app", { needs: ["middle"] }),
    ];
    expect(namesOf(unbound, true)).toEqual([["base", "tools", "middle", "app"]]);
    expect(namesOf(unbound, false)).toEqual([["base", "tools"], ["middle"], ["app"]]);
  });
});

describe("a wave that is too much for one bake", () => {
  const many = (count: number, changes: object = {}) =>
    Array.from({ length: count }, (_, at) => planned(`app${at + 1}`, changes));
  const sizes = (targets: readonly PlannedTarget[], most: number, noCache = false) =>
    cut(targets, most, noCache).map(({ length }) => length);

  it.each([
    ["not at all where it is not", 50, 50, [50]],
    ["into as few parts as will do", 51, 50, [50, 1]],
    ["into equal ones", 200, 50, [50, 50, 50, 50]],
    ["not where there is nothing", 0, 50, []],
  ])("is cut %s", (_, count, most, expected) => {
    expect(sizes(many(count), most)).toEqual(expected);
  });

  const pairs = [1, 2, 3].flatMap((at) => [planned(`low${at}`), planned(`high${at}`, { needs: [`low${at}`] })]);

  it.each([
    ["keeps together what is built along with what it needs", pairs, 3, false, [2, 2, 2]],
    ["has more than one such group in a part", pairs, 4, false, [4, 2]],
    ["parts a group that is too much by itself", [base, ...many(5, { needs: ["base"] })], 4, false, [4, 2]],
    [
      "but not without a cache, as what is common would be run twice",
      [base, ...many(5, { needs: ["base"] })],
      4,
      true,
      [6],
    ],
  ])("%s", (_, targets, most, noCache, expected) => {
    expect(sizes(targets, most, noCache)).toEqual(expected);
  });

  it("has each target once, behind what it needs", () => {
    const joined = planned("joined", { needs: ["app1", "app3"] });
    const parts = cut([...many(4), joined], 3, false);
    expect(parts.map((part) => part.map(({ name }) => name))).toEqual([
      ["app1", "app3", "joined"],
      ["app2", "app4"],
    ]);
  });
});
