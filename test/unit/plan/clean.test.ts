import { describe, expect, it } from "vitest";
import { type KeepPolicy, type OwnImage, sortImages } from "../../../src/plan/clean.ts";

const now = Date.parse("2020-01-10T00:00:00Z");
const day = 86_400_000;

/** An image of a build, named after its target. */
const image = (build: number | null, changes: Partial<OwnImage> = {}): OwnImage => ({
  id: `${build ?? "local"}`,
  tags: [`a.com/app:${build}`],
  buildTag: `master-860c1904a1ce-${build}`,
  buildNumber: build,
  taggedAt: now - 10 * day,
  inUse: false,
  ...changes,
});

/** Which of the images go. */
function gone(images: readonly OwnImage[], policy: Partial<KeepPolicy>): string[] {
  const current = { buildNumber: 99, buildTag: "master-860c1904a1ce-99" };
  const sorted = sortImages(images, { builds: null, age: null, current, now, ...policy });
  return sorted.filter(({ kept }) => kept === null).map((one) => one.image.id);
}

describe("clean", () => {
  const builds = [1, 2, 3, 10].map((build) => image(build));

  it.each([
    [0, ["1", "2", "3", "10"]],
    [1, ["1", "2", "3"]],
    [2, ["1", "2"]],
    [9, []],
  ])("keeps the %i newest builds, by number and not by letters", (count, expected) => {
    expect(gone(builds, { builds: count })).toEqual(expected);
  });

  it("counts builds, not images", () => {
    const images = [1, 2].flatMap((build) => [
      image(build),
      image(build, { id: `${build}-alpine`, buildTag: `x-${build}-alpine` }),
    ]);
    expect(gone(images, { builds: 1 })).toEqual(["1", "1-alpine"]);
  });

  it("counts what was built without a number by when that was, and as older than what has one", () => {
    const local = [1, 2].map((age) =>
      image(null, { id: `local-${age}`, buildTag: `local-${age}`, taggedAt: now - age * day }),
    );
    expect(gone(local, { builds: 1 })).toEqual(["local-2"]);
    expect(gone([...local, image(1)], { builds: 1 })).toEqual(["local-1", "local-2"]);
  });

  it("keeps what is young enough", () => {
    const images = [image(1, { taggedAt: now - 3 * day }), image(2, { taggedAt: now - day })];
    expect(gone(images, { age: 2 * day })).toEqual(["1"]);
  });

  it("removes only what breaks both limits", () => {
    const images = [image(1), image(2, { taggedAt: now - day }), image(3), image(4)];
    expect(gone(images, { builds: 2, age: 2 * day })).toEqual(["1"]);
  });

  it.each([
    ["in use", { inUse: true }],
    ["of the running build", { buildNumber: 99, buildTag: "master-860c1904a1ce-99" }],
    ["of the running build, with a suffix", { buildNumber: 99, buildTag: "master-860c1904a1ce-99-alpine" }],
  ])("never removes what is %s", (_, changes) => {
    expect(gone([image(1, changes)], { builds: 0, age: 0 })).toEqual([]);
  });

  it("tells a laptop's running build by its tag", () => {
    const current = { buildNumber: null, buildTag: "local-860c1904a1ce" };
    const images = [
      image(null, { id: "current", buildTag: current.buildTag }),
      image(null, { id: "old", buildTag: "local-0" }),
    ];
    expect(gone(images, { builds: 0, current })).toEqual(["old"]);
  });
});
