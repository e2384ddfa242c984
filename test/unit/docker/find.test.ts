import { describe, expect, it } from "vitest";
import { findings } from "../../../src/docker/find.ts";
import type { BuildOptions } from "../../../src/docker/options.ts";
import { planned } from "../../support/planned.ts";

const implied = { implied: true, push: false };
const root = planned("root", implied);
const base = planned("base", { ...implied, needs: ["root"], base: "root" });
const local = planned("tools", { ...implied, repositories: [] });
const app = planned("app", { needs: ["base", "tools"], base: "base" });
const done = planned("done", { implied: true });

const sought = (builder: BuildOptions["builder"]) =>
  findings([root, base, local, done, app], { directory: "/", noCache: false, pull: false, builder });

describe("what the selected targets need of others", () => {
  it("is looked for where it can be, and built with what it needs itself", () => {
    const found = sought("buildx");
    expect(found.map(({ target }) => target.name)).toEqual(["base", "tools"]);
    expect(found.map(({ targets }) => targets.map(({ name }) => name))).toEqual([["root", "base"], ["tools"]]);
    expect(found.map(({ inspect }) => inspect.argv)).toEqual(
      [base, local].map(({ image }) => ["docker", "image", "inspect", image]),
    );
    // What is never published is in no registry.
    expect(found.map(({ pull }) => pull?.argv ?? null)).toEqual([["docker", "pull", base.image], null]);
  });

  it("is looked for one by one for a builder that builds one by one", () => {
    const found = sought("docker");
    expect(found.map(({ target }) => target.name)).toEqual(["root", "base", "tools"]);
    expect(found.map(({ targets }) => targets.length)).toEqual([1, 1, 1]);
  });

  it("is nothing where everything is selected, or nothing is needed", () => {
    const options = { directory: "/", noCache: false, pull: false, builder: "buildx" } as const;
    expect(findings([planned("base"), planned("app", { needs: ["base"] })], options)).toEqual([]);
    expect(findings([done, planned("app")], options)).toEqual([]);
  });
});
