import { describe, expect, it } from "vitest";
import { ownLabels } from "../../../src/plan/labels.ts";
import type { PlannedTarget } from "../../../src/plan/plan.ts";
import { claims, laterBuilds, whyKept } from "../../../src/release/who-owns.ts";
import { createRegistry } from "../../support/registry/in-memory.js";
import { buildTag, type BuildOptions, labelsOf, movingPass } from "./rig.ts";

/** A target of build 42, or of another. */
const target = (options: BuildOptions = {}): PlannedTarget => movingPass(createRegistry(), options).targets[0]!;
const local: PlannedTarget = { ...target(), labels: { ...target().labels, [ownLabels.buildNumber]: "" } };

describe("the later builds among a repository's tags", () => {
  it.each<[string, PlannedTarget, string[], number[]]>([
    ["are those of a higher number, the latest first", target(), [43, 45, 44].map(buildTag), [45, 44, 43]],
    ["are not our own, nor earlier ones", target(), [41, 42].map(buildTag), []],
    ["are of any branch", target(), ["dev-0123456789ab-43", "v1.2.3-0123456789ab-44"], [44, 43]],
    ["are not what only looks like it", target(), ["43", "x-43", "a-0123456789ab-43-x", "a-0123456789-43"], []],
    [
      "have our suffix",
      target({ suffix: "-alpine" }),
      [buildTag(43), `${buildTag(44)}-alpine`, `${buildTag(45)}-slim`],
      [44],
    ],
    [
      "have our prefix",
      { ...target(), buildAffixes: { prefix: "x-", suffix: "" } },
      [buildTag(43), `x-${buildTag(44)}`],
      [44],
    ],
    ["are not known to a build without a number", local, [buildTag(43)], []],
  ])("%s", (_, of, tags, expected) => {
    expect(laterBuilds(of, tags).map(({ number }) => number)).toEqual(expected);
  });

  it("have a core that is the same for all of a build's targets", () => {
    const of = { ...target(), buildAffixes: { prefix: "x-", suffix: "-alpine" } };
    expect(laterBuilds(of, [`x-${buildTag(43)}-alpine`])).toEqual([
      { tag: `x-${buildTag(43)}-alpine`, core: buildTag(43), number: 43 },
    ]);
  });
});

it.each([
  ["of the same target with the tag", labelsOf("app", { number: 43, tags: ["dev", "latest"] }), true],
  ["of the same target without the tag", labelsOf("app", { number: 43, tags: ["latest-1"] }), false],
  ["of another target", labelsOf("base", { number: 43, tags: ["latest"] }), false],
  ["of another source", labelsOf("app", { number: 43, tags: ["latest"], source: "o/other" }), false],
  ["without labels", {}, false],
])("an image %s claims it: %j", (_, labels, expected) => {
  expect(claims(target(), "latest", labels)).toBe(expected);
});

it.each<[string, PlannedTarget, Record<string, string>, string | null]>([
  ["a later build", target(), labelsOf("app", { number: 43 }), "build 43 is later"],
  ["the same build", target(), labelsOf("app", { number: 42 }), null],
  ["an image without a number", target(), {}, null],
  ["any build, of one without a number", local, labelsOf("app", { number: 43 }), null],
])("a tag stays with %s", (_, of, theirs, expected) => {
  expect(whyKept(of, "latest", theirs)).toBe(expected);
});
