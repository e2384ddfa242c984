import { describe, expect, test } from "vitest";
import { compileGlob, longestGlob } from "../../../src/tags/glob.ts";
import { parseWhen } from "../../../src/tags/when.ts";

describe("compileGlob", () => {
  test.each<[glob: string, matches: string, others: string]>([
    ["*", "a a.b .a", "a/b"],
    ["**", "a a/b a/.b/c", ""],
    ["a*c", "ac abc a.c", "a/c abcd"],
    ["a?c", "abc a.c", "ac a/c abbc"],
    ["a/**", "a a/b a/b/c", "ab b/a"],
    ["**/a", "a b/a c/b/a", "ba b/ab"],
    ["a/**/b", "a/b a/c/b a/c/d/b", "ab a/cb"],
    ["a**", "a ab", "a/b"],
    ["release/v[0-9]*", "release/v1 release/v12.3", "release/v release/vx"],
    ["[^a]b", "bb .b", "ab b /b"],
    ["[!a-c]", "d -", "a b c"],
    ["[]a]", "] a", "b"],
    ["[a-]", "a -", "b"],
    ["[a", "[a", "a"],
    ["{main,release-*}", "main release-1", "release main,release-1"],
    ["{a,b/{c,d}}/x", "a/x b/c/x b/d/x", "b/x c/x"],
    ["{a,}b", "ab b", "aab"],
    ["{a,b", "{a,b", "a b"],
    ["a}b,c", "a}b,c", "ab"],
    ["\\*", "*", "a"],
    ["\\{a,b\\}", "{a,b}", "a"],
    ["a\\", "a\\", "a"],
    ["ü?", "üß", "ü"],
    ["?", "😀", "😀😀"],
    ["a+b(c)|!", "a+b(c)|!", "aab"],
    ["{1..100000000}", "1..100000000", "1 2"],
  ])("%s", (glob, matches, others) => {
    const fits = compileGlob(glob);
    const words = (text: string) => text.split(" ").filter((word) => word !== "");
    expect(words(matches).filter((name) => !fits(name))).toEqual([]);
    expect(words(others).filter(fits)).toEqual([]);
  });

  const long = "a".repeat(5000);

  test.each([
    ["thirty stars", "*a".repeat(30)],
    ["as many stars as fit", "a*".repeat(longestGlob / 2)],
    ["folders", "**/".repeat(longestGlob / 3 - 1)],
    ["alternatives in alternatives", `${"{a,".repeat(300)}*${"}".repeat(300)}`],
    ["a product of alternatives", "{a,b}".repeat(200)],
    ["braces that nothing closes", "{".repeat(longestGlob)],
    ["brackets that nothing closes", "[".repeat(longestGlob)],
    ["a range of numbers", "{1..100000000}"],
    ["extended globs", "+(a|b)*(a|b)".repeat(50)],
  ])("%s end", (_, glob) => expect(compileGlob(`${glob}b`)(long)).toBe(false));

  test("one of 70,000 characters is refused", () => {
    const { problems } = parseWhen({ branch: ["a", "*".repeat(70_000)] }, "when");
    expect(problems).toEqual([{ path: "when.branch", message: "must be a glob of at most 1000 characters" }]);
  });
});
