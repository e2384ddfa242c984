import { describe, expect, it } from "vitest";
import { exitCodeOf, formatProblem, InputError, throwProblems } from "../../../src/core/errors.ts";

describe("a problem", () => {
  it.each<[string, unknown, string]>([
    ["nothing", undefined, "p: is wrong"],
    ["a text", 'a "b"', 'p: is wrong (got "a \\"b\\"")'],
    ["an empty text", "", 'p: is wrong (got "")'],
    ["null", null, "p: is wrong (got null)"],
    ["a map", { a: [1] }, 'p: is wrong (got {"a":[1]})'],
    ["a number that JSON does not have", 12n, "p: is wrong (got 12)"],
    ["what JSON does not have", Symbol("s"), "p: is wrong (got Symbol(s))"],
    ["a long text, which is cut", "x".repeat(200), `p: is wrong (got "${"x".repeat(99)}…)`],
  ])("shows %s", (_, got, expected) => {
    expect(formatProblem({ path: "p", message: "is wrong", got })).toBe(expected);
  });

  it("has its hint on a line of its own", () => {
    expect(formatProblem({ path: "p", message: "is wrong", hint: "right it" })).toBe("p: is wrong\n    right it");
  });
});

describe("throwProblems", () => {
  it("throws all of them at once, and nothing for none", () => {
    const problems = ["a", "b"].map((path) => ({ path, message: "is wrong" }));
    expect(() => throwProblems(problems)).toThrow(new InputError(problems));
    expect(() => throwProblems(problems)).toThrow("a: is wrong\nb: is wrong");
    expect(() => throwProblems([])).not.toThrow();
  });

  it("says what several targets share once", () => {
    const [one, other] = [
      { path: "--tag", message: "is wrong", got: 1n },
      { path: "--tag", message: "is wrong", got: 2n },
    ];
    expect(() => throwProblems([one, other, { ...one }])).toThrow(new InputError([one, other]));
  });
});

// What a shell says of a process that a signal has ended: 128 and the signal's number.
it.each([
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
])("a run that %s has ended exits with %i", (signal, code) => {
  expect(exitCodeOf(signal)).toBe(code);
});
