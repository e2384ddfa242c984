import { describe, expect, it } from "vitest";
import { eventOf } from "../tags/event-of.ts";
import { made } from "./made.ts";

const dockerfile = "FROM a:1 AS base\nRUN make\nFROM base AS app\nRUN one\n";
const targets = { base: "x.io/base", app: "x.io/app" };
const cache = "x.io/cache";
const pull = { kind: "pull_request", ref: "refs/pull/17/head", branch: null, pullRequest: 17, baseRef: "dev" } as const;

const placesOf = (written: object, options: object = {}) => {
  const { target } = made({ targets, ...written }, { Dockerfile: dockerfile }, options);
  return { from: target("app")!.cacheFrom, to: target("app")!.cacheTo };
};

describe("build cache", () => {
  it.each<[string, object, object, { from: string[]; to: string[] }]>([
    ["is kept nowhere by itself", {}, {}, { from: [], to: [] }],
    [
      "has a tag for each target and branch, and is read from the default branch, too",
      { cache },
      { event: eventOf({ branch: "dev", ref: "refs/heads/dev" }) },
      { from: [`${cache}:app-dev`, `${cache}:app-master`], to: [`type=registry,ref=${cache}:app-dev,mode=max`] },
    ],
    [
      "is read but never written by a pull request",
      { cache, defaults: { cacheTo: "y.io/c:1" }, push: true },
      { event: eventOf(pull) },
      { from: [`${cache}:app-dev`, `${cache}:app-master`], to: [] },
    ],
    [
      "is not written by who publishes nothing",
      { cache },
      { pushFlag: false },
      { from: [`${cache}:app-master`], to: [] },
    ],
    [
      "is written under no git tag",
      { cache },
      { event: eventOf({ kind: "tag", ref: "refs/tags/v1.2.3", tag: "v1.2.3", branch: null }) },
      { from: [`${cache}:app-master`], to: [] },
    ],
    [
      "is in the registry of all",
      { cache: "cache", registry: "x.io" },
      {},
      { from: [`${cache}:app-master`], to: [`type=registry,ref=${cache}:app-master,mode=max`] },
    ],
    [
      "goes where the config says besides",
      { defaults: { cacheTo: ["y.io/c:1", "type=local,dest=/c"], cacheFrom: "y.io/c:1" } },
      {},
      { from: ["y.io/c:1"], to: ["type=registry,ref=y.io/c:1,mode=max", "type=local,dest=/c"] },
    ],
    [
      "stays in the image where the builder exports none",
      { cache, defaults: { cacheTo: "type=inline" } },
      { builder: "docker" },
      { from: [`${cache}:app-master`], to: ["type=inline"] },
    ],
  ])("%s", (_, written, options, expected) => {
    expect(placesOf(written, options)).toEqual(expected);
  });

  it("is said once not to be exported where the builder cannot", () => {
    const { warnings } = made({ targets, cache }, { Dockerfile: dockerfile }, { builder: "docker" });
    expect(warnings.filter((one) => one.startsWith("cache-not-exported"))).toEqual([
      expect.stringContaining("base and others are to do"),
    ]);
    expect(made({ targets, cache }, { Dockerfile: dockerfile }).warnings).toEqual([]);
  });

  it.each(["https://x.io/cache", "x.io/Cache", "x.io/cache:tag"])("is kept in a repository, not %s", (wrong) => {
    expect(made({ targets, cache: wrong }, { Dockerfile: dockerfile }).problems).toEqual([
      expect.stringMatching(/^cache: /),
    ]);
  });
});
