import { describe, expect, it } from "vitest";
import type { WrittenConfig } from "../../../src/config/schema.ts";
import { made } from "./made.ts";

const image = "x.io/base:master-860c1904a1ce-42";
const dockerfile = `FROM python:3.8-slim AS base
RUN true
FROM base AS middle
RUN true
FROM middle AS app
ARG VARIANT=a
RUN true
`;

/** What app of such a Dockerfile stands on, with other keys for it and for the base. */
const onBase = (app: object, base: object = {}) =>
  made(
    { targets: { base: { repo: "x.io/base", ...base }, app: { repo: "x.io/app", ...app } } },
    {
      Dockerfile: dockerfile,
    },
  );

describe("the base of a target", () => {
  it("is the nearest target down its FROM chain", () => {
    const { target } = onBase({});
    expect(target("app")).toMatchObject({ base: "base", bind: [{ stage: "base", target: "base" }], needs: ["base"] });
    expect(target("base")).toMatchObject({ base: null, bind: [], needs: [] });
  });

  it.each<[string, object, object, string]>([
    ["the build contexts", { context: "src" }, {}, "the build contexts differ"],
    ["the platforms", { platforms: ["linux/arm64"] }, { platforms: ["linux/amd64"] }, "the platforms differ"],
    ["the named contexts", { contexts: { src: "./src" } }, {}, "the named contexts differ"],
  ])("is none of ours where %s differ", (_, app, base, reason) => {
    const { target, problems, warnings } = onBase(app, base);
    expect(problems).toEqual([]);
    expect(target("app")).toMatchObject({ base: null, bind: [], needs: [] });
    expect(warnings).toContain(`other-base: app is made from base's stage, but not from base's image: ${reason}`);
  });

  it("is the same where an argument differs that it cannot see", () => {
    const { target, warnings } = onBase({ args: { VARIANT: "b" } });
    expect(target("app")).toMatchObject({ base: "base" });
    expect(warnings).toEqual([]);
  });

  it.each([
    ["in its stage", "FROM alpine AS base\nARG A=1 B\n"],
    ["in a stage that it is made from", "FROM alpine AS below\nARG B\nFROM below AS base\n"],
    ["before the first FROM", "ARG B=1\nFROM alpine AS base\n"],
  ])("is none of ours where an argument differs that it declares %s", (_, text) => {
    const targets = { base: "x.io/base", app: { repo: "x.io/app", args: { B: "2" } } };
    const { target, warnings } = made({ targets }, { Dockerfile: `${text}FROM base AS app\n` });
    expect(target("app")).toMatchObject({ base: null, bind: [], needs: [] });
    expect(warnings).toContain(
      "other-base: app is made from base's stage, but not from base's image: the argument B differs",
    );
  });

  it("is the one target, of several of its stage, that is built alike", () => {
    const targets = {
      amd: { repo: "x.io/amd", target: "base", platforms: ["linux/amd64"] },
      arm: { repo: "x.io/arm", target: "base", platforms: ["linux/arm64"] },
      app: { repo: "x.io/app", platforms: ["linux/arm64"] },
    };
    const { target, problems } = made({ targets }, { Dockerfile: dockerfile });
    expect(problems).toEqual([]);
    expect(target("app")).toMatchObject({ base: "arm", needs: ["arm"] });
  });

  it.each<[string, string, object, string | null, string]>([
    ["an image from elsewhere", "FROM python:3.8-slim AS app\n", {}, null, "python:3.8-slim"],
    ["nothing", "FROM scratch AS app\nCOPY . .\n", {}, null, ""],
    ["another Dockerfile's target, as an argument", "ARG ON\nFROM $ON AS app\n", { ON: "{{ref.base}}" }, "base", image],
  ])("is what FROM says: %s", (_, text, args, base, label) => {
    const app = { repo: "x.io/app", dockerfile: "app.Dockerfile", args: args as Record<string, string> };
    const { target, problems } = made(
      { targets: { base: "x.io/base", app } },
      { Dockerfile: dockerfile, "app.Dockerfile": text },
    );
    expect(problems).toEqual([]);
    expect(target("app")?.base).toBe(base);
    expect(target("app")?.labels["org.opencontainers.image.base.name"]).toBe(label);
  });

  it.each<[string, string | null, string]>([
    ["target:base", "base", image],
    ["../rootfs", null, ""],
    ["docker-image://alpine:3", null, ""],
  ])("is what the named context %s is", (from, base, label) => {
    const app = { repo: "x.io/app", dockerfile: "app.Dockerfile", contexts: { lib: from } };
    const { target, problems } = made(
      { targets: { base: "x.io/base", app } },
      { Dockerfile: dockerfile, "app.Dockerfile": "FROM lib AS app\nRUN true\n" },
    );
    expect(problems).toEqual([]);
    expect(target("app")?.base).toBe(base);
    expect(target("app")?.labels["org.opencontainers.image.base.name"]).toBe(label);
  });
});

describe("a stage that two targets share and none is", () => {
  const shared = (stage = "common") => `FROM python:3.8-slim${stage === "" ? "" : ` AS ${stage}`}
RUN true
FROM ${stage === "" ? "python:3.8-slim" : stage} AS app1
${stage === "" ? "COPY --from=0 /a /a\n" : ""}FROM ${stage === "" ? "python:3.8-slim" : stage} AS app2
${stage === "" ? "COPY --from=0 /a /a\n" : ""}`;
  const targets = { app1: "x.io/app1", app2: "x.io/app2" };
  const names = (config: WrittenConfig, text: string, asked: string[]) =>
    made(config, { Dockerfile: text }, { names: asked }).plan.targets.map(({ name }) => name);

  it("is a target of its own where some of them are built", () => {
    expect(names({ targets }, shared(), ["app1"])).toEqual(["common", "app1"]);
  });

  it.each<[string, WrittenConfig, string, string[]]>([
    ["all of them are built", { targets }, shared(), ["app1", "app2"]],
    [
      "none of them is built",
      { targets: { ...targets, tool: "x.io/tool" } },
      `${shared()}FROM scratch AS tool\n`,
      ["tool"],
    ],
    ["it has no name", { targets }, shared(""), ["app1"]],
    ["a target has its name", { targets: { ...targets, common: { target: "app1" } } }, shared(), ["app1"]],
    ["its name has a special meaning", { targets }, shared("context"), ["app1"]],
  ])("is none where %s", (_, config, text, asked) => {
    expect(names(config, text, asked)).toEqual(asked);
  });
});
