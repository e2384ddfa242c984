import { describe, expect, test } from "vitest";
import { eventOf, pullRequestEvent, tagEvent } from "./event-of.ts";
import { evaluate, tagsOf } from "./tags-of.ts";

const semver = ["type=semver,pattern={{version}}"];

describe("prefix and suffix", () => {
  test.each<[string, unknown, string[]]>([
    ["nothing", undefined, ["1.1.1", "latest"]],
    ["a prefix", "prefix=v", ["v1.1.1", "latest"]],
    ["a suffix", ["suffix=-dev"], ["1.1.1-dev", "latest"]],
    ["on latest", ["prefix=foo-,onlatest=true", "suffix=-dev,onlatest=true"], ["foo-1.1.1-dev", "foo-latest-dev"]],
    ["the suffix alone on latest", "prefix=a-,suffix=-b,onlatest=true", ["a-1.1.1-b", "latest-b"]],
    ["the prefix alone on latest", "prefix=a-,onlatest=true,suffix=-b", ["a-1.1.1-b", "a-latest"]],
    ["not on latest", "prefix=a-,onlatest=false", ["a-1.1.1", "latest"]],
    ["lines", "# comment\nprefix=a-\n\nlatest=false", ["a-1.1.1"]],
    ["the last of two", "prefix=a-\nprefix=b-", ["b-1.1.1", "latest"]],
    ["capitals", "Prefix = a-,OnLatest = true", ["a-1.1.1", "a-latest"]],
    ["quoted", '"prefix=a,b"', ["a-b1.1.1", "latest"]],
    ["an object", { prefix: "a-", suffix: "-b", latest: true }, ["a-1.1.1-b", "latest"]],
    ["an object on latest", { onlatest: true, prefix: "a-", suffix: "-b" }, ["a-1.1.1-b", "a-latest-b"]],
    [
      "a list of objects",
      [{ prefix: "a-", onlatest: true }, { suffix: "-b" }, "latest=auto"],
      ["a-1.1.1-b", "a-latest"],
    ],
    ["an expression, on latest too", "prefix={{sha}}-,onlatest=true", ["860c190-1.1.1", "860c190-latest"]],
    ["no latest", { latest: false }, ["1.1.1"]],
  ])("%s", (_title, flavor, expected) =>
    expect(tagsOf(tagEvent("v1.1.1"), { tags: semver, flavor })).toEqual(expected),
  );

  test("a rule's own win, even empty, and those of pr and sha are its own", () => {
    const flavor = ["prefix=glo-", "suffix=-bal", "latest=false"];
    const tags = [
      "type=raw,value=a,prefix=p-",
      "type=raw,value=b,suffix=",
      "type=ref,event=pr",
      "type=sha",
      "type=build",
    ];
    expect(tagsOf(pullRequestEvent(5), { tags, flavor })).toEqual([
      "pr-5-bal",
      "p-a-bal",
      "glo-b",
      "build-42-bal",
      "sha-860c190-bal",
    ]);
  });

  test("together with a target's", () => {
    const asked = { tags: semver, flavor: ["prefix=f-", "suffix=-g"], prefix: "t-", suffix: "-u" };
    expect(evaluate(tagEvent("v1.1.1"), asked)).toMatchObject({
      tags: ["t-f-1.1.1-g-u", "t-latest-u"],
      version: "f-1.1.1-g",
      faults: [],
    });
  });

  test("what is wrong in one is said once", () => {
    const { faults } = evaluate(tagEvent("v1.1.1"), { tags: [...semver, "a", "b"], flavor: "prefix={{env.X}}" });
    expect(faults).toEqual(["flavor.prefix: X is not listed"]);
    expect(
      evaluate(tagEvent("v1"), { tags: ["a"], flavor: "latest=true\nsuffix={{env.X}},onlatest=true" }).faults,
    ).toEqual(["flavor.suffix: X is not listed"]);
  });
});

