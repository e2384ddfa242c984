import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildTag, withAffixes } from "../../../src/core/build-tag.ts";
import type { BuildEvent } from "../../../src/core/event.ts";
import { isTag } from "../../../src/core/reference.ts";
import { isBuildTagLike } from "../../../src/core/slug.ts";
import { anyCharacter } from "../tags/any-character.ts";
import { branchEvent, eventOf, pullRequestEvent, tagEvent } from "../tags/event-of.ts";

describe("buildTag", () => {
  test.each<[string, BuildEvent]>([
    ["master-860c1904a1ce-42", eventOf()],
    ["feature-login-860c1904a1ce-42", branchEvent("feature/login")],
    ["pr-17-860c1904a1ce-42", pullRequestEvent(17)],
    ["v1.2.3-rc.1-860c1904a1ce-42", tagEvent("v1.2.3-rc.1")],
    ["latest-860c1904a1ce-42", tagEvent("latest")],
    ["branch-latest-5e1e2bca-860c1904a1ce-42", branchEvent("latest")],
    ["branch-1.2.3-c47f5b18-860c1904a1ce-42", branchEvent("1.2.3")],
    ["refs-x-860c1904a1ce-42", eventOf({ ref: "refs/x", branch: null })],
    ["local-860c1904a1ce", eventOf({ buildNumber: null })],
    ["local-860c1904a1ce-dirty", eventOf({ buildNumber: null, dirty: true })],
    ["local-000000000000", eventOf({ buildNumber: null, sha: "0".repeat(40) })],
  ])("%s", (expected, event) => expect(buildTag(event)).toBe(expected));

  test.each([
    ["", "-alpine", "master-860c1904a1ce-42-alpine"],
    ["", "alpine", "master-860c1904a1ce-42-alpine"],
    ["", "_alpine", "master-860c1904a1ce-42_alpine"],
    ["", ".alpine", "master-860c1904a1ce-42.alpine"],
    ["alpine-", "", "alpine-master-860c1904a1ce-42"],
    ["v", "1", "vmaster-860c1904a1ce-42-1"],
  ])("with prefix %j and suffix %j", (prefix, suffix, expected) => {
    expect(buildTag(eventOf(), { prefix, suffix })).toBe(expected);
  });

  test("a laptop's has them too", () => {
    expect(buildTag(eventOf({ buildNumber: null }), { prefix: "a-", suffix: "b" })).toBe("a-local-860c1904a1ce-b");
  });

  test("a long branch is cut at 80, or where prefix and suffix need the room", () => {
    expect(buildTag(branchEvent("x".repeat(80)))).toBe(`${"x".repeat(80)}-860c1904a1ce-42`);
    expect(buildTag(branchEvent("x".repeat(81)))).toMatch(/^x{71}-[0-9a-f]{8}-860c1904a1ce-42$/);
    const tag = buildTag(branchEvent("x".repeat(81)), { prefix: "p".repeat(40), suffix: "s".repeat(40) });
    expect(tag).toMatch(/^p{40}x{22}-[0-9a-f]{8}-860c1904a1ce-42-s{40}$/);
    expect(tag).toHaveLength(128);
  });
});

test("withAffixes sets a suffix off, so that it does not change the number before", () => {
  expect(withAffixes("1", { prefix: "", suffix: "1" })).toBe("1-1");
  expect(withAffixes("1", { prefix: "", suffix: "" })).toBe("1");
});

describe("for any ref", () => {
  const name = fc.oneof(
    fc.string({ unit: anyCharacter, minLength: 1, maxLength: 150 }),
    fc.string({ unit: fc.constantFrom(..."a/-#1.".split("")), minLength: 1 }),
  );
  const affixes = fc.record({
    prefix: fc.stringMatching(/^(?:[a-z][a-z0-9-]{0,38})?$/),
    suffix: fc.stringMatching(/^[-._]?[a-z0-9]{0,39}$/),
  });
  const number = fc.integer({ min: 1, max: 1e9 });
  const eventFor = fc
    .tuple(fc.constantFrom(branchEvent, tagEvent), name, number)
    .map(([make, text, buildNumber]) => make(text, { buildNumber }));

  test("the build tag is a tag, and is known as a build tag", () => {
    fc.assert(
      fc.property(eventFor, affixes, (event, around) => {
        expect(isTag(buildTag(event, around))).toBe(true);
        expect(isBuildTagLike(buildTag(event, around))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("two builds of a repository never share it, nor do two branches", () => {
    fc.assert(
      fc.property(eventFor, eventFor, (a, b) => {
        const same = a.buildNumber === b.buildNumber && a.ref.replaceAll("/", "-") === b.ref.replaceAll("/", "-");
        fc.pre(!same && (a.buildNumber !== b.buildNumber || a.kind === b.kind));
        expect(buildTag(a)).not.toBe(buildTag(b));
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(name, name, (a, b) => {
        fc.pre(a.replaceAll("/", "-") !== b.replaceAll("/", "-"));
        expect(buildTag(branchEvent(a))).not.toBe(buildTag(branchEvent(b)));
        expect(buildTag(tagEvent(a))).not.toBe(buildTag(tagEvent(b)));
      }),
      { numRuns: 2000 },
    );
  });
});
