import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isTag } from "../../../src/core/reference.ts";
import { branchSlug, isReserved, tagSlug } from "../../../src/core/slug.ts";
import { anyCharacter } from "./any-character.ts";
import { branchEvent, eventOf, pullRequestEvent, tagEvent } from "./event-of.ts";
import { type Asked, evaluate, tagsOf } from "./tags-of.ts";

const branchRule = { tags: ["type=ref,event=branch"] };

describe("a branch never gives the tag of something else", () => {
  test.each<[string, string, Asked, RegExp]>([
    ["in a template", "latest", { tags: ["{{branch}}"] }, /^branch-latest-5e1e2bca$/],
    ["with something in front", "1.2.3", { tags: ["v{{branch}}"] }, /^branch-v1\.2\.3-\w{8}$/],
    ["in the middle of a name", "1.2.3", { tags: ["x-{{branch}}"] }, /^x-1\.2\.3$/],
    ["with a prefix", "15", { tags: ["type=ref,event=branch,prefix=pr-"] }, /^branch-pr-15-49c9276e$/],
    ["in a prefix", "latest", { tags: ["type=sha,prefix={{branch}}-"] }, /^branch-latest-860c190-\w{8}$/],
    ["in a suffix", "test", { tags: ["type=raw,value=la,suffix={{branch}}"] }, /^branch-latest-5e1e2bca$/],
    ["behind a variant's prefix", "latest", { ...branchRule, prefix: "alpine-" }, /^alpine-branch-latest-5e1e2bca$/],
    ["behind the flavor's prefix", "1.2.3", { ...branchRule, flavor: "prefix=x-" }, /^x-1\.2\.3-\w{8}$/],
    ["before a variant's suffix", "1.2", { ...branchRule, suffix: "-alpine" }, /^branch-1\.2-\w{8}-alpine$/],
    ["joined to a prefix", "st", { ...branchRule, prefix: "late" }, /^latebranch-st-\w{8}$/],
    [
      "as a version",
      "1.2.3",
      { tags: ["type=semver,pattern={{version}},value={{branch}}"] },
      /^branch-1\.2\.3-c47f5b18$/,
    ],
    [
      "as a version's part",
      "release/1.2.3",
      { tags: ["type=semver,pattern={{major}},value={{branch}},match=^release/(.*)$"] },
      /^branch-1-\w{8}$/,
    ],
    ["as a match", "r/1.2", { tags: ["type=match,pattern=r/(.*),group=1,value={{branch}}"] }, /^branch-1\.2-\w{8}$/],
    [
      "as a match with a loss",
      "r/a#b",
      { tags: ["type=match,pattern=r/(.*),group=1,value={{branch}}"] },
      /^a-b-8187fc8f$/,
    ],
    ["as a build tag", "x-860c1904a1ce-42", branchRule, /^x_860c1904a1ce-42-320d8f1d$/],
    ["as a build tag, by a rule", "860c1904a1ce", { tags: ["x-{{branch}}-42"] }, /^x_860c1904a1ce-42-\w{8}$/],
    ["too long with a suffix", "x".repeat(128), { ...branchRule, suffix: "-y" }, /^x{117}-\w{8}-y$/],
    ["too long together", "x".repeat(80), { tags: ["{{branch}}-{{branch}}"] }, /^x{80}-x{38}-\w{8}$/],
    ["with a loss, in a template", "été#1", { tags: ["b-{{branch}}"] }, /^b-t-1-\w{8}$/],
    ["joined to a version", "2.3", { tags: ["1.{{branch}}"] }, /^branch-1\.2\.3-c47f5b18$/],
    ["in front of a version", "8", { tags: ["{{branch}}.2-x"] }, /^branch-8\.2-x-\w{8}$/],
    ["with a loss, in a prefix", "a#b", { tags: ["type=sha,prefix={{branch}}-"] }, /^a-b-8187fc8f-860c190$/],
    ["joined to a version's point", "1", { tags: ["type=ref,event=branch,prefix=8.2."] }, /^branch-8\.2\.1-\w{8}$/],
    ["behind a version's prefix", "latest", { ...branchRule, prefix: "8.2-" }, /^8\.2-branch-latest-5e1e2bca$/],
    ["as a pull request's variant", "pr-1", { ...branchRule, prefix: "8.2-" }, /^8\.2-branch-pr-1-\w{8}$/],
  ])("%s", (_title, branch, asked, expected) => {
    const { tags, faults, rules } = evaluate(branchEvent(branch), { flavor: "latest=false", ...asked });
    expect(faults).toEqual([]);
    expect(tags).toHaveLength(1);
    expect(tags[0]).toMatch(expected);
    expect(rules[0]?.tags).toEqual(tags);
  });

  test("no latest comes from it either", () => {
    for (const rule of [
      "type=semver,pattern={{version}}",
      "type=pep440,pattern={{version}}",
      "type=match,pattern=.*",
    ]) {
      const { tags } = evaluate(branchEvent("1.2.3"), { tags: [`${rule},value={{branch}}`] });
      expect(tags).toEqual(["branch-1.2.3-c47f5b18"]);
    }
  });

  test("a version in front that the rule itself says stays", () => {
    expect(tagsOf(eventOf(), { ...branchRule, prefix: "8.2-" })).toEqual(["8.2-master"]);
    expect(tagsOf(eventOf(), { tags: ["type=ref,event=branch,prefix=8.2-"] })).toEqual(["8.2-master"]);
    expect(tagsOf(eventOf(), { tags: ["v8.2_{{branch}}"] })).toEqual(["v8.2_master"]);
    expect(tagsOf(eventOf(), { tags: ["18.22.33-{{branch}}"] })).toEqual(["18.22.33-master"]);
  });

  test("a deploy target and a base branch neither", () => {
    const promote = eventOf({ kind: "promote", deployTo: "1.0" });
    expect(tagsOf(promote)).toEqual([branchSlug("1.0")]);
    expect(tagsOf(promote, { tags: ["{{deploy}}"] })).toEqual([branchSlug("1.0")]);
    expect(tagsOf(tagEvent("x", { baseRef: "latest" }), { tags: ["{{base_ref}}"] })).toEqual([branchSlug("latest")]);
    const both = tagEvent("1", { baseRef: "2" });
    expect(tagsOf(both, { tags: ["{{base_ref}}.{{tag}}"] })).toEqual([branchSlug("2.1")]);
    expect(tagsOf(both, { tags: ["{{tag}}.{{base_ref}}"] })).toEqual([branchSlug("1.2")]);
    expect(tagsOf(tagEvent("1"), { tags: ["{{tag}}.{{base_ref}}0"] })).toEqual(["1.0"]);
  });
});

