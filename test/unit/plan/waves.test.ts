import { describe, expect, it } from "vitest";
import { waves } from "../../../src/plan/waves.ts";
import { planned } from "../../support/planned.ts";

const base = planned("base");
const bound = (name: string, on = "base") => planned(name, { needs: [on], bind: [{ stage: on, target: on }] });

/** The names in each wave. */
const namesOf = (...targets: Parameters<typeof waves>[0]) => waves(targets).map((wave) => wave.map(({ name }) => name));

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
      [base, planned("app", { needs: ["base"], args: { BASE_IMAGE: base.image } })],
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
    expect(namesOf(...targets)).toEqual(expected);
  });

  it("puts each target behind all that it is given", () => {
    const both = planned("both", {
      needs: ["base", "middle"],
      bind: [
        { stage: "base", target: "base" },
        { stage: "middle", target: "middle" },
      ],
    });
    expect(namesOf(base, planned("tools"), bound("middle"), both)).toEqual([["base", "tools"], ["middle"], ["both"]]);
  });
});
