import { stripVTControlCharacters } from "node:util";
import { Chalk } from "chalk";
import { describe, expect, test } from "vitest";
import { formatEntry, formatFailure, formatSeconds } from "../../../src/report/progress-lines.ts";
import type { FailedStep } from "../../../src/core/failure.ts";
import type { ProgressEntry } from "../../../src/progress/progress.ts";
import { noPaint } from "../progress/recording.ts";

const long = `RUN ${"x".repeat(200)}`;
const cut = `RUN ${"x".repeat(95)}…`;

describe("formatEntry", () => {
  test.each<[Omit<ProgressEntry, "target">, string]>([
    [{ kind: "step", text: "RUN a" }, "app  │ RUN a"],
    [{ kind: "step", text: long }, `app  │ ${cut}`],
    [{ kind: "cached", text: "RUN a" }, "app  │ RUN a cached"],
    [{ kind: "cached", text: long }, `app  │ ${cut} cached`],
    [{ kind: "done", text: "RUN a", seconds: 12.34 }, "app  │ RUN a 12.3s"],
    [{ kind: "log", text: "hello" }, "app  │   hello"],
    [{ kind: "log", text: long }, `app  │   ${long}`],
    [{ kind: "push", text: "pushed a.com/b:c", seconds: 0 }, "app  │ pushed a.com/b:c 0.0s"],
    [{ kind: "warning", text: "beware" }, "app  │ warning beware"],
    [{ kind: "error", text: "RUN a: exit code 3" }, "app  │ error RUN a: exit code 3"],
  ])("%j", (entry, expected) => {
    expect(formatEntry({ target: "app", ...entry }, 4, noPaint)).toBe(expected);
  });

  test("a name wider than its column is not cut", () => {
    expect(formatEntry({ target: "application", kind: "step", text: "RUN a" }, 4, noPaint)).toBe("application │ RUN a");
  });

  test("colours are only put around it", () => {
    const entry = { target: "app", kind: "push", text: "pushed a.com/b:c", seconds: 1 } as const;
    const coloured = formatEntry(entry, 4, new Chalk({ level: 1 }));
    expect(coloured).toContain("\u001B[32mpushed a.com/b:c\u001B[39m");
    expect(stripVTControlCharacters(coloured)).toBe(formatEntry(entry, 4, noPaint));
  });
});

test.each([
  [0, "0.0s"],
  [0.44, "0.4s"],
  [59.94, "59.9s"],
  [59.96, "1m00s"],
  [125.2, "2m05s"],
  [3600, "60m00s"],
])("formatSeconds(%d)", (seconds, expected) => {
  expect(formatSeconds(seconds)).toBe(expected);
});

describe("formatFailure", () => {
  const bare: FailedStep = {
    target: null,
    stage: null,
    position: null,
    step: null,
    message: "no",
    exitCode: null,
    log: [],
    dockerfile: null,
    line: null,
    excerpt: [],
  };

  test("says no more than is known", () => {
    expect(formatFailure(bare, noPaint)).toBe("error no");
    expect(formatFailure({ ...bare, target: "app", dockerfile: "Dockerfile" }, noPaint)).toBe(
      "error app: no\n  Dockerfile",
    );
  });

  test("says all that is known", () => {
    const excerpt = ["   4 |     FROM base", "   5 | >>> RUN a"];
    const failure = {
      ...bare,
      target: "app",
      step: "RUN a",
      log: ["b", "c"],
      dockerfile: "Dockerfile",
      line: 5,
      excerpt,
    };
    expect(formatFailure(failure, noPaint).split("\n")).toEqual([
      "error app: RUN a: no",
      "  Dockerfile:5",
      "     4 |     FROM base",
      "     5 | >>> RUN a",
      "  last lines",
      "    b",
      "    c",
    ]);
  });
});
