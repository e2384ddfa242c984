import { expect, test } from "vitest";
import { readTail } from "../../../src/progress/tail.ts";

const rule = "-".repeat(20);

test("an excerpt with the builder's last word", () => {
  const excerpt = ["   4 |     FROM base AS app1", "   5 | >>> RUN exit 3"];
  expect(
    readTail(["docker/app.Dockerfile:5", rule, ...excerpt, rule, "ERROR: target app1: failed to solve: no"]),
  ).toEqual({
    messages: ["ERROR: target app1: failed to solve: no"],
    error: { target: "app1", message: "failed to solve: no" },
    dockerfile: "docker/app.Dockerfile",
    line: 5,
    excerpt,
  });
});

test("what plain progress repeats of the log is left out, an error's words in it too", () => {
  const lines = ["------", " > [app1 1/1] RUN x:", "0.272 ERROR: not this", "------", "ERROR: failed to solve: that"];
  expect(readTail(lines)).toMatchObject({
    messages: ["ERROR: failed to solve: that"],
    error: { target: null, message: "failed to solve: that" },
  });
});

test.each([
  [["executor failed running [/bin/sh -c x]: exit code: 3"], "executor failed running [/bin/sh -c x]: exit code: 3"],
  [["error: old buildx"], "old buildx"],
  [["ERROR: first", "ERROR: last"], "last"],
  [["unknown shorthand flag: 'f' in -f", "Usage:  docker"], "unknown shorthand flag: 'f' in -f"],
  [[" 4 warnings found"], undefined],
  [[], undefined],
])("the last word of %j", (lines, message) => {
  expect(readTail(lines).error?.message).toBe(message);
});

test("a name and a number alone are no place", () => {
  expect(readTail(["localhost:5000", "ERROR: no"])).toMatchObject({
    dockerfile: null,
    messages: ["localhost:5000", "ERROR: no"],
  });
});
