import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expandWord } from "../../../src/dockerfile/expand.ts";
import { stageGraph } from "../../../src/dockerfile/graph.ts";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import { replacePattern, trimPattern } from "../../../src/dockerfile/pattern.ts";
import { whyNotBindable } from "../../../src/dockerfile/unbound.ts";

const lines = (count: number, line: (at: number) => string) => Array.from({ length: count }, (_, at) => line(at));
const messages = (text: string) => {
  const file = parseDockerfile(text);
  return [...file.warnings, ...stageGraph(file, {}).warnings].map(({ message }) => message);
};

const tooMuch = "it takes more than 10000000 characters to expand what is in this file";

describe("what is expanded has an end", () => {
  test.each<[what: string, args: string[], fault: string]>([
    [
      "variables that double 28 times",
      ["ARG a=aaaaaaaaaa", ...lines(28, (at) => `ARG ${"ab"[(at + 1) % 2]}=\${${"ab"[at % 2]}}\${${"ab"[at % 2]}}`)],
      tooMuch,
    ],
    ["5,000 substitutions in each other", [`ARG a=${"${x:-".repeat(5000)}`], "nested more than 100 deep"],
    ["quotes around them", [`ARG a=${'"${x:-'.repeat(5000)}`], "nested more than 100 deep"],
    ["replacements that multiply", ["ARG s=a", ...lines(20, () => "ARG s=${s//a/aaaaaaaaaa}")], tooMuch],
    ["replacements of nothing", ["ARG s=a", ...lines(60, () => "ARG s=${s//*/$s$s}${s//x/}${s}${s}")], tooMuch],
    ["a long pattern of a long value", [`ARG s=${"a".repeat(9000)}`, `ARG t=\${s##${"*a".repeat(4500)}b}`], tooMuch],
  ])("%s", (_, args, fault) => {
    expect(messages([...args, "FROM scratch"].join("\n")).join("\n")).toContain(fault);
  });

  test("once it is spent, a file's later words are not expanded, either", () => {
    const budget = { left: 5 };
    const get = () => "abcd";
    expect(expandWord("$a", "\\", get, budget).value).toBe("abcd");
    expect(expandWord("$a", "\\", get, budget)).toEqual({ value: "", fault: tooMuch });
    expect(expandWord("a", "\\", get, budget)).toEqual({ value: "a", fault: null });
  });
});

describe("patterns of many stars", () => {
  const value = "a".repeat(1000);
  const pattern = `${"*a".repeat(30)}*b`;

  test("are matched without trying all ways", () => {
    for (const side of ["start", "end"] as const)
      for (const longest of [true, false]) expect(trimPattern(value, pattern, side, longest)).toBe(value);
    expect(replacePattern(value, pattern, "x", true)).toBe(value);
    expect(replacePattern(`${value}b`, pattern, "x", true)).toBe("x");
  });

  test("mean what a regular expression of the same form means", () => {
    const piece = fc.constantFrom("a", "b", "*", "?");
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 8 }),
        fc.array(piece),
        (text, pieces) => {
          const written = pieces.join("");
          const regex = new RegExp(written.replaceAll("*", ".*").replaceAll("?", "."), "g");
          expect(replacePattern(text, written, "x", true)).toBe(text.replace(regex, "x"));
          const begins = lines(text.length + 1, (at) => text.slice(0, at)).filter((start) =>
            new RegExp(`^(?:${regex.source})$`).test(start),
          );
          expect(trimPattern(text, written, "start", false)).toBe(text.slice(begins[0]?.length ?? 0));
          expect(trimPattern(text, written, "start", true)).toBe(text.slice(begins.at(-1)?.length ?? 0));
        },
      ),
    );
  });
});

describe("a Dockerfile is read once, whatever is in it", () => {
  const many = 100_000;

  test.each<[what: string, text: string]>([
    ["carriage returns", `FROM a${"\r".repeat(many)}b`],
    ["carriage returns at its end", `FROM a\n${"\r".repeat(many)}`],
    ["blanks in a directive", `# syntax=a${" ".repeat(many)}b\nFROM a`],
    ["continuation lines", `FROM a\nRUN x${" \\\n x".repeat(many)}`],
    ["comments between continuation lines", `FROM a\nRUN x \\\n${"# x\n".repeat(many)}y`],
    ["heredocs that nothing ends", `FROM a\nRUN ${"<<A ".repeat(many)}`],
    ["triggers of triggers", `FROM a\n${"ONBUILD ".repeat(many)}RUN x`],
    ["stages of one name", `FROM a AS b${"\nFROM b AS b".repeat(many / 4)}`],
  ])("%s", (_, text) => expect(messages(text).length).toBeLessThan(3));

  const chain = (first: string, next: (at: number) => string) =>
    parseDockerfile([`FROM scratch AS s0`, first, ...lines(20_000, next)].join("\n"));

  test.each<[what: string, first: string, next: (at: number) => string]>([
    ["FROM", "ARG A=1", (at) => `FROM s${at} AS s${at + 1}\nARG B${at}=1`],
    ["COPY --from", "ARG A=1", (at) => `FROM scratch AS s${at + 1}\nCOPY --from=s${at} a b`],
    ["ONBUILD", "ONBUILD COPY --from=s0 a b", (at) => `FROM s${at} AS s${at + 1}\nONBUILD LABEL a=b`],
  ])("a chain of 20,000 stages by %s", (_, first, next) => {
    const file = chain(first, next);
    const graph = stageGraph(file, {});
    expect(graph.fault).toBeNull();
    expect(whyNotBindable(file, graph, 20_000, 0)).toBeNull();
  });

  test("triggers that multiply are refused", () => {
    const file = parseDockerfile(
      ["FROM a AS b", ...lines(2000, () => "ONBUILD RUN x"), ...lines(2000, () => "FROM b")].join("\n"),
    );
    const graph = stageGraph(file, {});
    expect(graph.fault).toBe("its ONBUILD instructions come to more than 100000 in all stages");
    expect(graph.stages.flatMap(({ instructions }) => instructions).length).toBeLessThan(110_000);
  });
});