describe("latest", () => {
  test.each<[string, unknown, unknown, string[], string]>([
    ["auto", ["type=sha"], undefined, ["sha-860c190"], "the first tag is not one that moves latest (type=sha)"],
    [
      "auto, first is semver",
      [...semver, "type=sha"],
      "latest=auto",
      ["1.1.1", "sha-860c190", "latest"],
      "the first tag is one that moves latest (type=semver,pattern={{version}})",
    ],
    [
      "auto, another is first",
      ["type=raw,priority=2000,foo", ...semver],
      undefined,
      ["foo", "1.1.1"],
      "the first tag is not one that moves latest (type=raw,priority=2000,foo)",
    ],
    [
      "a rule that says so",
      ["type=sha,latest=true"],
      undefined,
      ["sha-860c190", "latest"],
      "the first tag is one that moves latest (type=sha,latest=true)",
    ],
    [
      "a rule that says not",
      ["type=semver,pattern={{version}},latest=false"],
      undefined,
      ["1.1.1"],
      "the first tag is not one that moves latest (type=semver,pattern={{version}},latest=false)",
    ],
    ["true", ["type=sha"], "latest=true", ["sha-860c190", "latest"], "latest is true"],
    ["true, no tags", ["type=ref,event=branch"], "latest=true", [], "no rule gave a tag"],
    ["false", semver, "latest=false", ["1.1.1"], "latest is false"],
    [
      "a when that fits",
      semver,
      { latest: { ref: "refs/tags/*" } },
      ["1.1.1", "latest"],
      'this build matches {"ref":"refs/tags/*"}',
    ],
    [
      "a when that does not",
      semver,
      { latest: { event: "push" } },
      ["1.1.1"],
      'this build does not match {"event":"push"}',
    ],
    [
      "once",
      [...semver, "type=raw,value=latest"],
      undefined,
      ["1.1.1", "latest"],
      "the first tag is one that moves latest (type=semver,pattern={{version}})",
    ],
    [
      "a tag",
      ["type=ref,event=tag"],
      undefined,
      ["v1.1.1", "latest"],
      "the first tag is one that moves latest (type=ref,event=tag)",
    ],
  ])("%s", (_title, tags, flavor, expected, reason) => {
    const found = evaluate(tagEvent("v1.1.1"), { tags, flavor });
    expect(found).toMatchObject({ tags: expected, faults: [] });
    expect(found.rules.at(-1)?.reason).toBe(reason);
    expect(found.rules.at(-1)?.tags).toEqual(expected.includes("latest") ? ["latest"] : []);
  });

  test.each([
    ["v2.0.0-rc.1", ["v2.0.0-rc.1"]],
    ["release1", ["release1", "latest"]],
  ])("a git tag's name moves it unless it is a pre-release: %s", (tag, expected) => {
    expect(tagsOf(tagEvent(tag), { tags: ["type=ref,event=tag"] })).toEqual(expected);
  });

  test("says which it was", () => {
    expect(evaluate(eventOf(), { tags: [], flavor: "latest=true" }).rules).toEqual([
      { rule: "latest=true", tags: [], reason: "no rule gave a tag" },
    ]);
    expect(evaluate(eventOf(), { tags: [], flavor: { latest: { branch: "x" } } }).rules[0]?.rule).toBe(
      'latest={"branch":"x"}',
    );
  });

  test("is not the image's version", () => {
    expect(evaluate(eventOf(), { tags: ["latest"] })).toMatchObject({ tags: ["latest"], version: null });
    expect(evaluate(eventOf(), { tags: ["type=raw,value=latest,priority=2000", "type=sha"] })).toMatchObject({
      tags: ["latest", "sha-860c190"],
      version: "sha-860c190",
    });
  });
});

test.each<[string, unknown, string]>([
  ["unknown key", "lates=true", "flavor.lates: unknown key"],
  ["unknown key of an object", { lates: true }, "flavor.lates: unknown key"],
  ["unknown value", "latest=maybe", "flavor.latest: must be auto, highest, true, false or a when"],
  ["a number", { latest: 1 }, "flavor.latest: must be auto, highest, true, false or a when"],
  ["a bad when", { latest: { brnch: "x" } }, "flavor.latest.brnch: unknown condition"],
  ["no when", { latest: null }, "flavor.latest: must be an object"],
  ["no key", "latest", "flavor: is not key=value"],
  ["no text", { prefix: 1 }, "flavor.prefix: must be a string"],
  ["unknown expression", "prefix={{x}}", "flavor.prefix: unknown expression"],
  ["wrong onlatest", "prefix=a,onlatest=yes", "flavor.onlatest: must be true or false"],
  ["onlatest in front", "onlatest=true,prefix=a", "flavor.onlatest: must follow a prefix or suffix"],
  ["an open quote", '"prefix=a', "flavor: a quoted field is not closed"],
  ["a number alone", 1, "flavor: must be a string or an object"],
  ["null", null, "flavor: must be a string or an object"],
  ["a list in a list", [["latest=true"]], "flavor: must be a string or an object"],
])("mistake: %s", (_title, flavor, fault) => expect(evaluate(eventOf(), { flavor }).faults).toEqual([fault]));

test("a format without quotes in a flavor is a warning", () => {
  expect(evaluate(eventOf(), { flavor: "prefix={{date YYYY}}-" }).warnings).toEqual([
    "flavor.prefix: the format is not in quotes, so it has no effect",
  ]);
});
