import { describe, expect, test } from "vitest";
import type { BuildEvent } from "../../../src/core/event.ts";
import { branchEvent, eventOf, pullRequestEvent, tagEvent } from "./event-of.ts";
import { evaluate, tagsOf } from "./tags-of.ts";

const parts = (type: string, more = "") =>
  ["{{version}}", "{{major}}.{{minor}}", "{{major}}"].map((pattern) => `type=${type},pattern=${pattern}${more}`);

const reasonOf = (event: BuildEvent, rule: unknown, files?: ReadonlyMap<string, string>) =>
  evaluate(event, { tags: [rule], flavor: "latest=false", ...(files === undefined ? {} : { files }) }).rules[0]?.reason;

describe("semver", () => {
  test.each<[string, unknown, string[]]>([
    ["v1.2.3", parts("semver"), ["1.2.3", "1.2", "1", "latest"]],
    ["v0.1.2", parts("semver"), ["0.1.2", "0.1", "0", "latest"]],
    ["v0.1.2", parts("semver", ",zero=false"), ["0.1.2", "0.1", "latest"]],
    ["v10.0.0", parts("semver", ",zero=false"), ["10.0.0", "10.0", "10", "latest"]],
    ["v2.0.0-rc.1", parts("semver"), ["2.0.0-rc.1"]],
    ["v2.0.0-rc.1", ["type=semver,pattern={{raw}}"], ["v2.0.0-rc.1"]],
    ["v2.0.0-rc.1", ["type=semver,pattern=v{{version}}-x"], ["v2.0.0-rc.1-x"]],
    ["v2.0.0-rc.1", ["type=semver,pattern={{major}}-{{prerelease}}"], ["2-rc.1"]],
    ["v2.0.0-rc.1", ["type=semver,pattern={{major}},prefix=v"], ["v2.0.0-rc.1"]],
    ["v2.0.0", ["type=semver,pattern={{major}}-{{prerelease}}"], []],
    ["v2.0.0", ["type=semver,pattern={{major}}.{{minor}}.{{patch}}-{{sha}}"], ["2.0.0-860c190", "latest"]],
    [
      "v1.2.3+build.5",
      ["type=semver,pattern={{version}}", "type=semver,pattern={{raw}}"],
      ["1.2.3", "v1.2.3-build.5", "latest"],
    ],
    ["v1.2.3-feat/x", parts("semver"), ["1.2.3-feat-x"]],
    ["release/1.2.3", ['type=semver,pattern={{version}},"match=^release/(.*)$"'], ["1.2.3", "latest"]],
    ["Release/1.2.3", ['type=semver,pattern={{version}},"match=/^release\\/(.*)$/i"'], ["1.2.3", "latest"]],
    ["v1.2.3", ["type=semver,pattern={{version}},match="], ["1.2.3", "latest"]],
  ])("%s, %j", (tag, tags, expected) => expect(tagsOf(tagEvent(tag), { tags })).toEqual(expected));

  test.each<[string, BuildEvent, string, string]>([
    ["a branch", eventOf(), "", "this is not a build of a git tag"],
    ["two parts", tagEvent("v1.2"), "", '"v1.2" is not a semantic version'],
    ["a capital V", tagEvent("V1.2.3"), "", '"V1.2.3" is not a semantic version'],
    ["a leading zero", tagEvent("v01.2.3"), "", '"v01.2.3" is not a semantic version'],
    ["a prefix", tagEvent("release/1.2.3"), "", '"release/1.2.3" is not a semantic version'],
    ["another prefix than match", tagEvent("v1.0.0"), ",match=^p1/(.*)$", '"v1.0.0" does not match ^p1/(.*)$'],
    ["no version in match", tagEvent("p1/x"), ",match=^p1/(.*)$", '"p1/x" is not a semantic version'],
    ["an optional group", tagEvent("p1"), ",match=^p1(/.*)?$", '"p1" is not a semantic version'],
    ["an empty value", eventOf(), ",value={{tag}}", "its value is empty in this build"],
    ["a value that is none", eventOf(), ",value={{sha}}", '"860c190" is not a semantic version'],
    ["a final release", tagEvent("v1.2.3"), "", '"v1.2.3" is the semantic version 1.2.3'],
    [
      "a pre-release",
      tagEvent("v1.2.3-rc.1"),
      "",
      '"v1.2.3-rc.1" is the semantic version 1.2.3-rc.1, not a final release, so it gets only its whole version',
    ],
  ])("says why: %s", (_title, event, more, reason) => {
    expect(reasonOf(event, `type=semver,pattern={{major}}${more}`)).toBe(reason);
  });

  test("says why: other reasons", () => {
    expect(reasonOf(tagEvent("v1.2.3-rc.1"), "type=semver,pattern={{raw}}")).toBe(
      '"v1.2.3-rc.1" is the semantic version 1.2.3-rc.1, not a final release',
    );
    expect(reasonOf(tagEvent("v0.2.3"), "type=semver,pattern={{major}},zero=false")).toBe(
      "versions before 1.0 do not get a tag 0",
    );
    expect(reasonOf(tagEvent("v2.0.0"), "type=semver,pattern={{prerelease}}")).toBe('"v2.0.0" has no prerelease');
  });

  test.each(["v1.2", "p2/1.0.0"])("%s with strict is an error", (tag) => {
    const rule = "type=semver,pattern={{version}},match=^(v.*)$";
    expect(evaluate(tagEvent(tag), { tags: [rule] }).faults).toEqual([]);
    const { problems } = evaluate(tagEvent(tag), { tags: [`${rule},strict=true`] });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ path: "tags.0", hint: "strict makes this an error" });
  });

  test("strict says nothing of builds that the rule is not for", () => {
    expect(evaluate(eventOf(), { tags: ["type=semver,pattern={{version}},strict=true"] }).faults).toEqual([]);
    expect(evaluate(tagEvent("v1.2.3"), { tags: ["type=semver,pattern={{version}},strict=true"] }).faults).toEqual([]);
  });

  test("a value holds on any event", () => {
    expect(tagsOf(branchEvent("x"), { tags: parts("semver", ",value=v3.4.5") })).toEqual([
      "3.4.5",
      "3.4",
      "3",
      "latest",
    ]);
    expect(tagsOf(eventOf(), { tags: parts("semver", ",value={{env.V}}"), env: { V: "3.4.5" } })).toEqual([
      "3.4.5",
      "3.4",
      "3",
      "latest",
    ]);
  });
});

