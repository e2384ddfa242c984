import { describe, expect, it } from "vitest";
import type { PlannedTarget } from "../../../src/plan/plan.ts";
import { planSteps } from "../../../src/plan/plan-steps.ts";
import type { BuilderTraits } from "../../../src/plan/steps.ts";
import { classic as docker, engine as bake } from "../../support/builders.ts";
import { planned } from "../../support/planned.ts";
import { made } from "./made.ts";
import { short } from "./short-step.ts";

const how = {
  command: "build",
  noCache: false,
  pull: false,
  reuse: false,
  load: false,
  platform: null,
  force: false,
} as const;

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
      ["build app1,app2", "push app1", "push app2"],
    ],
    [
      "of what shares more among some: as many steps as that takes",
      [
        planned("a", { layersFrom: ["low", "left"] }),
        planned("b", { layersFrom: ["low", "left"] }),
        planned("c", { layersFrom: ["low", "right"] }),
        planned("d", { layersFrom: ["low", "right"] }),
      ],
      bake,
      ["build a+,b,c,d", "push b,c", "push d"],
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

describe("the layers that images share, by their Dockerfiles", () => {
  const run = "RUN make\n";
  const onStage = `FROM os:1 AS shared\n${run}FROM shared AS a\n${run}FROM shared AS b\n${run}`;
  const here = { repo: "x.io/a", target: "a" };
  const there = { repo: "x.io/b", target: "b" };
  const other = { ...there, dockerfile: "other.Dockerfile" };
  const image = "docker-image://os:1";

  it.each<[string, object, Record<string, string>, string[]]>([
    ["of a stage that no target is", { a: here, b: there }, { Dockerfile: onStage }, ["build a+,b", "push b"]],
    [
      "of a stage that is a target's which is not published",
      { shared: { repo: false }, a: here, b: there },
      { Dockerfile: onStage },
      ["build shared", "build a+,b", "push b"],
    ],
    [
      "of a stage that is a published target's",
      { shared: "x.io/shared", a: here, b: there },
      { Dockerfile: onStage },
      ["build shared", "push shared", "build a+,b+"],
    ],
    [
      "of one stage that is published under two names",
      { a: here, b: { ...there, target: "a" } },
      { Dockerfile: onStage },
      ["build a+,b", "push b"],
    ],
    [
      "of an image from outside",
      { a: here, b: other },
      { Dockerfile: `FROM os:1 AS a\n${run}`, "other.Dockerfile": `FROM os:1 AS b\n${run}` },
      ["build a+,b", "push b"],
    ],
    [
      "of a named context",
      { a: { ...here, contexts: { os: image } }, b: { ...other, contexts: { base: image } } },
      { Dockerfile: `FROM os AS a\n${run}`, "other.Dockerfile": `FROM base AS b\n${run}` },
      ["build a+,b", "push b"],
    ],
    [
      "of a base by its reference",
      {
        shared: "x.io/shared",
        a: { ...here, dockerfile: "other.Dockerfile", args: { BASE: "{{ref.shared}}" } },
        b: { ...other, args: { BASE: "{{ref.shared}}" } },
      },
      {
        Dockerfile: onStage,
        "other.Dockerfile": `ARG BASE\nFROM \${BASE} AS a\n${run}FROM \${BASE} AS b\n${run}`,
      },
      ["build shared", "push shared", "build a+,b+"],
    ],
    [
      "none of scratch",
      { a: here, b: there },
      { Dockerfile: `FROM scratch AS a\n${run}FROM scratch AS b\n${run}` },
      ["build a+,b+"],
    ],
    [
      "none of a stage that files are copied from",
      { a: here, b: there },
      {
        Dockerfile: `FROM os:1 AS tool\n${run}FROM os:2 AS a\nCOPY --from=tool /x /x\nFROM os:3 AS b\nCOPY --from=tool /x /x\n`,
      },
      ["build a+,b+"],
    ],
    [
      "none with what is in another registry",
      { a: here, b: { ...there, repo: "y.io/b" } },
      { Dockerfile: onStage },
      ["build a+,b+"],
    ],
  ])("%s", (_, targets, dockerfiles, expected) => {
    const { plan, problems } = made({ targets } as Parameters<typeof made>[0], dockerfiles);
    expect(problems).toEqual([]);
    expect(plan.steps.filter(({ kind }) => kind === "build" || kind === "push").map(short)).toEqual(expected);
  });
});
