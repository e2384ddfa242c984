import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isTag } from "../../../src/core/reference.ts";
import { branchSlug, isBuildTagLike, isReserved, nameSlug, protectedSlug, tagSlug } from "../../../src/core/slug.ts";
import { anyCharacter } from "../tags/any-character.ts";

const hash = (name: string) => createHash("sha256").update(name).digest("hex").slice(0, 8);

describe("branchSlug", () => {
  test.each([
    ["master", "master"],
    ["feature/login", "feature-login"],
    ["a/b/c", "a-b-c"],
    ["1/2.3", "1-2.3"],
    ["Feature_1.x-", "Feature_1.x-"],
    ["_x", "_x"],
    ["release-20240131", "release-20240131"],
    ["x-2024013A", "x-2024013A"],
    ["x-2024013", "x-2024013"],
    ["x_8187fc8f", "x_8187fc8f"],
    ["8187fc8f", "8187fc8f"],
    ["latestx", "latestx"],
    ["Latest", "Latest"],
    ["not-latest", "not-latest"],
    ["pr", "pr"],
    ["a-pr-1", "a-pr-1"],
    ["123-fix-login", "123-fix-login"],
    ["1.x", "1.x"],
    ["va1", "va1"],
    ["local", "local"],
  ])("%s is %s", (name, slug) => expect(branchSlug(name)).toBe(slug));

  test.each([
    ["a#b", "a-b"],
    ["a///b##c", "a-b-c"],
    ["#12-fix", "12-fix"],
    [".foo", "foo"],
    ["-foo", "foo"],
    ["/foo", "foo"],
    ["été", "t"],
    ["日本", "x"],
    ["", "x"],
    ["..", "x"],
    ["a#", "a"],
    ["release-2024013a", "release-2024013a"],
    ["latest", "branch-latest"],
    ["latest-alpine", "branch-latest-alpine"],
    ["latest.1", "branch-latest.1"],
    ["latest#", "branch-latest"],
    ["1", "branch-1"],
    ["v1", "branch-v1"],
    ["V1.2", "branch-V1.2"],
    ["1.2.3", "branch-1.2.3"],
    ["1.2.3-rc.1", "branch-1.2.3-rc.1"],
    ["1.2_x", "branch-1.2_x"],
    ["1.2rc1", "branch-1.2rc1"],
    ["v1.0.0b2.post3", "branch-v1.0.0b2.post3"],
    ["pr-15", "branch-pr-15"],
    ["pr/15", "branch-pr-15"],
    ["pr-x", "branch-pr-x"],
    ["master-860c1904a1ce-42", "master_860c1904a1ce-42"],
    ["master-860c1904a1ce-42-alpine", "master_860c1904a1ce-42-alpine"],
    ["local-860c1904a1ce", "local_860c1904a1ce"],
    ["x-local-860c1904a1ce-dirty", "x-local_860c1904a1ce-dirty"],
  ])("%s loses something, so its hash makes up for it: %s-…", (name, stem) => {
    expect(branchSlug(name)).toBe(`${stem}-${hash(name)}`);
  });

  test("a hash has a letter, so that a name with a date is not taken for a hashed one", () => {
    const name = Array.from({ length: 1000 }, (_, n) => `#${n}`).find((text) => /^\d{8}$/.test(hash(text))) ?? "";
    const second = createHash("sha256").update(name).digest("hex").slice(8, 16);
    expect(name).not.toBe("");
    expect(branchSlug(name)).toBe(`${name.slice(1)}-${second}`);
  });

  test("a long name is cut, and its hash makes up for it", () => {
    const name = "x".repeat(129);
    expect(branchSlug("x".repeat(128))).toBe("x".repeat(128));
    expect(branchSlug(name)).toBe(`${"x".repeat(119)}-${hash(name)}`);
    expect(branchSlug("abcdefghijkl", 12)).toBe("abcdefghijkl");
    expect(branchSlug("abcdefghijklm", 12)).toBe(`abc-${hash("abcdefghijklm")}`);
    expect(branchSlug("ab-defghijklm", 12)).toBe(`ab-${hash("ab-defghijklm")}`);
  });

  test("what is cut to a reserved name is protected too", () => {
    expect(nameSlug("1.23456789x", 14)).toBe("1.23456789x");
    expect(branchSlug("1.2345678901234x", 14)).toBe(`branc-${hash("1.2345678901234x")}`);
  });
});

