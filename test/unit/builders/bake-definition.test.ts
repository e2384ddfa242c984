import { describe, expect, it } from "vitest";
import { bakeInvocation } from "../../../src/builders/bake-definition.ts";
import { formatReference } from "../../../src/core/reference.ts";
import { fillIn, show } from "../../../src/docker/invocation.ts";
import type { PlannedTarget } from "../../../src/plan/plan.ts";
import { planned, planWith } from "../../support/planned.ts";

type Options = Parameters<typeof bakeInvocation>[2];

const options: Options = {
  directory: "/work",
  pushed: [],
  loaded: [],
  builder: null,
  store: "host",
  noCache: false,
  pull: false,
};

interface Baked {
  contexts?: Record<string, string>;
  args?: Record<string, string>;
  labels: Record<string, string>;
  "cache-from"?: string[];
  [key: string]: unknown;
}

/** What bake is told of the last of `all`; `together` are built in one bake, the others exist already. */
function baked(all: readonly PlannedTarget[], together = all, changes: Partial<Options> = {}): Baked {
  const { stdin } = bakeInvocation(together, planWith(all), { ...options, ...changes });
  const definition = JSON.parse(show(stdin!)) as { target: Record<string, Baked> };
  return definition.target[all.at(-1)!.name]!;
}

