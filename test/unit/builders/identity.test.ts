import { describe, expect, it } from "vitest";
import { foreignImage, otherInputs } from "../../../src/builders/identity.ts";
import { ownLabels } from "../../../src/plan/labels.ts";
import { planned } from "../../support/planned.ts";

const facts = [
  { name: "the argument PY", print: "aaaaaa111111" },
  { name: "the file a.txt", print: "bbbbbb222222" },
];
const images = [{ target: "base" }, { image: "lib/os:3" }];
const target = planned("app", { inputs: { known: "k", facts, images, unknown: null } });
const digests = new Map([
  ["base", "sha256:b"],
  ["image lib/os:3", "sha256:o"],
]);

/** Labels of an image of ours; `changes` say what is different. */
const labels = (changes: Record<string, string> = {}) => ({
  ...target.labels,
  [ownLabels.inputs]: "k sha256:b sha256:o",
  [ownLabels.inputParts]: "aaaaaa111111 bbbbbb222222",
  ...changes,
});
const earlier = { [ownLabels.buildTag]: "master-000000000000-7", "org.opencontainers.image.revision": "0" };

describe("an image of our name", () => {
  it.each<[string, Record<string, string>, boolean]>([
    ["this build has made", {}, false],
    ["an earlier build has made from the same", earlier, false],
    [
      "an earlier build has made from other files",
      { ...earlier, [ownLabels.inputs]: "x sha256:b sha256:o", [ownLabels.inputParts]: "aaaaaa111111 bbbbbb333333" },
      false,
    ],
    [
      "an earlier build has made with another argument",
      { ...earlier, [ownLabels.inputs]: "x sha256:b sha256:o", [ownLabels.inputParts]: "aaaaaa999999 bbbbbb222222" },
      true,
    ],
    ["an earlier build has made on another base", { ...earlier, [ownLabels.inputs]: "k sha256:x sha256:o" }, true],
    ["another target was made as", { ...earlier, [ownLabels.target]: "other" }, true],
    ["another repository has made", { ...earlier, [ownLabels.repository]: "x/y" }, true],
    ["nobody has said what from", { ...earlier, [ownLabels.inputs]: "" }, true],
  ])("that %s is foreign or not", (_, changes, isForeign) => {
    expect(foreignImage(target, labels(changes), digests) !== null).toBe(isForeign);
  });

  it.each<[string, Record<string, string>, string | null]>([
    ["the same", {}, null],
    ["it is not known what", { [ownLabels.inputs]: "" }, null],
    [
      "another argument",
      { [ownLabels.inputs]: "x sha256:b sha256:o", [ownLabels.inputParts]: "aaaaaa999999 bbbbbb222222" },
      "the argument PY",
    ],
    [
      "another argument, where not all is known",
      { [ownLabels.inputs]: "", [ownLabels.inputParts]: "aaaaaa999999 bbbbbb222222" },
      "the argument PY",
    ],
    [
      "other files, which may not have been looked at",
      { [ownLabels.inputs]: "", [ownLabels.inputParts]: "aaaaaa111111 bbbbbb333333" },
      null,
    ],
    ["the same in another order", { [ownLabels.inputs]: "x sha256:b sha256:o" }, "the order of the instructions"],
    ["another base", { [ownLabels.inputs]: "k sha256:x sha256:o" }, "the image of base"],
    [
      "another image from outside, which the first step of a build decides on",
      { [ownLabels.inputs]: "k sha256:b sha256:x" },
      null,
    ],
    [
      "one thing more",
      { [ownLabels.inputs]: "x sha256:b sha256:o", [ownLabels.inputParts]: "aaaaaa111111 bbbbbb222222 cccccc333333" },
      "something that is gone",
    ],
  ])("that is up, made from %s, is told as such", (_, changes, differing) => {
    const failure = otherInputs(target, labels(changes), digests);
    expect(failure?.message.replace(/^.* from something else: /, "") ?? null).toBe(differing);
  });

  it.each<[string, Record<string, string>, string]>([
    ["by the argument's own template", { "the platform": "{{arch}}", "the argument PY": "{{env.PY}}" }, "-{{env.PY}}"],
    ["by a variable, where no template says which", { "the platform": "{{arch}}" }, "-{{env.NAME}}"],
  ])("that is up for another agent is to be kept apart by a suffix: %s", (_, variants, suffix) => {
    const changes = { [ownLabels.inputs]: "x sha256:b sha256:o", [ownLabels.inputParts]: "aaaaaa999999 bbbbbb222222" };
    const failure = otherInputs({ ...target, variants }, labels(changes), digests);
    expect(failure?.hint).toContain(`as suffix: "${suffix}" in targets.${target.name}`);
  });

  it("that is up for another architecture is to become one image with it before it is kept apart", () => {
    const ofPlatform = [{ name: "the platform", print: "aaaaaa111111" }];
    const one = {
      ...target,
      inputs: { ...target.inputs, facts: ofPlatform },
      variants: { "the platform": "{{arch}}" },
    };
    const changes = { [ownLabels.inputs]: "x sha256:b sha256:o", [ownLabels.inputParts]: "aaaaaa999999" };
    expect(otherInputs(one, labels(changes), digests)?.hint).toMatch(
      /by platforms: with those of all agents, and --platform .* suffix: "-\{\{arch\}\}" in targets\./,
    );
  });

  it("that others stand on may have been made from fewer files", () => {
    const changes = { [ownLabels.inputs]: "x sha256:b sha256:o", [ownLabels.inputParts]: "aaaaaa111111 bbbbbb333333" };
    expect(otherInputs(target, labels(changes), digests)?.code).toBe("other-inputs");
    expect(otherInputs({ ...target, implied: true }, labels(changes), digests)).toBeNull();
  });
});
