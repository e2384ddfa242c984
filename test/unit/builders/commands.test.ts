import { describe, expect, it } from "vitest";
import { engineBuilder } from "../../../src/builders/bake.ts";
import { dockerBuilder } from "../../../src/builders/docker-build.ts";
import { show } from "../../../src/docker/invocation.ts";
import type { BuildStep } from "../../../src/plan/steps.ts";
import { planned, planWith } from "../../support/planned.ts";

const plan = planWith(["base", "app1", "app2"].map((name) => planned(name)));
const step = (...targets: string[]): BuildStep => ({
  kind: "build",
  targets,
  pushed: [],
  loaded: [],
  noCache: false,
  pull: false,
});

describe("the processes of a build step", () => {
  /** The targets of each process. */
  const baked = (one: BuildStep, up: string[] = []) =>
    engineBuilder("/work")
      .commands(one, plan, new Set(up))
      .map(({ stdin }) => Object.keys((JSON.parse(show(stdin!)) as { target: object }).target));
  const built = (one: BuildStep, up: string[] = []) =>
    dockerBuilder
      .commands(one, plan, new Set(up))
      .map(({ argv }) => argv.map(show).filter((word) => word.startsWith("--target=")));

  it("is one bake for all targets, but those that are up", () => {
    expect(baked(step("app1", "app2"))).toEqual([["app1", "app2"]]);
    expect(baked(step("app1", "app2"), ["app1"])).toEqual([["app2"]]);
    expect(baked(step("app1"), ["app1", "base"])).toEqual([]);
  });

  it("is one docker build for each, but those that are up", () => {
    expect(built(step("app1", "app2"))).toEqual([["--target=app1"], ["--target=app2"]]);
    expect(built(step("app1", "app2"), ["app1"])).toEqual([["--target=app2"]]);
    expect(built(step("app1"), ["app1"])).toEqual([]);
  });
});
