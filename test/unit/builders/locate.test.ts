import { describe, expect, test } from "vitest";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import { locateFailure } from "../../../src/builders/locate.ts";
import { playBake, playBuild } from "../progress/recording.ts";

const file = parseDockerfile(
  [
    "FROM python:3.8-slim AS Base",
    "ENV A=b",
    "WORKDIR /app",
    "COPY . .",
    "",
    "FROM base",
    "LABEL a=b",
    "RUN first && \\",
    "    second",
    "RUN third",
    "FROM scratch AS base",
    "COPY last /",
  ].join("\n"),
);

test.each([
  ["the first after FROM", "stage-0", { index: 2, of: 3 }, 3],
  ["the last", "stage-0", { index: 3, of: 3 }, 4],
  ["a stage without a name", "stage-1", { index: 1, of: 2 }, 8],
  ["a stage that is FROM another has no FROM step", "stage-1", { index: 2, of: 2 }, 10],
  ["an image's own trigger comes before all", "stage-0", { index: 1, of: 4 }, null],
  ["of two stages of a name the last is built", "base", { index: 1, of: 1 }, 12],
  ["no such stage", "app", { index: 1, of: 1 }, null],
])("%s", (_, stage, position, expected) => {
  expect(locateFailure({ stage, position }, file)).toBe(expected);
});

test("no step, no line", () => {
  expect(locateFailure({ stage: "base", position: null }, file)).toBeNull();
});

describe("the recorded failures", () => {
  const fail = parseDockerfile(
    [
      "FROM python:3.8-slim AS base",
      "WORKDIR /app",
      "",
      "FROM base AS app1",
      'RUN echo "Collecting nosuchpackage" && \\',
      '    echo "ERROR: No matching distribution found for nosuchpackage" >&2; exit 3',
    ].join("\n"),
  );

  test("an engine that says no line", () => {
    const [failure] = playBuild("legacy-fail.txt", "app1").failures;
    expect(failure?.line).toBeNull();
    expect(failure && locateFailure(failure, fail)).toBe(5);
  });

  test("an engine that says it agrees", () => {
    const [failure] = playBake("modern-fail.jsonl", "base", "app1", "app2").failures;
    expect(failure && locateFailure(failure, fail)).toBe(failure?.line);
  });
});
