import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanLine } from "../../../src/progress/clean-line.ts";
import { createLineSplitter } from "../../../src/progress/line-splitter.ts";
import { warningIn } from "../../../src/progress/warning.ts";

describe("cleanLine", () => {
  test.each([
    ["plain", "plain"],
    ["  indented\tand tabbed  ", "  indented\tand tabbed"],
    ["\u001B[32mgreen\u001B[0m", "green"],
    ["\u001B]0;a title\u0007text", "text"],
    ["\u001B]8;;https://a.com\u001B\\a link\u001B]8;;\u001B\\", "a link"],
    ["\u001B[2K\u001B[1Gredrawn", "redrawn"],
    ["Downloading  10%\rDownloading 100%\r", "Downloading 100%"],
    ["windows line end\r", "windows line end"],
    ["bell\u0007 and backspace\b", "bell and backspace"],
    ["an unfinished \u001B[", "an unfinished ["],
    ["✓ über", "✓ über"],
    ["\r\r", ""],
    [`${"\r".repeat(100_000)}x`, "x"],
  ])("%j becomes %j", (line, expected) => {
    expect(cleanLine(line)).toBe(expected);
  });

  test("never lets a control character through, keeps long lines, and has no more to do the second time", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("\u001B[31m", "\r", "\u001B]", "\u0007", "\u009B1m"),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const cleaned = cleanLine(pieces.join(""));
        expect(cleaned).not.toMatch(/[^\P{Cc}\t]/u);
      }),
    );
    const long = "x".repeat(100_000);
    expect(cleanLine(long)).toBe(long);
  });
});

describe("createLineSplitter", () => {
  test("gives the same lines wherever the text is cut, within characters too", () => {
    const text = fc.array(fc.string({ unit: "grapheme" }), { minLength: 1 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, fc.array(fc.nat(200)), (whole, cuts) => {
        const bytes = Buffer.from(whole);
        const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length];
        const splitter = createLineSplitter();
        const lines = at.slice(1).flatMap((end, index) => splitter.push(bytes.subarray(at[index], end)));
        lines.push(...splitter.flush());
        expect(lines).toEqual(whole.split("\n").filter((line, index, all) => line !== "" || index < all.length - 1));
      }),
    );
  });

  test("flush leaves nothing behind", () => {
    const splitter = createLineSplitter();
    splitter.push(Buffer.from("rest"));
    expect(splitter.flush()).toEqual(["rest"]);
    expect(splitter.flush()).toEqual([]);
  });
});

test.each([
  ["WARNING: No output specified", "No output specified"],
  ["WARNING! Stored unencrypted", "Stored unencrypted"],
  ["WARN[0000] something", "something"],
  ["DEPRECATED: The legacy builder", "The legacy builder"],
  ['time="2026-11-24T03:20:58Z" level=warning msg="say \\"so\\""', 'say "so"'],
  ['time="2026-11-24T03:20:58Z" level=error msg="no"', null],
  ["ERROR: failed", null],
  ["a WARNING: in the middle", null],
])("warningIn(%j)", (line, expected) => {
  expect(warningIn(line)).toBe(expected);
});
