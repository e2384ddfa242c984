import { describe, expect, it } from "vitest";
import { planSteps } from "../../../src/plan/plan-steps.ts";
import type { BuilderTraits, Work } from "../../../src/plan/steps.ts";
import { classic as docker, engine as bake } from "../../support/builders.ts";
import { planned } from "../../support/planned.ts";
import { short } from "./short-step.ts";

const ci = { buildNumber: 42 };
const laptop = { buildNumber: null };
const build = (builder: BuilderTraits = bake, changes: object = {}): Work => ({
  command: "build",
  builder,
  noCache: false,
  pull: false,
  reuse: false,
  platform: null,
  load: false,
  force: false,
  ...changes,
});
const push: Work = { command: "push", platform: null, force: false };
const registries = {
  "a.com": { username: "A_USER", password: "A_PASSWORD" },
  "b.com": { insecure: true },
};

const on = (base: string) => ({ base, needs: [base], bind: [{ stage: base, target: base }] });
const base = planned("base", { isBase: true });
const app1 = planned("app1", on("base"));
const app2 = planned("app2", on("base"));
const implied = { ...base, implied: true };
const kept = { push: false, repositories: [] };

/** No variable has a value, unless the test says so. */
const isSet = () => false;

const steps = (event: typeof ci | typeof laptop, targets: Parameters<typeof planSteps>[1], work: Work) =>
  planSteps(event, targets, registries, work, isSet).map(short);