describe("pep440", () => {
  test.each<[string, string[]]>([
    ["v1.2.3", ["1.2.3", "1.2", "1", "latest"]],
    ["1.2", ["1.2", "1", "latest"]],
    ["1", ["1", "1.0", "latest"]],
    ["1.2.3rc2", ["1.2.3rc2"]],
    ["1.0dev4", ["1.0.dev4"]],
    ["1.2post1", ["1.2.post1"]],
    ["1.0+ubuntu.1", ["1.0-ubuntu.1", "1.0", "1", "latest"]],
    ["test", []],
  ])("%s", (tag, expected) => expect(tagsOf(tagEvent(tag), { tags: parts("pep440") })).toEqual(expected));

  test("raw and patch", () => {
    expect(tagsOf(tagEvent("v1.2rc1"), { tags: ["type=pep440,pattern={{raw}}"] })).toEqual(["v1.2rc1"]);
    expect(
      tagsOf(tagEvent("1.2"), { tags: ["type=pep440,pattern={{minor}}.{{patch}}"], flavor: "latest=false" }),
    ).toEqual(["2.0"]);
    expect(reasonOf(tagEvent("x"), "type=pep440,pattern={{raw}}")).toBe('"x" is not a PEP 440 version');
  });
});

describe("calver", () => {
  test.each<[string, unknown, string[]]>([
    ["2024.01.02", parts("calver"), ["2024.01.02", "2024.01", "2024", "latest"]],
    ["v19.1.0-beta.20190318", parts("calver"), ["19.1.0-beta.20190318"]],
    ["v19.1.0-beta", ["type=calver,pattern={{short}}_{{modifier}}"], ["19.1.0_beta"]],
    ["24.04", ["type=calver"], ["24.04", "latest"]],
    ["24.04", ["type=calver,pattern={{major}}.{{minor}}.{{micro}}"], []],
    ["24.04-rc1", ["type=calver"], ["24.04-rc1"]],
    ["24.04-rc1", ["type=calver,pattern={{major}}.{{micro}}"], ["24.04-rc1"]],
    ["24.04-rc1", ["type=calver,pattern={{raw}}x"], ["24.04-rc1x"]],
    ["24.04-rc1", ["type=calver,pattern={{version}}x"], ["24.04-rc1x"]],
    ["2024.1.22.33", ["type=calver,pattern={{short}}"], ["2024.1.22.33", "latest"]],
    ["2024.1.2.3", ["type=calver,pattern={{micro}}"], ["2.3", "latest"]],
    ["v2024.1", ["type=calver,pattern={{raw}}"], ["v2024.1", "latest"]],
    ["app/2024.1", ["type=calver,match=^app/(.*)$"], ["2024.1", "latest"]],
    ["19.1", ["type=calver"], ["19.1", "latest"]],
    ["99.1", ["type=calver"], ["99.1", "latest"]],
    ["2019.1", ["type=calver"], ["2019.1", "latest"]],
    ["9998.1", ["type=calver"], ["9998.1", "latest"]],
    ["18.1", ["type=calver"], []],
    ["100.1", ["type=calver"], []],
    ["2018.1", ["type=calver"], []],
    ["9999.1", ["type=calver"], []],
    ["2024", ["type=calver"], []],
    ["2024.x", ["type=calver"], []],
    ["2024.1.x", ["type=calver"], []],
    ["x2024.1", ["type=calver"], []],
    ["2024.1-", ["type=calver"], []],
  ])("%s, %j", (tag, tags, expected) => expect(tagsOf(tagEvent(tag), { tags })).toEqual(expected));

  test("says why not", () => {
    expect(reasonOf(tagEvent("1.2.3"), "type=calver")).toBe('"1.2.3" is not a calendar version');
  });
});

