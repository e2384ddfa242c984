import { describe, expect, test } from "vitest";
import { createPlainReader } from "../../../src/progress/plain.ts";
import type { TargetProgress } from "../../../src/progress/progress.ts";
import { play, playBuild } from "./recording.ts";

test.each<[string, TargetProgress]>([
  ["legacy-cold-base.txt", { steps: 4, cached: 0, seconds: 0.3 }],
  ["legacy-cold.txt", { steps: 5, cached: 4, seconds: 0.2 }],
  ["legacy-warm.txt", { steps: 5, cached: 5, seconds: 0 }],
  ["legacy-missing.txt", { steps: 0, cached: 0, seconds: 0 }],
])("%s: what the target took", (file, expected) => {
  expect(playBuild(file, "app1").targets).toEqual(new Map([["app1", expected]]));
});

test.each([
  [
    "legacy-fail.txt",
    { target: "app1", stage: "app1", position: { index: 1, of: 1 }, message: "exit code 3", exitCode: 3 },
    {
      dockerfile: "fail.Dockerfile",
      line: null,
      log: ["Collecting nosuchpackage", "ERROR: No matching distribution found for nosuchpackage"],
    },
  ],
  [
    "legacy-copy.txt",
    { target: "app1", stage: "base", position: { index: 2, of: 2 }, message: '"/requirements.txt" not found' },
    { dockerfile: "copy.Dockerfile", line: null },
  ],
  [
    "legacy-missing.txt",
    { target: "app1", message: "localhost:5000/progress/nosuch:1: not found" },
    { dockerfile: null },
  ],
  ["legacy-stage.txt", { target: "app1", message: "target stage appl could not be found" }, { dockerfile: null }],
  [
    "legacy-syntax.txt",
    { target: "app1", message: "dockerfile parse error line 3: unknown instruction: RUNN" },
    { dockerfile: "syntax.Dockerfile", line: 3 },
  ],
  ["legacy-secret.txt", { target: "app1", message: "secret pip not found" }, { dockerfile: "secret.Dockerfile" }],
  ["legacy-sigint.txt", { target: "app1", message: "context canceled" }, { step: null }],
  ["legacy-daemon-down.txt", { target: null, message: expect.stringContaining("Cannot connect") }, { step: null }],
  ["legacy-no-buildx.txt", { target: null, message: "unknown shorthand flag: 'f' in -f" }, { step: null }],
])("%s: what failed", (file, what, where) => {
  const { failures } = playBuild(file, "app1");
  expect(failures).toHaveLength(1);
  expect(failures[0]).toMatchObject({ ...what, ...where });
});

/** What is printed for these lines. */
function told(...lines: string[]): string[] {
  return play(lines, createPlainReader("app1")).entries.map(({ kind, text }) => `${kind} ${text}`);
}

describe("when a step is told", () => {
  test("not before it is known whether it is cached", () => {
    expect(told("#4 [1/2] RUN a")).toEqual([]);
    expect(told("#4 [1/2] RUN a", "#4 CACHED")).toEqual(["cached RUN a"]);
    expect(told("#4 [1/2] RUN a", "#4 0.1 hello")).toEqual(["step RUN a", "log hello"]);
    expect(told("#4 [1/2] RUN a", "#5 [2/2] RUN b")).toEqual(["step RUN a"]);
    expect(told("#4 [1/2] RUN a", "#5 [2/2] RUN b", "#5 CACHED", "#4 DONE 0.1s")).toEqual([
      "step RUN a",
      "cached RUN b",
    ]);
  });

  test("when another one's lines come before its own", () => {
    expect(told("#4 [1/2] RUN a", "#4 0.1 x", "#5 [2/2] RUN b", "#4 CACHED")).toEqual([
      "step RUN a",
      "log x",
      "step RUN b",
    ]);
  });

  test("once, when its lines go on after another's", () => {
    const lines = [
      "#4 [1/2] RUN a",
      "#4 0.1 x",
      "#4 ...",
      "#5 [2/2] RUN b",
      "#5 0.2 y",
      "",
      "#4 [1/2] RUN a",
      "#4 0.3 z",
    ];
    expect(told(...lines)).toEqual(["step RUN a", "log x", "step RUN b", "log y", "log z"]);
  });

  test("its end if it took a second", () => {
    expect(told("#4 [1/2] RUN a", "#4 DONE 0.9s")).toEqual(["step RUN a"]);
    expect(told("#4 [1/2] RUN a", "#4 DONE 1.0s")).toEqual(["step RUN a", "done RUN a"]);
  });
});

test("what docker warns of is reported, and not as an error", () => {
  const { entries, failures, messages } = play(
    [
      "WARNING: No output specified",
      'time="2026-11-24T03:20:58Z" level=warning msg="no \\"x\\" here"',
      "[Warning] unused",
    ],
    createPlainReader("app1"),
  );
  expect(entries.map(({ kind, text }) => [kind, text])).toEqual([
    ["warning", "No output specified"],
    ["warning", 'no "x" here'],
    ["warning", "unused"],
  ]);
  expect({ failures, messages }).toEqual({ failures: [], messages: [] });
});