describe("the steps of a build", () => {
  it.each<[string, typeof ci | typeof laptop, Parameters<typeof planSteps>[1], BuilderTraits, string[]]>([
    [
      "in CI: what others stand on is up before anything is built on it",
      ci,
      [base, app1, app2],
      bake,
      [
        "login a.com",
        "resolve base,app1,app2",
        "build base",
        "push base",
        "build app1+,app2+",
        "prove base,app1,app2",
        "move base,app1,app2",
      ],
    ],
    [
      "with a builder that publishes nothing itself",
      ci,
      [base, app1],
      docker,
      [
        "login a.com",
        "resolve base,app1",
        "build base",
        "push base",
        "build app1",
        "prove base,app1",
        "push app1",
        "move base,app1",
      ],
    ],
    [
      "with a builder that can be given no image: what is needed is there before",
      ci,
      [base, planned("app1", { needs: ["base"] })],
      { ...bake, binds: false },
      [
        "login a.com",
        "resolve base,app1",
        "build base",
        "push base",
        "build app1+",
        "prove base,app1",
        "move base,app1",
      ],
    ],
    [
      "of what nothing stands on",
      ci,
      [planned("a"), planned("b")],
      bake,
      ["login a.com", "resolve a,b", "build a+,b+", "prove a,b", "move a,b"],
    ],
    [
      "of a base on a base",
      ci,
      [base, planned("middle", { ...on("base"), isBase: true }), planned("app", on("middle"))],
      bake,
      [
        "login a.com",
        "resolve base,middle,app",
        "build base",
        "push base",
        "build middle",
        "push middle",
        "build app+",
        "prove base,middle,app",
        "move base,middle,app",
      ],
    ],
    [
      "of an app alone: its base is acquired, or else built and published",
      ci,
      [implied, app1],
      bake,
      [
        "login a.com",
        "resolve base,app1",
        "acquire base for app1 or build base, push base",
        "build app1+",
        "prove base,app1",
        "move app1",
      ],
    ],
    [
      "of an app alone, on an anchor, which is published nowhere",
      ci,
      [planned("base", { ...kept, isBase: true, implied: true }), app1],
      bake,
      [
        "login a.com",
        "resolve app1",
        "acquire base for app1 or build base",
        "build app1+",
        "prove base,app1",
        "move app1",
      ],
    ],
    [
      "of an app whose base stands on another: that is looked for only if the base is nowhere",
      ci,
      [implied, planned("middle", { ...on("base"), isBase: true, implied: true }), planned("app", on("middle"))],
      bake,
      [
        "login a.com",
        "resolve base,middle,app",
        "acquire middle for app or acquire base for middle or build base, push base, build middle, push middle",
        "build app+",
        "prove middle,app",
        "move app",
      ],
    ],
    [
      "of an app that stands on two, of which the one stands on the other: none is built twice",
      ci,
      [
        implied,
        planned("middle", { ...on("base"), isBase: true, implied: true }),
        planned("app", { ...on("middle"), needs: ["base", "middle"] }),
      ],
      bake,
      [
        "login a.com",
        "resolve base,middle,app",
        "acquire base for app or build base, push base",
        "acquire middle for app or build middle, push middle",
        "build app+",
        "prove base,middle,app",
        "move app",
      ],
    ],
    [
      "that is not published, in CI",
      ci,
      [planned("base", { isBase: true, push: false }), planned("app1", { ...on("base"), push: false })],
      bake,
      ["build base", "build app1", "prove base,app1"],
    ],
    [
      "that is not published, in CI, of an app alone: its base may be up all the same, which its pull tells",
      ci,
      [planned("base", { isBase: true, push: false, implied: true }), planned("app1", { ...on("base"), push: false })],
      bake,
      ["acquire base for app1 or build base", "build app1", "prove base,app1"],
    ],
    [
      "on a laptop: what is needed is built along, and nothing is looked for",
      laptop,
      [planned("base", { isBase: true, push: false, implied: true }), planned("app1", { ...on("base"), push: false })],
      bake,
      ["build base", "build app1", "prove base,app1"],
    ],
    [
      "on a laptop that publishes: what was not asked for stays here",
      laptop,
      [planned("base", { isBase: true, push: false, implied: true }), app1],
      bake,
      ["login a.com", "build base", "build app1+", "prove base,app1", "move app1"],
    ],
    [
      "of targets of which some are published",
      ci,
      [planned("tool", kept), planned("app")],
      bake,
      ["login a.com", "resolve app", "build tool,app+", "prove tool,app", "move app"],
    ],
    [
      "of a target that has no moving tags",
      ci,
      [planned("app", { tags: [] })],
      bake,
      ["login a.com", "resolve app", "build app+", "prove app"],
    ],
    ["of nothing", ci, [], bake, []],
  ])("%s", (_, event, targets, builder, expected) => {
    expect(steps(event, targets, build(builder))).toEqual(expected);
  });

  it("says how it is built, and how tags are moved", () => {
    const made = planSteps(ci, [implied, app1], {}, build(bake, { noCache: true, pull: true, force: true }), isSet);
    const how = { noCache: true, pull: true };
    expect(made.find(({ kind }) => kind === "build")).toMatchObject(how);
    expect(made.find(({ kind }) => kind === "acquire")).toMatchObject({ otherwise: [how, { kind: "push" }] });
    expect(made.find(({ kind }) => kind === "move")).toMatchObject({ force: true });
    expect(made.find(({ kind }) => kind === "prove")).toMatchObject({ builtBy: "this run" });
  });

  it("logs in for reading where the credentials are at hand", () => {
    const reading = planSteps(ci, [{ ...app1, push: false }], registries, build(), (name) => name.startsWith("A_"));
    expect(reading[0]).toMatchObject({ kind: "login", registry: "a.com" });
  });

  it("logs in only where something is published, with the names of the variables", () => {
    expect(planSteps(ci, [app1], registries, build(), isSet)[0]).toEqual({
      kind: "login",
      by: "docker",
      registry: "a.com",
      username: "A_USER",
      password: "A_PASSWORD",
    });
    expect(steps(ci, [planned("app", { push: false })], build())).toEqual(["build app", "prove app"]);
  });
});

describe("the steps of a push", () => {
  it.each<[string, typeof ci | typeof laptop, Parameters<typeof planSteps>[1], string[]]>([
    [
      "prove first, and publish what is proved",
      ci,
      [base, app1],
      ["prove base,app1", "login a.com", "resolve base,app1", "push base,app1", "move base,app1"],
    ],
    [
      "leave out what was not asked for",
      ci,
      [implied, app1],
      ["prove app1", "login a.com", "resolve app1", "push app1", "move app1"],
    ],
    [
      "prove what is not published, too",
      ci,
      [planned("tool", kept), app1],
      ["prove tool,app1", "login a.com", "resolve app1", "push app1", "move app1"],
    ],
    ["are but a proof where nothing is published", ci, [planned("app", { push: false })], ["prove app"]],
    [
      "ask on a laptop for nothing that is up, as its build tag is written anew",
      laptop,
      [app1],
      ["prove app1", "login a.com", "push app1", "move app1"],
    ],
  ])("%s", (_, event, targets, expected) => {
    expect(steps(event, targets, push)).toEqual(expected);
  });

  it("prove what an earlier step has built", () => {
    expect(planSteps(ci, [app1], {}, push, isSet)[0]).toMatchObject({ kind: "prove", builtBy: "an earlier step" });
  });
});