describe("a git tag", () => {
  test.each([
    ["latest", ["latest"]],
    ["1.2", ["1.2"]],
    ["pr-15", [tagSlug("pr-15")]],
    ["a+b", [tagSlug("a+b")]],
    ["x-860c1904a1ce-42", [tagSlug("x-860c1904a1ce-42")]],
  ])("%s, by its name", (tag, expected) => {
    expect(tagsOf(tagEvent(tag))).toEqual(expected);
    expect(tagsOf(tagEvent(tag), { tags: ["{{tag}}"] })).toEqual(expected);
  });
});

describe("a pull request gives its own tags, and none that stands for a release or a branch", () => {
  const pull = pullRequestEvent(15, { baseRef: "release/1", defaultBranch: "main" });

  test.each<[string, Asked, string[], string]>([
    ["its own", { tags: ["type=ref,event=pr"] }, ["pr-15"], "this is pull request 15"],
    ["its own, written out", { tags: ["pr-15-x"] }, ["pr-15-x"], "the rule says so"],
    ["another's", { tags: ["pr-151"] }, [], "a pull request never gets pr-151"],
    ["latest", { tags: ["latest"] }, [], "a pull request never gets latest"],
    ["latest with a prefix", { tags: ["type=raw,value=latest,prefix=x-"] }, [], "a pull request never gets x-latest"],
    ["a version", { tags: ["1.2.3"] }, [], "a pull request never gets 1.2.3"],
    [
      "a version by semver",
      { tags: ["type=semver,pattern={{version}},value=v1.2.3"] },
      [],
      "a pull request never gets 1.2.3",
    ],
    ["its number alone", { tags: ["type=ref,event=pr,prefix="] }, [], "a pull request never gets 15"],
    ["its branch", { tags: ["{{base_ref}}"] }, [], "a pull request never gets the tag of branch release/1"],
    ["the default branch", { tags: ["main"] }, [], "a pull request never gets the tag of branch main"],
    ["something else of the branch", { tags: ["x-{{base_ref}}"] }, ["x-release-1"], "the rule says so"],
    ["a commit of digits", { tags: ["type=sha"] }, ["sha-1234567"], "the commit is 12345678"],
    ["a variant's own", { tags: ["type=ref,event=pr"], prefix: "8.2-" }, ["8.2-pr-15"], "this is pull request 15"],
    ["a word", { tags: ["test"] }, ["test"], "the rule says so"],
  ])("%s", (_title, asked, tags, reason) => {
    const event = { ...pull, sha: "12345678" };
    const found = evaluate(event, asked);
    expect(found).toMatchObject({ tags, faults: [] });
    expect(found.rules[0]?.reason).toBe(reason);
  });

  test("nor by a flavor or the command line", () => {
    const found = evaluate(pull, { flavor: "latest=true", extra: ["2.0", "pr-15-y", "z"] });
    expect(found.tags).toEqual(["pr-15", "pr-15-y", "z"]);
    expect(found.rules.at(-1)).toEqual({ rule: "latest=true", tags: [], reason: "a pull request never gets latest" });
    expect(found.rules.at(-4)).toEqual({ rule: "--tag 2.0", tags: [], reason: "a pull request never gets 2.0" });
  });
});

