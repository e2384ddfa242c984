import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { ownLabels, versionLabel } from "../../../src/plan/labels.ts";
import { everyOrder, type Finished, oneOrder, type Race } from "./orders.ts";
import type { BuildOptions } from "./rig.ts";

const app = "r.io/p/app";

// Thousands of orders each.
vi.setConfig({ testTimeout: 600_000 });

/** Which build a tag stands for. */
const buildAt = ({ registry }: Finished, tag: string, repository = app) =>
  registry.image(repository, tag)?.labels[ownLabels.buildNumber];
const versionAt = ({ registry }: Finished, tag: string, repository = app) =>
  registry.image(repository, tag)?.labels[versionLabel];

const first: BuildOptions = { number: 41 };
const second: BuildOptions = { number: 42 };
const version = (number: number, of: string, more: BuildOptions = {}): BuildOptions => ({
  number,
  version: of,
  tags: [of, "1.2"],
  ...more,
});

describe("two builds that move one tag at the same time, in every order of their requests", () => {
  it.each<[string, Race]>([
    ["where it is new", { builds: [first, second] }],
    ["where an earlier build has it", { before: [{ number: 40 }], builds: [first, second] }],
    ["where the earlier of them has it", { before: [first], builds: [first, second] }],
    ["where the later of them has it", { before: [second], builds: [first, second] }],
    ["where another source's build has it", { before: [{ number: 99, source: "o/other" }], builds: [first, second] }],
    [
      "where build tags are in a repository of their own",
      { builds: [first, second].map((build) => ({ ...build, builds: "r.io/ci/app" })) },
    ],
    ["with a suffix", { builds: [first, second].map((build) => ({ ...build, suffix: "-alpine" })) }],
  ])("leave it to the later: %s", async (_, race) => {
    const tag = `latest${race.builds[0]?.suffix ?? ""}`;
    let ends = 0;
    await everyOrder(race, (end) => {
      ends++;
      expect([end.failures, buildAt(end, tag)], end.order.join("\n")).toEqual([[0, 0], "42"]);
    });
    expect(ends).toBeGreaterThan(0);
  });
});

describe("two versions that move an alias at the same time, in every order of their requests", () => {
  it.each<[string, BuildOptions[]]>([
    ["built first", [version(41, "1.2.9"), version(42, "1.2.3")]],
    ["built last", [version(41, "1.2.3"), version(42, "1.2.9")]],
  ])("leave it to the higher: %s", async (_, builds) => {
    let ends = 0;
    await everyOrder({ builds }, (end) => {
      ends++;
      expect([end.failures, versionAt(end, "1.2")], end.order.join("\n")).toEqual([[0, 0], "1.2.9"]);
    });
    expect(ends).toBeGreaterThan(0);
  });
});

describe("a build that takes back what it has moved, in every order of the requests", () => {
  it.each([
    ["that was new", []],
    ["that an earlier build had", [{ number: 40 }]],
  ])("does not take a tag %s from a later one", async (_, before) => {
    const race: Race = {
      before,
      builds: [{ number: 41, tags: ["latest", "refused"] }, second],
      beforeRequest: ({ method, path }) =>
        method === "PUT" && path.endsWith("/refused") ? { status: 403 } : undefined,
    };
    await everyOrder(race, (end) => {
      expect([end.failures, buildAt(end, "latest")], end.order.join("\n")).toEqual([[1, 0], "42"]);
    });
  });
});

describe("a build that has a target which the later one has not any more", () => {
  it("leaves the tag of the other to the later, in every order of the requests", async () => {
    await everyOrder({ builds: [{ ...first, targets: { app: [app], gone: ["r.io/p/gone"] } }, second] }, (end) => {
      expect([end.failures, buildAt(end, "latest")], end.order.join("\n")).toEqual([[0, 0], "42"]);
    });
  });
});

describe("two builds before a registry that lists no tags", () => {
  const race: Race = {
    builds: [first, second],
    beforeRequest: ({ path }) => (path.endsWith("/list") ? { status: 403 } : undefined),
  };

  it("leave the tag to the later in every order, if neither waits for longer than the other takes", async () => {
    await everyOrder({ ...race, sleeps: "until the others have come to an end" }, (end) => {
      expect([end.failures, buildAt(end, "latest")], end.order.join("\n")).toEqual([[0, 0], "42"]);
    });
  });

  // No registry can compare and swap: a write that takes longer than that finds nobody who could tell.
  it.fails("leave the tag to the later in every order at all", async () => {
    await everyOrder(race, (end) => {
      expect([end.failures, buildAt(end, "latest")]).toEqual([[0, 0], "42"]);
    });
  });
});

describe("several builds that move several tags of several targets at the same time, in some orders", () => {
  const targets = { base: ["r.io/p/base"], app: [app, "mirror.io/p/app"] };
  const repositories = Object.values(targets).flat();
  const runs = 60;
  const law = (race: Race, check: (end: Finished) => void) =>
    fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(1000)), async (choices) => {
        const end = await oneOrder(race, (among) => choices.next().value! % among);
        expect(end.failures, end.order.join("\n")).toEqual(race.builds.map(() => 0));
        check(end);
      }),
      { numRuns: runs },
    );

  it("leave all of them to the latest build", async () => {
    const builds = [41, 42].map((number) => ({ number, targets, tags: ["latest", "master"] }));
    await law({ builds }, (end) => {
      const found = repositories.flatMap((repository) =>
        ["latest", "master"].map((tag) => buildAt(end, tag, repository)),
      );
      expect(new Set(found), end.order.join("\n")).toEqual(new Set(["42"]));
    });
  });

  it("leave all of them to the latest of three", async () => {
    await law({ builds: [41, 42, 43].map((number) => ({ number })) }, (end) => {
      expect(buildAt(end, "latest"), end.order.join("\n")).toBe("43");
    });
  });

  it("leave the alias to the highest of three versions", async () => {
    const builds = [version(41, "1.2.9"), version(42, "1.2.3"), version(43, "1.2.5")];
    await law({ builds }, (end) => {
      expect(versionAt(end, "1.2"), end.order.join("\n")).toBe("1.2.9");
    });
  });

  it("leave the aliases of all targets to the same version", async () => {
    const builds = [version(41, "1.2.9", { targets }), version(42, "1.2.3", { targets })];
    await law({ builds }, (end) => {
      const found = new Set(repositories.map((repository) => versionAt(end, "1.2", repository)));
      expect(found, end.order.join("\n")).toEqual(new Set(["1.2.9"]));
    });
  });
});
