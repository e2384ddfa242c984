import { describe, expect, it } from "vitest";
import { planSteps } from "../../../src/plan/plan-steps.ts";
import type { Work } from "../../../src/plan/steps.ts";
import { farm } from "../../support/builders.ts";
import { planned } from "../../support/planned.ts";
import { made } from "./made.ts";
import { short } from "./short-step.ts";

const work: Work = {
  command: "build",
  builder: farm,
  noCache: false,
  pull: false,
  reuse: false,
  load: false,
  platform: null,
  force: false,
};
const on = (base: string) => ({ base, needs: [base], bind: [{ stage: base, target: base }] });
const base = planned("base", { isBase: true });
const app1 = planned("app1", on("base"));
const app2 = planned("app2", on("base"));
const kept = { push: false, repositories: [] };
const shared = { layersFrom: ["stage 0 of Dockerfile"] };

describe("the steps with a builder that keeps its images to itself", () => {
  it.each<[string, Parameters<typeof planSteps>[1], Partial<Work>, string[]]>([
    [
      "a base is up before anything is built on it; apps get their names once they are proved",
      [base, app1, app2],
      {},
      [
        "resolve base,app1,app2",
        "build base+",
        "push base",
        "build app1+,app2+",
        "prove base,app1,app2",
        "push app1,app2",
        "move base,app1,app2",
      ],
    ],
    [
      "a base of another step is looked for",
      [{ ...base, implied: true }, app1],
      {},
      [
        "resolve base,app1",
        "acquire base for app1 or build base+, push base",
        "build app1+",
        "prove base,app1",
        "push app1",
        "move app1",
      ],
    ],
    [
      "what shares layers that are not up goes up in another bake, from the cache",
      [planned("a", shared), planned("b", shared), planned("c", shared)],
      {},
      ["resolve a,b,c", "build a+,b,c", "build b+,c+", "prove a,b,c", "push a,b,c", "move a,b,c"],
    ],
    [
      "where nothing is published all are built together, and nothing is left to do",
      [
        { ...base, push: false },
        { ...app1, push: false },
        { ...app2, push: false },
      ],
      {},
      ["build base,app1,app2"],
    ],
    [
      "what nothing is kept of is built along with what stands on it",
      [planned("tools", { ...kept, isBase: true }), planned("test", { ...on("tools"), ...kept }), planned("app")],
      {},
      ["resolve app", "build tools,test,app+", "prove app", "push app", "move app"],
    ],
    [
      "and with each bake of what stands on it, where that takes several",
      [
        planned("tools", { ...kept, isBase: true }),
        ...["a", "b", "c"].map((name) => planned(name, { ...on("tools"), ...kept })),
      ],
      { builder: { ...farm, atOnce: 2 } },
      ["build tools,a", "build tools,b,c"],
    ],
  ])("%s", (_, targets, changes, expected) => {
    const steps = planSteps({ buildNumber: 42 }, targets, {}, { ...work, ...changes } as Work, () => false);
    expect(steps.map(short)).toEqual(expected);
  });

  it("are without a cache only the first time", () => {
    const targets = [planned("a", shared), planned("b", shared)];
    const steps = planSteps({ buildNumber: 42 }, targets, {}, { ...work, noCache: true }, () => false);
    expect(steps.flatMap((step) => (step.kind === "build" ? [step.noCache] : []))).toEqual([true, false]);
  });
});

describe("a stage that is shared and published nowhere", () => {
  const dockerfile = "FROM a:1 AS shared\nRUN make\nFROM shared AS app1\nRUN one\nFROM shared AS app2\nRUN two\n";
  const written = { targets: { app1: "x.io/app1", app2: "x.io/app2" } };
  const names = ["app1"];

  it("gets no tag on a host that keeps nothing", () => {
    const { plan, problems } = made(written, { Dockerfile: dockerfile }, { names, builder: "farm1" });
    expect([plan.targets.map(({ name }) => name), problems]).toEqual([["app1"], []]);
    expect(made(written, { Dockerfile: dockerfile }, { names }).plan.targets.map(({ name }) => name)).toEqual([
      "shared",
      "app1",
    ]);
  });
});

describe("a base that is published nowhere", () => {
  const dockerfile = "FROM a:1 AS base\nRUN make\nFROM base AS app\nRUN one\n";
  const problems = (of: object, options: object = {}) =>
    made({ targets: { base: of, app: "x.io/app" } }, { Dockerfile: dockerfile }, { builder: "farm1", ...options })
      .problems;

  it.each<[string, object, RegExp]>([
    ["has no repo", { repo: false }, /^targets\.base\.repo: is false, and app stands on it.*builds: <repository>/s],
    ["is not to be published", { repo: "x.io/base", push: false }, /^targets\.base: is not published by this run/],
  ])("is a mistake where it %s", (_, of, expected) => {
    expect(problems(of)).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    ["what stands on it is not published, either", { pushFlag: false }],
    ["it is on the host, by the engine's own builder", { builder: "buildx" }],
  ])("is none where %s", (_, options) => {
    expect(problems({ repo: false }, options)).toEqual([]);
  });
});

describe("apps that only copy files onto their base", () => {
  const warned = (app: string, options: object = {}) => {
    const files = { Dockerfile: `FROM a:1 AS base\nRUN make\nFROM base AS app\n${app}\n` };
    const written = { targets: { base: "x.io/base", app: "x.io/app" } };
    const { warnings } = made(written, files, { builder: "farm1", ...options });
    return warnings.filter((one) => one.startsWith("copy-link"));
  };

  it.each([
    "COPY app /app/",
    'COPY --chown=1000:1000 app /app/\nENV A=1\nUSER 1000\nCMD ["/app"]',
    "COPY --link a /a/\nCOPY b /b/",
    "ADD app.tar /app/",
  ])("could use --link: %j", (app) => {
    expect(warned(app)).toEqual([expect.stringContaining("app: all that it does")]);
  });

  it.each([
    ["all of it does", "COPY --link app /app/", {}],
    ["a step needs the base's files anyway", "COPY app /app/\nRUN /app/install", {}],
    ["a folder is made in it", "WORKDIR /app\nCOPY app .", {}],
    ["the owner's name is looked up in it", "COPY --chown=www app /app/", {}],
    ["where it goes is not known", "COPY app $HOME/", {}],
    ["there is nothing to copy", 'CMD ["/app"]', {}],
    ["the base is on the host", "COPY app /app/", { builder: "buildx" }],
    ["nothing is published", "COPY app /app/", { pushFlag: false }],
  ])("is not said where %s", (_, app, options) => {
    expect(warned(app, options)).toEqual([]);
  });
});