describe("what is not a valid tag is a problem", () => {
  test.each<[string, Asked, string, string, string | undefined]>([
    [
      "an empty expression in front",
      { tags: ["type=sha,prefix={{tag}}-"] },
      "would not be a valid tag: use letters, digits, _ . and -, and start with neither . nor -",
      "-860c190",
      "if an expression at the start is empty in this build, add enable or when",
    ],
    [
      "a point in front",
      { tags: [".x"] },
      "would not be a valid tag: use letters, digits, _ . and -, and start with neither . nor -",
      ".x",
      "if an expression at the start is empty in this build, add enable or when",
    ],
    ["too long", { tags: ["x".repeat(129)] }, "would be longer than 128 characters", "x".repeat(129), undefined],
    [
      "too long with a suffix",
      { tags: ["x".repeat(126)], suffix: "-ab" },
      "would be longer than 128 characters",
      `${"x".repeat(126)}-ab`,
      undefined,
    ],
    [
      "a build tag",
      { tags: ["master-860c1904a1ce-42"] },
      "would be a build tag, which never moves",
      "master-860c1904a1ce-42",
      undefined,
    ],
    [
      "a prefix that no tag starts with",
      { tags: ["x"], prefix: "-" },
      "would not be a valid tag: use letters, digits, _ . and -, and start with neither . nor -",
      "-x",
      undefined,
    ],
  ])("%s", (_title, asked, message, got, hint) => {
    const { problems, tags } = evaluate(eventOf(), asked);
    expect(tags).toEqual([]);
    expect(problems).toEqual([{ path: "tags.0", message, got, ...(hint === undefined ? {} : { hint }) }]);
  });

  test("128 characters are a tag", () =>
    expect(tagsOf(eventOf(), { tags: ["x".repeat(128)] })).toEqual(["x".repeat(128)]));

  test("a latest that cannot be", () => {
    const { problems } = evaluate(eventOf(), { tags: ["x"], flavor: "latest=true\nprefix=.,onlatest=true" });
    expect(problems.map(({ path, got }) => [path, got])).toEqual([["tags.0", ".x"]]);
    const suffixed = evaluate(eventOf(), {
      tags: ["type=raw,value=x,prefix="],
      flavor: "latest=true\nprefix=.,onlatest=true",
    });
    expect(suffixed.problems.map(({ path, got }) => [path, got])).toEqual([["flavor.latest", ".latest"]]);
    const broken = { tags: ["type=raw,value=x,prefix="], flavor: "latest=true\nprefix={{env.X}},onlatest=true" };
    expect(evaluate(eventOf(), broken).faults).toEqual(["flavor.prefix: X is not listed"]);
  });

  test("a tag of the command line, as it is or not at all", () => {
    expect(evaluate(eventOf(), { tags: [], extra: ["a/b.c"] }).problems[0]?.hint).toBeUndefined();
    const found = evaluate(eventOf(), { tags: [], extra: ["ok", "a/b"], suffix: "s" });
    expect(found).toMatchObject({
      tags: ["ok-s"],
      version: "ok",
      faults: ["--tag: would not be a valid tag: use letters, digits, _ . and -, and start with neither . nor -"],
    });
    expect(found.rules[0]).toEqual({ rule: "--tag ok", tags: ["ok-s"], reason: "the command line says so" });
    expect(evaluate(eventOf(), { tags: ["first"], extra: ["ok"] })).toMatchObject({
      tags: ["first", "ok"],
      version: "first",
    });
  });

  test("a target's prefix that is a pull request's", () => {
    expect(evaluate(eventOf(), { prefix: "pr-1" }).problems).toEqual([
      {
        path: "targets.app.prefix",
        message: 'must not start with "pr-": those tags belong to pull requests',
        got: "pr-1",
      },
    ]);
    expect(evaluate(eventOf(), { prefix: "prx-" }).faults).toEqual([]);
  });
});

