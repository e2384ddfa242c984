import { describe, expect, test } from "vitest";
import { didYouMean, nearest } from "../../../src/core/suggest.ts";

const known = ["pattern", "value", "match", "prefix", "suffix", "sha", "raw"];

describe("nearest", () => {
  test.each([
    ["pattern", "pattern"],
    ["patern", "pattern"],
    ["pattenr", "pattern"],
    ["PATTERN", "pattern"],
    ["ptterns", "pattern"],
    ["prefx", "prefix"],
    ["suffxi", "suffix"],
    ["sah", "sha"],
    ["shb", "sha"],
    ["rw", "raw"],
  ])("%s was meant to be %s", (name, meant) => expect(nearest(name, known)).toBe(meant));

  test.each(["", "zzz", "r", "xyz", "completely-different", "pat", "sfx", "valuematch"])("%j is near none", (name) =>
    expect(nearest(name, known)).toBeNull(),
  );

  test("a longer name may have more slips", () => {
    expect(nearest("abc", ["abd"])).toBe("abd");
    expect(nearest("abc", ["xbd"])).toBeNull();
    expect(nearest("abcd", ["xbcx"])).toBeNull();
    expect(nearest("stage", ["tags"])).toBeNull();
    expect(nearest("abcdef", ["xbcdex"])).toBe("xbcdex");
    expect(nearest("abcdefg", ["abcdxyz"])).toBeNull();
    expect(nearest("abcdefgh", ["abcdexyz"])).toBe("abcdexyz");
    expect(nearest("abcdefgh", ["abcdwxyz"])).toBeNull();
  });

  test("the nearest wins, of equals the first", () => {
    expect(nearest("branchs", ["brunchs", "branch", "branches"])).toBe("brunchs");
    expect(nearest("tagz", ["tagxy", "tags"])).toBe("tags");
  });

  test("swapped letters are one slip, not two", () => {
    expect(nearest("hsa", ["sha", "has"])).toBe("sha");
    expect(nearest("ba", ["ab"])).toBe("ab");
  });
});

test("didYouMean names the nearest, or all", () => {
  expect(didYouMean("patern", known)).toBe('did you mean "pattern"?');
  expect(didYouMean("zzz", ["a1", "b2"])).toBe("expected one of a1, b2");
  expect(didYouMean("zzz", ["a1"])).toBe("expected a1");
});