describe("match", () => {
  test.each<[string, string, string[]]>([
    ["v2.0.8-beta.67", "pattern=v(.*)-beta.(.*),group=2", ["67", "latest"]],
    ["p1/v1.0.0", "pattern=/^P1\\/V(.*)$/i,group=1", ["1.0.0", "latest"]],
    // With "g" JavaScript forgets the groups.
    ["v1.1.1", "pattern=/v(\\d)/g,group=1", ["1", "latest"]],
    ["v1.1.1", "pattern=/\\d/y", ["1", "latest"]],
    ["v1.1.1", "pattern=/V(.)/gi,group=1", ["1", "latest"]],
    ["a+b", "pattern=.*", ["a-b", "latest"]],
    ["ab", "pattern=x*", []],
    ["a/b/i", "pattern=a/b/i", ["a-b-i", "latest"]],
    ["a", "pattern=a(b)?,group=1", []],
    ["v1.2", "pattern=v(.*),group=1,latest=false", ["1.2"]],
  ])("%s, %s", (tag, rule, expected) =>
    expect(tagsOf(tagEvent(tag), { tags: [`type=match,${rule}`] })).toEqual(expected),
  );

  test("matches again and again: the pattern keeps no state", () => {
    for (let run = 0; run < 3; run += 1)
      expect(tagsOf(tagEvent("v1"), { tags: ["type=match,pattern=/\\d/g"] })).toEqual(["1", "latest"]);
  });

  test.each([
    [eventOf(), "pattern=a", "this is not a build of a git tag"],
    [tagEvent("x"), "pattern=a", '"x" does not match a'],
    [tagEvent("x"), "pattern=(x)?a?,group=1", '"x" matches (x)?a?'],
    [tagEvent("a"), "pattern=a(b)?,group=1", '"a" does not match a(b)? with a group 1'],
    [tagEvent("ab"), "pattern=x*", '"ab" matches x*, but the match is empty'],
  ])("says why", (event, rule, reason) => expect(reasonOf(event, `type=match,${rule}`)).toBe(reason));

  test("strict", () => {
    expect(evaluate(tagEvent("x"), { tags: ["type=match,pattern=a,strict=true"] }).faults).toEqual([
      'tags.0: "x" does not match a',
    ]);
  });
});