describe("for any name", () => {
  const name = fc.oneof(
    fc.string({ unit: anyCharacter, minLength: 1, maxLength: 160 }),
    fc.string({ unit: fc.constantFrom(..."ab/-_.#v1.20latespr".split("")), minLength: 1, maxLength: 10 }),
    fc.stringMatching(/^(?:latest|v?[0-9]{1,3}(?:\.[0-9]){0,2}|pr-[0-9]|x-[0-9a-f]{12}-[0-9])[-._/#]?[a-z]{0,2}$/),
  );
  const affix = fc.constantFrom("", "", "-alpine", "x", ".1", "_");
  const prefix = fc.constantFrom("", "", "alpine-", "v", "1.", "la", "8.2");
  const rules = [
    "type=ref,event=branch",
    "{{branch}}",
    "v{{branch}}",
    "{{branch}}{{branch}}",
    "type=raw,value=la,suffix={{branch}}",
    "type=match,pattern=.*,value={{branch}}",
    "type=semver,pattern={{raw}},value={{branch}}",
    "x-{{branch}}-42",
    "type=sha,prefix={{branch}}-",
    "type=ref,event=branch,prefix=pr-",
    "type=deploy",
    "{{deploy}}",
    "default",
  ];
  const rule = fc.constantFrom(...rules);

  test("a branch or a deploy target gives a tag, and never a reserved one", () => {
    fc.assert(
      fc.property(name, rule, prefix, affix, (branch, tags, before, suffix) => {
        const event = branchEvent(branch, { kind: "promote", deployTo: branch });
        const found = evaluate(
          { ...event, kind: tags === "default" ? "push" : "promote" },
          { tags, prefix: before, suffix },
        );
        expect(found.faults).toEqual([]);
        for (const tag of found.tags) {
          expect(isTag(tag)).toBe(true);
          expect(isReserved(tag)).toBe(false);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test("the default tag of a branch is its slug", () => {
    fc.assert(
      fc.property(name, (branch) => {
        expect(tagsOf(branchEvent(branch))).toEqual([branchSlug(branch)]);
      }),
    );
  });

  test("any git tag gives tags, and none of a pull request or a build", () => {
    fc.assert(
      fc.property(name, (tag) => {
        for (const given of tagsOf(tagEvent(tag))) {
          expect(isTag(given)).toBe(true);
          expect(isReserved(given, "tag")).toBe(false);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("a pull request into any branch gives pr-<n> alone by default", () => {
    fc.assert(
      fc.property(name, fc.integer({ min: 1, max: 1e9 }), (baseRef, number) => {
        expect(tagsOf(pullRequestEvent(number, { baseRef }))).toEqual([`pr-${number}`]);
      }),
    );
  });
});
