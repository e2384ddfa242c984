import { describe, expect, it } from "vitest";
import { imageLabels, withBaseDigests } from "../../../src/plan/labels.ts";
import { planned } from "../../support/planned.ts";
import { eventOf } from "../tags/event-of.ts";

const image = {
  repositories: ["a.com/app"],
  buildTag: "master-860c1904a1ce-42",
  image: "a.com/app:master-860c1904a1ce-42",
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
    expect(imageLabels(event, "app", image, "1.2.3", "a.com/base:1")).toMatchObject({
      "org.opencontainers.image.created": "2020-01-10T00:30:00.000Z",
      "org.opencontainers.image.revision": event.sha,
      "org.opencontainers.image.source": "https://a.com/x.git",
      "org.opencontainers.image.version": "1.2.3",
      "org.opencontainers.image.title": "app",
      "org.opencontainers.image.ref.name": "master",
      "org.opencontainers.image.base.name": "a.com/base:1",
      "multistage-build.build-tag": image.buildTag,
      "multistage-build.build-number": "42",
      "multistage-build.repository": "octocat/hello-world",
      "multistage-build.target": "app",
    });
  });

  it("are the same on every image, empty where nothing is known: none is inherited from the base", () => {
    const known = eventOf({ commitTime: 1, repository: "a/b", sourceUrl: "x", url: "y", buildNumber: 1 });
    const unknown = eventOf({ commitTime: null, repository: null, sourceUrl: null, url: null, buildNumber: null });
    const bare = imageLabels(unknown, "app", image, null, null);
    expect(Object.keys(bare)).toEqual(Object.keys(imageLabels(known, "app", image, "1", "base")));
    expect(bare).toMatchObject({
      "org.opencontainers.image.created": "",
      "org.opencontainers.image.version": image.buildTag,
      "org.opencontainers.image.base.name": "",
      [digestLabel]: "",
      "multistage-build.repository": "",
    });
  });
});

describe("withBaseDigests", () => {
  it("names the exact base where it is known", () => {
    const labels = { [digestLabel]: "", other: "x" };
    const targets = ["base", "none", null].map((base, at) => planned(`app${at}`, { base, labels }));
    const { targets: named } = withBaseDigests({ targets }, new Map([["base", "sha256:a"]]));
    expect(named.map((target) => target.labels[digestLabel])).toEqual(["sha256:a", "", ""]);
    expect(targets[0]!.labels[digestLabel]).toBe("");
  });
});