const json = (version: unknown) => new Map([["package.json", JSON.stringify({ version })]]);

describe("package", () => {
  test.each<[string, unknown, ReadonlyMap<string, string>, string[]]>([
    ["package.json", ["type=package"], json("1.2.3"), ["1.2.3", "latest"]],
    ["with patterns", parts("package"), json("1.2.3"), ["1.2.3", "1.2", "1", "latest"]],
    ["pre-release", parts("package"), json("1.2.3-rc.1"), ["1.2.3-rc.1"]],
    ["zero", parts("package", ",zero=false"), json("0.2.3"), ["0.2.3", "0.2", "latest"]],
    [
      "another file",
      ["type=package,path=app/package.json"],
      new Map([["app/package.json", '{"version":"1.0.0"}']]),
      ["1.0.0", "latest"],
    ],
    ["VERSION", ["type=package,path=VERSION"], new Map([["VERSION", "\n v1.2.3\n"]]), ["1.2.3", "latest"]],
  ])("%s", (_title, tags, files, expected) => expect(tagsOf(eventOf(), { tags, files })).toEqual(expected));

  test.each<[string, ReadonlyMap<string, string>, string]>([
    ["no file", new Map(), "there is no file package.json"],
    ["no version", new Map([["package.json", "{}"]]), "package.json has no version"],
    ["no object", new Map([["package.json", "[]"]]), "package.json has no version"],
    ["a number", json(1), "package.json has no version"],
    ["no semantic version", json("1.2"), '"1.2" is not a semantic version'],
  ])("%s: strict makes it an error", (_title, files, reason) => {
    expect(evaluate(eventOf(), { tags: ["type=package"], files })).toMatchObject({ tags: [], faults: [] });
    expect(reasonOf(eventOf(), "type=package", files)).toBe(reason);
    expect(evaluate(eventOf(), { tags: ["type=package,strict=true"], files }).faults).toEqual([`tags.0: ${reason}`]);
  });

  test("a broken package.json is an error in any case", () => {
    const found = evaluate(eventOf(), { tags: ["type=package"], files: new Map([["package.json", "{"]]) });
    expect(found).toMatchObject({ tags: [], faults: ["tags.0: package.json is not valid JSON"] });
  });

  test("without a when it is for the default branch and git tags", () => {
    const files = json("1.2.3");
    const tags = ["type=package"];
    expect(tagsOf(tagEvent("x"), { tags, files })).toEqual(["1.2.3", "latest"]);
    expect(tagsOf(branchEvent("dev"), { tags, files })).toEqual([]);
    expect(reasonOf(branchEvent("dev"), "type=package", files)).toBe(
      "without a when it applies only to the default branch and to git tags",
    );
    expect(tagsOf(branchEvent("dev"), { tags: [{ type: "package", when: { branch: "dev" } }], files })).toEqual([
      "1.2.3",
      "latest",
    ]);
    expect(tagsOf(pullRequestEvent(1), { tags: [{ type: "package", when: {} }], files })).toEqual([]);
  });
});

test.each<[string, unknown, string[]]>([
  ["the default rules", "default", ["1.2.3"]],
  ["auto_tag", "auto_tag", ["1.2.3"]],
  ["metadata-action", "metadata-action", ["v1.2.3"]],
  ["semver", parts("semver"), ["1.2.3"]],
  ["pep440", parts("pep440"), ["1.2.3"]],
  ["a match", ["type=match,pattern=\\d.\\d"], ["1.2"]],
])("a release that its host calls a pre-release moves no final version by %s", (_, tags, expected) => {
  const event = tagEvent("v1.2.3", { prerelease: true });
  expect(tagsOf(event, { tags })).toEqual(expected);
  expect(tagsOf(event, { tags, flavor: "latest=highest", gitTags: ["v1.2.3"] })).toEqual(expected);
});