describe("tagSlug", () => {
  test.each([
    ["latest", "latest"],
    ["1.2", "1.2"],
    ["v1.2.3", "v1.2.3"],
    ["p1/v1.0.0", "p1-v1.0.0"],
  ])("a git tag may be called %s", (name, slug) => expect(tagSlug(name)).toBe(slug));

  test.each([
    ["pr-15", "tag-pr-15"],
    ["v1+2", "v1-2"],
    ["x-860c1904a1ce-42", "x_860c1904a1ce-42"],
  ])("%s is not its own to give: %s-…", (name, stem) => expect(tagSlug(name)).toBe(`${stem}-${hash(name)}`));

  test("its length can be limited", () => expect(tagSlug("pr-1234567890", 16)).toBe(`tag-pr-${hash("pr-1234567890")}`));
});

test("nameSlug lets reserved names through", () => {
  expect(nameSlug("latest")).toBe("latest");
  expect(nameSlug("pr/1")).toBe("pr-1");
});

test("protectedSlug always has a hash", () => {
  expect(protectedSlug("branch", "dev")).toBe(`dev-${hash("dev")}`);
  expect(protectedSlug("tag", "latest")).toBe(`latest-${hash("latest")}`);
  expect(protectedSlug("branch", "dev/1", 12)).toBe(`dev-${hash("dev/1")}`);
});

test.each([
  ["master-860c1904a1ce-42", true],
  ["master-860c1904a1ce-42-alpine", true],
  ["alpine-pr-1-860c1904a1ce-42.x", true],
  ["local-860c1904a1ce", true],
  ["alpine-local-860c1904a1ce_dirty", true],
  ["master-860c1904a1ce-42x", false],
  ["master-860c1904a1ce", false],
  ["master-860c1904a1c-42", false],
  ["master-860c1904a1ceb-42", false],
  ["860c1904a1ce-42", false],
  ["local-860c1904a1ceb", false],
  ["xlocal-860c1904a1ce", false],
])("%s could be a build tag: %s", (tag, is) => {
  expect(isBuildTagLike(tag)).toBe(is);
  expect(isReserved(tag)).toBe(is);
});

describe("for any name", () => {
  /** Names as they are met, names that are almost reserved, and anything at all. */
  const name = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 200 }),
    fc.string({ unit: fc.constantFrom(..."ab/-_.#v1.20latespr".split("")), maxLength: 12 }),
    fc.stringMatching(
      /^(?:latest|v?[0-9]{1,3}(?:\.[0-9]){0,2}|pr-[0-9]|x?-?[0-9a-f]{12}-[0-9]|local-[0-9a-f]{12})[-._/#]?[a-z]{0,2}$/,
    ),
    fc.stringMatching(/^[a-z.]{0,3}-[0-9a-f]{8}$/),
  );
  const longest = fc.integer({ min: 20, max: 128 });
  const runs = { numRuns: 3000 };

  test("its slug is a tag, and no longer than it may be", () => {
    fc.assert(
      fc.property(name, longest, (text, limit) => {
        for (const slug of [branchSlug(text, limit), tagSlug(text, limit), nameSlug(text, limit)]) {
          expect(isTag(slug)).toBe(true);
          expect(slug.length).toBeLessThanOrEqual(limit);
        }
      }),
      runs,
    );
  });

  test("a branch's slug is never a reserved tag, a git tag's never that of a pull request or a build", () => {
    fc.assert(
      fc.property(name, longest, (text, limit) => {
        expect(isReserved(branchSlug(text, limit))).toBe(false);
        expect(isReserved(tagSlug(text, limit), "tag")).toBe(false);
      }),
      runs,
    );
  });

  test("two names share a slug only if they differ in nothing but / against -", () => {
    const pair = fc.oneof(
      fc.tuple(name, name),
      name.map((text) => [text, branchSlug(text)] as const),
    );
    fc.assert(
      fc.property(pair, longest, ([a, b], limit) => {
        fc.pre(a.replaceAll("/", "-") !== b.replaceAll("/", "-"));
        for (const slug of [branchSlug, tagSlug, nameSlug]) expect(slug(a, limit)).not.toBe(slug(b, limit));
      }),
      runs,
    );
  });
});
