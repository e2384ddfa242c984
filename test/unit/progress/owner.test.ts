import { expect, test } from "vitest";
import { ownerOf } from "../../../src/progress/owner.ts";

const oneFile = [
  { name: "base-image", stage: "Base", dockerfile: "Dockerfile" },
  { name: "app1", stage: "app1", dockerfile: "Dockerfile" },
  { name: "app1-debug", stage: "app1", dockerfile: "Dockerfile" },
  { name: "web", stage: "", dockerfile: "web.Dockerfile" },
];

test.each([
  ["a stage that is a target is that target's", "app1", "base", "base-image"],
  ["its own stage is its own", "app1", "app1", "app1"],
  ["of two targets that are the same stage, the first", "app1-debug", "app1", "app1"],
  ["a stage that is not a target owns itself", "app1", "build-base", "build-base"],
  ["a stage without a name is the target's", "app1", "stage-2", "app1"],
  ["a Dockerfile's only target has all its stages", "web", "builder", "web"],
  ["even one that is called as a target of another Dockerfile", "web", "base", "web"],
  ["no stage", "app1", null, "app1"],
  ["an unknown target", "other", "base", "other"],
  ["no target", null, null, ""],
])("%s", (_, target, stage, expected) => {
  expect(ownerOf({ target, stage }, oneFile)).toBe(expected);
});

test("it does not matter which target reports a shared step", () => {
  const owners = ["base-image", "app1", "app1-debug"].map((target) =>
    ownerOf({ target, stage: "build-base" }, oneFile),
  );
  expect(new Set(owners)).toEqual(new Set(["build-base"]));
});
