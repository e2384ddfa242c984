import { describe, expect, it } from "vitest";
import { exitCodeOf, formatProblem } from "../../../src/core/errors.ts";

describe("the exit code of a run that a signal has ended", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ])("%s: %s", (signal, expected) => {
    expect(exitCodeOf(signal)).toBe(expected);
  });
});

describe("a problem in words", () => {
  it.each<[string, unknown, string]>([
    ["a text", "x", ' (got "x")'],
    ["nothing", undefined, ""],
    ["a big number", 2n ** 70n, " (got 1180591620717411303424)"],
    ["what JSON has no word for", () => 1, " (got () => 1)"],
    ["what is too long", "x".repeat(200), ` (got "${"x".repeat(99)}…)`],
  ])("shows %s", (_, got, expected) => {
    expect(formatProblem({ path: "a.b", message: "is wrong", got })).toBe(`a.b: is wrong${expected}`);
  });

  it("has its hint on a line of its own", () => {
    expect(formatProblem({ path: "a", message: "is wrong", hint: "write b" })).toBe("a: is wrong\n    write b");
  });
});
