import { describe, expect, it } from "vitest";
import { bakeDefinition, bakeInvocation } from "../../../src/docker/bake.ts";
import type { BuildOptions } from "../../../src/docker/options.ts";
import type { PlannedTarget } from "../../../src/plan/plan.ts";
import { planned } from "../../support/planned.ts";

const options: BuildOptions = { directory: "/work", noCache: false, pull: false, builder: "buildx" };

interface Baked {
  contexts?: Record<string, string>;
  args?: Record<string, string>;
  labels: Record<string, string>;
  "cache-from"?: string[];
  [key: string]: unknown;
}

/** What bake is told of the last of `all`; `together` are built in one bake, the others exist already. */
function baked(
  all: readonly PlannedTarget[],
  together: readonly PlannedTarget[] = all,
  changes: Partial<BuildOptions> = {},
) {
  const definition = bakeDefinition(together, all, { ...options, ...changes }) as { target: Record<string, Baked> };
  return definition.target[all.at(-1)!.name]!;
}

describe("the bake file", () => {
  it.each([
    ["${A}", "$${A}"],
    ["%{if true}", "%%{if true}"],
    ["$${A}", "$$${A}"],
    ["$A {A} 100%", "$A {A} 100%"],
  ])("has the value %s so that bake does not evaluate it", (value, written) => {
    const { args, labels } = baked([planned("app", { args: { ARG: value }, labels: { [value]: value } })]);
    expect(args).toEqual({ ARG: written });
    expect(labels).toEqual({ [written]: written });
  });

  const base = planned("base", { inlineCache: true });
  const bound = planned("app", { needs: ["base"], base: "base", bind: [{ stage: "base", target: "base" }] });
  const unbound = planned("app", { needs: ["base"], base: "base" });
  const named = planned("app", { needs: ["base"], base: "base", args: { BASE_IMAGE: base.image } });

  it.each([
    ["bound, built together", bound, true, { base: "target:base" }, undefined],
    ["bound to what exists", bound, false, { base: `docker-image://${base.image}` }, undefined],
    ["by reference, built together", named, true, { [base.image]: "target:base" }, undefined],
    ["by reference to what exists", named, false, { [base.image]: `docker-image://${base.image}` }, undefined],
    ["not bound, built together", unbound, true, { "multistage-build-needs-base": "target:base" }, undefined],
    ["not bound, on what exists: by its cache", unbound, false, undefined, [`type=registry,ref=${base.image}`]],
  ])("stands an app on its base: %s", (_, app, together, contexts, cache) => {
    const found = baked([base, app], together ? [base, app] : [app]);
    expect(found.contexts).toEqual(contexts);
    expect(found["cache-from"]).toEqual(cache);
  });

  it("gives a target the image of another one under a name of the config's", () => {
    const app = planned("app", { needs: ["base"], base: "base", contexts: { lib: "target:base", files: "../files" } });
    expect(baked([base, app], [app]).contexts).toEqual({ lib: `docker-image://${base.image}`, files: "../files" });
    expect(baked([base, app]).contexts).toMatchObject({ lib: "target:base", files: "../files" });
  });

  it.each([
    ["published", {}, "type=image,push=true"],
    ["kept on the host", { push: false }, "type=docker"],
    ["of several platforms", { push: false, platforms: ["linux/amd64", "linux/arm64"] }, "type=image"],
  ])("gives an image that is %s", (_, changes, output) => {
    const target = planned("app", changes);
    expect(baked([target])).toMatchObject({ output: [output], tags: [target.image] });
  });

  it("pulls newer images, but not where that would look for our own in the registry", () => {
    expect(baked([base], [base], { pull: true }).pull).toBe(true);
    expect(baked([base, bound], [bound], { pull: true }).pull).toBeUndefined();
    expect(baked([base, bound], [base, bound], { pull: true }).pull).toBe(true);
  });

  it("carries the cache of what others stand on, and looks for it where it is told to", () => {
    const target = planned("base", { inlineCache: true, cacheFrom: ["a.com/base:latest", "type=local,src=cache"] });
    expect(baked([target])).toMatchObject({
      "cache-to": ["type=inline"],
      "cache-from": ["type=registry,ref=a.com/base:latest", "type=local,src=cache"],
    });
    expect(baked([planned("app")])["cache-to"]).toBeUndefined();
  });

  it("names secrets, and holds none", () => {
    const secrets = [
      { id: "npm", env: "NPM_TOKEN" },
      { id: "key", file: "key.pem" },
    ];
    const target = planned("app", { secrets });
    expect(baked([target]).secret).toEqual([
      { type: "env", id: "npm", env: "NPM_TOKEN" },
      { type: "file", id: "key", src: "key.pem" },
    ]);
    expect(bakeInvocation([target], [target], options).env).toEqual(["NPM_TOKEN"]);
  });
});

describe("bake's command line", () => {
  const words = (target: PlannedTarget, changes: Partial<BuildOptions> = {}) =>
    bakeInvocation([target], [target], { ...options, ...changes }).argv;

  it.each([
    ["a context outside", { context: "../lib" }, "--allow=fs.read=../lib"],
    ["a Dockerfile outside", { dockerfile: "/etc/Dockerfile" }, "--allow=fs.read=/etc/Dockerfile"],
    ["a named context outside", { contexts: { lib: "../lib" } }, "--allow=fs.read=../lib"],
    ["a secret outside", { secrets: [{ id: "key", file: "/run/key" }] }, "--allow=fs.read=/run/key"],
    ["ssh", { ssh: ["default"] }, "--allow=ssh"],
  ])("lets bake read %s", (_, changes, word) => {
    expect(words(planned("app", changes))).toContain(word);
  });

  it.each([{}, { context: "lib" }, { contexts: { lib: "docker-image://a.com/b" } }])(
    "allows nothing else: %o",
    (changes) => {
      expect(
        words(planned("app", changes)).filter((word) => typeof word === "string" && word.startsWith("--allow")),
      ).toEqual([]);
    },
  );

  it("drops the cache where it is told to", () => {
    expect(words(planned("app"), { noCache: true })).toContain("--no-cache");
    expect(words(planned("app"))).not.toContain("--no-cache");
  });
});
