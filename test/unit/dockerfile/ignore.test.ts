import { describe, expect, it } from "vitest";
import { parseIgnoreFile } from "../../../src/dockerfile/ignore.ts";

/** Ignore files and what they leave out of `paths`, as BuildKit has it. */
const cases: [text: string, leftOut: string[], kept: string[]][] = [
  ["", [], ["a", "a/b"]],
  ["# a comment\n\n  a  \n", ["a", "a/b", "a/b/c"], ["b/a", "ab"]],
  ["/a/", ["a", "a/b"], ["b/a"]],
  ["./a/../b", ["b"], ["a"]],
  ["../a\na/../../b", [], ["a", "b"]],
  ["/../a", ["a"], ["b"]],
  ["*\n!../a", ["a"], []],
  ["*.md", ["README.md"], ["docs/README.md", "README.mdx"]],
  ["**/*.md", ["README.md", "docs/x/README.md"], ["README.mdx"]],
  ["**/node_modules", ["node_modules/x", "a/node_modules/b"], ["a/node_module", "my_node_modules"]],
  ["**x", ["x", "ax", "a/bx"], ["xa"]],
  ["x**", ["x", "xa", "xa/b"], ["ax"]],
  ["a/**", ["a/b", "a/b/c"], ["a", "ab"]],
  ["a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["az", "z"]],
  ["a?c", ["abc"], ["a/c", "ac"]],
  ["[ab].txt", ["a.txt", "b.txt"], ["c.txt"]],
  ["[^ab].txt", ["c.txt"], ["a.txt"]],
  ["[a-", [], ["[a-", "a"]],
  ["[b-a]", [], ["a", "b", "[b-a]"]],
  ["[]a]", ["]", "a"], ["[", "[]a]"]],
  [String.raw`[\]\-a]`, ["]", "-", "a"], ["b", "^"]],
  [String.raw`[a\-c]`, ["a", "-", "c"], ["b"]],
  ["a^b", ["a^b"], ["ab"]],
  ["a^*", [], ["a^b", "a"]],
  ["a*b*c", ["abc", "axbxc"], ["ab/c", "acb"]],
  ["**/a/**/b", ["a/b", "x/a/y/z/b"], ["xa/b", "a/xb"]],
  [String.raw`a\*`, ["a*"], ["ab"]],
  ["a.b+(c)", ["a.b+(c)"], ["axb+(c)"]],
  ["*\n!a", ["b", "b/a"], ["a", "a/b"]],
  ["a\n!a/b", ["a", "a/c"], ["a/b", "a/b/c"]],
  ["a\n!a/b\na/b/c", ["a/b/c", "a/d"], ["a/b/d"]],
  ["**\n!**/*.c", ["a", "a/b.h"], ["x.c", "a/x.c"]],
  ["! a", [], ["a"]],
  ["a\n! a", [], ["a"]],
  ["\uFEFFa\r\nb\r\n", ["a", "b"], ["c"]],
  [".", [], ["a"]],
];

describe("an ignore file", () => {
  it.each(cases)("%j leaves out just what BuildKit does", (text, leftOut, kept) => {
    const ignore = parseIgnoreFile(text);
    const isLeftOut = (path: string) => ignore.isLeftOut(path);
    expect(leftOut.filter((path) => !isLeftOut(path))).toEqual([]);
    expect(kept.filter(isLeftOut)).toEqual([]);
  });

  it.each([
    ["stars", "*a".repeat(5000)],
    ["folders", "**/a/".repeat(5000)],
    ["brackets that nothing closes", `*${"[".repeat(50_000)}`],
    ["stars that are taken back", `*\n!${"a*".repeat(5000)}b`],
  ])("of many %s is matched without trying all ways", (_, text) => {
    const ignore = parseIgnoreFile(text);
    const long = `${"a".repeat(100)}/`.repeat(20);
    expect(ignore.isLeftOut(`${long}x`)).toBe(text.startsWith("*\n"));
    expect(ignore.isClosed(`${long}x`)).toBe(false);
  });

  it("closes a folder only if nothing in it may be taken in again", () => {
    expect(parseIgnoreFile("a").isClosed("a")).toBe(true);
    expect(parseIgnoreFile("a\n!a/b/c").isClosed("a/b")).toBe(false);
    expect(parseIgnoreFile("a\n!a/b/c").isClosed("a/x")).toBe(true);
    expect(parseIgnoreFile("a\n!a/b").isClosed("a/b/c")).toBe(false);
    expect(parseIgnoreFile("*\n!**/x").isClosed("a")).toBe(false);
    expect(parseIgnoreFile("a\n!b").isClosed("a")).toBe(true);
    expect(parseIgnoreFile("b").isClosed("a")).toBe(false);
  });
});