/** The same with what is known of digests when it runs. */
function filled(target: PlannedTarget, changes: Partial<Options>, digests: [string, string][]): Baked {
  const { stdin } = bakeInvocation([target], planWith([planned("base"), target]), { ...options, ...changes });
  const definition = JSON.parse(fillIn(stdin!, { variables: {}, digests: new Map(digests) })) as {
    target: Record<string, Baked>;
  };
  return definition.target[target.name]!;
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

  const base = planned("base", { isBase: true });
  const image = formatReference(base.image);
  const context = `docker-image://${image}@$DIGEST_base`;
  const bound = planned("app", { needs: ["base"], base: "base", bind: [{ stage: "base", target: "base" }] });
  const unbound = planned("app", { needs: ["base"], base: "base" });
  const named = planned("app", { needs: ["base"], base: "base", args: { BASE_IMAGE: image } });

  it.each([
    ["bound, built together", bound, true, { base: "target:base" }, undefined],
    ["bound to what exists", bound, false, { base: context }, undefined],
    ["by reference, built together", named, true, { [image]: "target:base" }, undefined],
    ["by reference to what exists", named, false, { [image]: context }, undefined],
    ["not bound, built together", unbound, true, { "multistage-build-needs-base": "target:base" }, undefined],
    ["not bound, on what exists: by its cache", unbound, false, undefined, [`type=registry,ref=${image}`]],
  ])("stands an app on its base: %s", (_, app, together, contexts, cache) => {
    const found = baked([base, app], together ? [base, app] : [app]);
    expect(found.contexts).toEqual(contexts);
    expect(found["cache-from"]).toEqual(cache);
  });

  it.each([
    ["published nowhere", { places: [] }],
    ["not published by this build", { push: false }],
  ])("goes by the name of a base that is %s", (_, changes) => {
    const unknown = { ...base, ...changes };
    expect(baked([unknown, bound], [bound]).contexts).toEqual({ base: `docker-image://${image}` });
  });

  it("gives a target the image of another one under a name of the config's", () => {
    const app = planned("app", { needs: ["base"], base: "base", contexts: { lib: "target:base", files: "../files" } });
    expect(baked([base, app], [app]).contexts).toEqual({ lib: context, files: "../files" });
    expect(baked([base, app]).contexts).toMatchObject({ lib: "target:base", files: "../files" });
  });

  it.each<[string, string[], Parameters<typeof planned>[1], string]>([
    ["published as it is built", ["app"], {}, "type=image,push=true"],
    ["published later", [], {}, "type=docker"],
    ["kept on the host", [], { push: false }, "type=docker"],
    ["of several platforms", [], { push: false, platforms: ["linux/amd64", "linux/arm64"] }, "type=image"],
  ])("gives an image that is %s", (_, pushed, changes, output) => {
    const target = planned("app", changes);
    expect(baked([target], [target], { pushed })).toMatchObject({
      output: [output],
      tags: [formatReference(target.image)],
    });
  });

  it("gives an image the name of every repository that it is published in, now or by a later step", () => {
    const repositories = ["a.com/app", "b.com/app"];
    const tags = ["a.com/app:master-860c1904a1ce-42", "b.com/app:master-860c1904a1ce-42"];
    expect(baked([planned("app", { repositories })]).tags).toEqual(tags);
    expect(baked([planned("app", { repositories, push: false })]).tags).toEqual(tags);
  });

  it("names the base by its digest, which is filled in when it is known", () => {
    const label = "org.opencontainers.image.base.digest";
    const labels = { [label]: "", other: "${A}" };
    const [strange, plain] = [planned("my base", { labels }), planned("app", { base: "my base", labels })];
    const { stdin } = bakeInvocation([plain], planWith([strange, plain]), options);
    const labelsWith = (digests: [string, string][]) =>
      (JSON.parse(fillIn(stdin!, { variables: {}, digests: new Map(digests) })) as { target: { app: Baked } }).target
        .app.labels;
    expect(labelsWith([["my base", "sha256:a"]])).toEqual({ [label]: "sha256:a", other: "$${A}" });
    expect(labelsWith([])).toEqual({ [label]: "", other: "$${A}" });
    expect(baked([strange]).labels[label]).toBe("");
    const kept = planned("my base", { labels, push: false });
    expect(baked([kept, plain], [plain]).labels[label]).toBe("");
  });

  it("takes images from outside by the digests that were found, where they were asked for", () => {
    const images = [{ image: "lib/os:3" }, { image: "x@sha256:a" }];
    const target = planned("app", { inputs: { known: "", facts: [], images, unknown: null } });
    const contexts = (pull: boolean, found: [string, string][]) => filled(target, { pull }, found).contexts;
    expect(contexts(true, [["pin lib/os:3", "sha256:b"]])).toEqual({ "lib/os:3": "docker-image://lib/os:3@sha256:b" });
    expect(contexts(true, [["image lib/os:3", "sha256:id"]])).toEqual({ "lib/os:3": "docker-image://lib/os:3" });
    expect(contexts(false, [])).toBeUndefined();
  });

  it("carries all that the image is made from, as far as that is known", () => {
    const facts = [
      { name: "a", print: "111111222222" },
      { name: "b", print: "333333444444" },
    ];
    const inputs = { known: "k", facts, images: [{ image: "lib/os:3" }, { target: "base" }], unknown: null };
    const found: [string, string][] = [
      ["image lib/os:3", "sha256:o"],
      ["base", "sha256:b"],
    ];
    const { labels } = filled(planned("app", { inputs }), {}, found);
    expect(labels["multistage-build.inputs"]).toBe("k sha256:o sha256:b");
    expect(labels["multistage-build.input-parts"]).toBe("111111222222 333333444444");
  });

  it("carries the cache of what others stand on, and looks for it where it is told to", () => {
    const target = planned("base", { isBase: true, cacheFrom: ["a.com/base:latest", "type=local,src=cache"] });
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
    expect(bakeInvocation([target], planWith([target]), options).env).toEqual(["NPM_TOKEN"]);
  });
});

describe("bake's command line", () => {
  const words = (target: PlannedTarget, changes: Partial<Options> = {}) =>
    bakeInvocation([target], planWith([target]), { ...options, ...changes }).argv;

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

  it("tells bake where to say what it has made: in the run's own directory", () => {
    expect(words(planned("app")).map(show)).toContain("$WORK/metadata.json");
  });

  it("drops the cache where it is told to", () => {
    expect(words(planned("app"), { noCache: true })).toContain("--no-cache");
    expect(words(planned("app"))).not.toContain("--no-cache");
  });
});
