import { describe, expect, test } from "vitest";
import { expandWord } from "../../../src/dockerfile/expand.ts";

const values = new Map([
  ["X", "a.b-a.c"],
  ["EMPTY", ""],
  ["IMAGE", "registry/foo/bar:1.2"],
  ["Y", "y"],
]);
const expand = (text: string, escape: "\\" | "`" = "\\") => expandWord(text, escape, (name) => values.get(name));

describe("expandWord", () => {
  test.each([
    ["plain", "plain"],
    ["$X", "a.b-a.c"],
    ["${X}x", "a.b-a.cx"],
    ["$Xx", ""],
    ["$X$Y-", "a.b-a.cy-"],
    ["$", "$"],
    ["a$-b", "ab"],
    ["$1x", "x"],
    ["\\$X", "$X"],
    ["\\\\$Y", "\\y"],
    ["a\\", "a"],
    ["'$X'", "$X"],
    ['"$Y z"', "y z"],
    [String.raw`"\$Y \" \z"`, String.raw`$Y " \z`],
    ["${N:-n}", "n"],
    ["${EMPTY:-n}", "n"],
    ["${EMPTY-n}", ""],
    ["${N-n}", "n"],
    ["${N-}", ""],
    ["${Y:-n}", "y"],
    ["${Y:+n}", "n"],
    ["${EMPTY:+n}", ""],
    ["${EMPTY+n}", "n"],
    ["${N+n}", ""],
    ["${Y:?no}${EMPTY?no}", "y"],
    ["${N:-${EMPTY:-${Y}}}", "y"],
    ["${N:-'}'}", "}"],
    ["${N:-\\}}", "}"],
    ["${X#*.}", "b-a.c"],
    ["${X##*.}", "c"],
    ["${X%.*}", "a.b-a"],
    ["${X%%.*}", "a"],
    ["${X#?}", ".b-a.c"],
    ["${X#\\?}", "a.b-a.c"],
    ["${X%-$N*}", "a.b"],
    ["${N#x}", ""],
    ["${X/a/z}", "z.b-a.c"],
    ["${X//a/$Y}", "y.b-y.c"],
    ["${X//./}", "ab-ac"],
    ["${X/[.]/z}", "a.b-a.c"],
    ["${IMAGE##*\\/}", "bar:1.2"],
    ["${IMAGE//\\//-}", "registry-foo-bar:1.2"],
    ["${IMAGE%:*}", "registry/foo/bar"],
  ])("%s is %s", (text, value) => expect(expand(text)).toEqual({ value, fault: null }));

  test("goes by the escape character", () => {
    expect(expand("`$X\\$Y", "`").value).toBe("$X\\y");
  });

  test.each([
    ["${", "} is missing"],
    ["${X:-a", "} is missing"],
    ["${}", "bad substitution"],
    ["${:-a}", "bad substitution"],
    ["${X^}", "unsupported modifier ^"],
    ["${X:#a}", "unsupported modifier :#"],
    ["${#X}", "unsupported modifier X"],
    ["${N:?say so}", "say so"],
    ["${EMPTY:?}", "is not allowed to be unset"],
    ["${X/a}", "/ is missing"],
    ["${X#\\a}", "bad pattern \\a"],
    ["'a", "a quote is not closed"],
    ['"a', "a quote is not closed"],
  ])("%s cannot be expanded: %s", (text, fault) => expect(expand(text).fault).toBe(fault));
});
