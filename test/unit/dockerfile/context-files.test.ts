import { describe, expect, it } from "vitest";
import { contextFiles } from "../../../src/dockerfile/context-files.ts";
import type { TreeEntry } from "../../../src/host/host.ts";

/** A context by path: of a link where it leads to, from the top; of a folder `/`. */
const context = {
  a: "/",
  "a/b": "/",
  "a/b/c.txt": "",
  "a/b/d.md": "",
  "a/l.txt": "-> o/x",
  o: "/",
  "o/x": "",
  "o/y": "",
  to: "-> a/b",
  way: "-> o",
};

const entry = ([path, content]: [string, string]): TreeEntry => {
  const leadsTo = /^-> (.*)/.exec(content)?.[1];
  const kind = leadsTo !== undefined ? "link" : content === "/" ? "folder" : "file";
  return { path, kind, mode: 0, content: "", leadsTo: leadsTo ?? "" };
};
const files = contextFiles(Object.entries(context).map(entry));

const seen = (path: string, exclude: string[] = [], parents = false) =>
  files.seenBy({ paths: [path], exclude, parents }).map((one) => one.path);

describe("what is seen of a build context", () => {
  it.each([
    ["a/b", ["a/b", "a/b/c.txt", "a/b/d.md"]],
    ["a/b/*.txt", ["a/b/c.txt"]],
    ["*/*.txt", ["a/l.txt", "o/x"]],
    ["a/*.txt", ["a/l.txt", "o/x"]],
    ["to/*.txt", ["a/b/c.txt", "to"]],
    ["to/c.txt", ["a/b/c.txt", "to"]],
    ["way", ["o", "o/x", "o/y", "way"]],
    ["w*", ["o", "o/x", "o/y", "way"]],
    // A link in the middle of what is to be compared is not followed.
    ["t*/*.txt", []],
    ["nowhere/*", []],
  ])("by %j is %j", (path, expected) => {
    expect(seen(path)).toEqual(expected);
  });

  it.each([
    ["a", ["b"], ["a", "a/l.txt"]],
    ["a", ["b/*.md"], ["a", "a/b", "a/b/c.txt", "a/l.txt"]],
    ["a/b", ["*", "!c.txt"], ["a/b", "a/b/c.txt"]],
    ["a", ["*", "!b/c.txt"], ["a", "a/b", "a/b/c.txt"]],
    ["a", ["!b/c.txt", "*"], ["a"]],
    ["a/b/*", ["c.txt"], ["a/b/c.txt", "a/b/d.md"]],
  ])("of %j without %j is %j", (path, exclude, expected) => {
    expect(seen(path, exclude)).toEqual(expected);
  });

  it("has the folders above where they are made as well", () => {
    expect(seen("a/b/c.txt", [], true)).toEqual(["a", "a/b", "a/b/c.txt"]);
    expect(seen("a/*/d.md", [], true)).toEqual(["a", "a/b", "a/b/d.md"]);
  });
});
