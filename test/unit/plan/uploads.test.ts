import { describe, expect, it } from "vitest";
import type { PlannedTarget } from "../../../src/plan/plan.ts";
import { type BuilderTraits, planSteps } from "../../../src/plan/steps.ts";
import { planned } from "../../support/planned.ts";
import { short } from "./short-step.ts";

const bake: BuilderTraits = { binds: true, pushes: true, atOnce: 50 };
const docker: BuilderTraits = { binds: false, pushes: false, atOnce: Infinity };
const how = { command: "build", noCache: false, pull: false, reuse: false, force: false } as const;

const on = (base: string) => ({ base, needs: [base], bind: [{ stage: base, target: base }] });
const base = planned("base", { isBase: true, layersFrom: ["os"] });
const app1 = planned("app1", { ...on("base"), layersFrom: ["a"] });
const app2 = planned("app2", { ...on("base"), layersFrom: ["b"] });
const sharing = (name: string) => planned(name, { layersFrom: [`stage of ${name}`, "shared"] });
const elsewhere = (name: string) => planned(name, { ...on("base"), repositories: [`b.com/${name}`] });
const kept = { push: false, repositories: [] };

describe("what is built and pushed, in turn", () => {
  it.each<[string, PlannedTarget[], BuilderTraits, string[]]>([
    [
      "of what shares layers: the first goes up before the others",
      [sharing("app1"), sharing("app2"), planned("other"), sharing("app3")],
      bake,
      ["build app1+,app2,other+,app3", "push app2,app3"],
    ],
    [
      "of what shares layers that are up by then with its base",
      [base, app1, app2],
      bake,
      ["build base", "push base", "build app1+,app2+"],
    ],
    [
      "on a base that is published nowhere: its layers go up with the first",
      [planned("base", { ...kept, isBase: true, layersFrom: ["os"] }), app1, app2],
      bake,
      ["build base", "build app1+,app2", "push app2"],
    ],
    [
      "of what shares layers with a base of another registry",
      [base, elsewhere("app1"), elsewhere("app2")],
      bake,
      ["build base", "push base", "build app1+,app2", "push app2"],
    ],
    [
      "with a builder that publishes nothing itself, of what shares layers: all go up in their turn",
      [sharing("app1"), sharing("app2")],
      docker,
      ["build app1,app2", "push app1,app2"],
    ],
    [
      "of more than the builder takes at once: in turn, and what the first have sent is up for the next",
      [sharing("app1"), sharing("app2"), sharing("app3"), sharing("app4"), sharing("app5")],
      { ...bake, atOnce: 2 },
      ["build app1+,app2", "push app2", "build app3+,app4+", "build app5+"],
    ],
  ])("%s", (_, targets, builder, expected) => {
    const steps = planSteps({ buildNumber: 42 }, targets, {}, { ...how, builder }, () => false);
    expect(steps.filter(({ kind }) => kind === "build" || kind === "push").map(short)).toEqual(expected);
  });
});
