import { describe, expect, it } from "vitest";
import type { BuildEvent } from "../../../src/core/event.ts";
import { parseRepository } from "../../../src/core/reference.ts";
import { imageLabels, labelledBase } from "../../../src/plan/labels.ts";
import { planned, planWith, reference } from "../../support/planned.ts";
import { eventOf } from "../tags/event-of.ts";

const image = {
  repositories: [parseRepository("a.com/app")],
  buildTag: "master-860c1904a1ce-42",
  image: reference("a.com/app:master-860c1904a1ce-42"),
};
const digestLabel = "org.opencontainers.image.base.digest";

describe("an image's labels", () => {
  it("say where it comes from", () => {
    const event = eventOf({
      kind: "push",
      ref: "refs/heads/master",
      branch: "master",
      commitTime: 1578616200,
      repository: "octocat/hello-world",
      sourceUrl: "https://a.com/x.git",
      buildNumber: 42,
    });
    expect(
      imageLabels(event, "app", image, {
        version: "1.2.3",
        base: "a.com/base:1",
        moving: ["1.2.3", "1.2"],
        siblings: ["base", "app"],
      }),
    ).toMatchObject({
      "org.opencontainers.image.created": "2020-01-10T00:30:00.000Z",
      "org.opencontainers.image.revision": event.sha,
      "org.opencontainers.image.source": "https://a.com/x.git",
      "org.opencontainers.image.version": "1.2.3",
      "org.opencontainers.image.title": "app",
      "org.opencontainers.image.ref.name": "master",
      "org.opencontainers.image.base.name": "a.com/base:1",
      "multistage-build.build-tag": image.buildTag,
      "multistage-build.build-number": "42",
      "multistage-build.event": "push",
      "multistage-build.ref": "refs/heads/master",
      "multistage-build.repository": "octocat/hello-world",
      "multistage-build.tags": "1.2.3,1.2",
      "multistage-build.target": "app",
      "multistage-build.targets": "base,app",
    });
  });

  it.each([
    [100, 100],
    [101, 0],
  ])("name all targets of a build, of %d of them %d", (count, named) => {
    const siblings = Array.from({ length: count }, (_, at) => `app${at}`);
    const labels = imageLabels(eventOf({}), "app", image, { version: null, base: null, moving: [], siblings });
    expect(labels["multistage-build.targets"]!.split(",").filter((name) => name !== "")).toHaveLength(named);
  });

  it("are the same on every image, empty where nothing is known: none is inherited from the base", () => {
    const known = eventOf({ commitTime: 1, repository: "a/b", sourceUrl: "x", url: "y", buildNumber: 1 });
    const unknown = eventOf({ commitTime: null, repository: null, sourceUrl: null, url: null, buildNumber: null });
    const bare = imageLabels(unknown, "app", image, { version: null, base: null, moving: [], siblings: ["app"] });
    expect(Object.keys(bare)).toEqual(
      Object.keys(imageLabels(known, "app", image, { version: "1", base: "base", moving: ["1"], siblings: [] })),
    );
    expect(bare).toMatchObject({
      "org.opencontainers.image.created": "",
      "org.opencontainers.image.version": image.buildTag,
      "org.opencontainers.image.base.name": "",
      [digestLabel]: "",
      "multistage-build.repository": "",
    });
  });
});

describe("the base whose digest an image's label names", () => {
  const laptop = eventOf({ provider: "local", buildNumber: null });

  it.each<[string, Parameters<typeof planned>[1], BuildEvent, string | null]>([
    ["is the one that the run publishes", { push: true }, eventOf(), "base"],
    ["is the one that an earlier step has published", { push: false, implied: true }, eventOf(), "base"],
    ["is none that only this host has", { push: false }, eventOf(), null],
    ["is none that has no repository", { push: false, implied: true, repositories: [] }, eventOf(), null],
    ["is none that a laptop builds along", { push: false, implied: true }, laptop, null],
  ])("%s", (_, changes, event, expected) => {
    const app = planned("app", { base: "base" });
    expect(labelledBase(app, planWith([planned("base", changes), app], { event }))).toBe(expected);
  });

  it("is none for what stands on no target, or on one that is not planned", () => {
    for (const base of [null, "other"]) {
      expect(labelledBase(planned("app", { base }), planWith([planned("base")]))).toBeNull();
    }
  });
});
