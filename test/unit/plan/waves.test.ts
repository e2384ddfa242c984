import { describe, expect, it } from "vitest";
import { formatReference } from "../../../src/core/reference.ts";
import { waves } from "../../../src/plan/waves.ts";
import type { PlannedTarget } from "../../../src/plan/plan.ts";
import { planned } from "../../support/planned.ts";

const base = planned("base");
const bound = (name: string, on = "base") => planned(name, { needs: [on], bind: [{ stage: on, target: on }] });

/** The names in each wave. */
const namesOf = (targets: readonly PlannedTarget[], binds = true) =>
  waves(targets, binds).map(({ built }) => built.map(({ name }) => name));

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
    const made = waves(targets, true, ({ name }) => name.startsWith("implied"));
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
