import { expect, test } from "vitest";
import { createRawJsonReader } from "../../../src/progress/rawjson.ts";

const step = (index: number, target: string) => ({
  digest: `sha256:${index}`,
  name: `[${target} ${target} 1/2] RUN x`,
  started: "2020-01-01T00:00:00Z",
  completed: "2020-01-01T00:00:02Z",
  cached: true,
});

test("a run of 200,000 steps, and of thousands of targets, is added up", () => {
  const targets = Array.from({ length: 2000 }, (_, at) => ({ name: `t${at}`, stage: `t${at}`, dockerfile: "D" }));
  const reader = createRawJsonReader(targets);
  reader.read(JSON.stringify({ vertexes: Array.from({ length: 150_000 }, (_, at) => step(at, "t0")) }));
  reader.read(JSON.stringify({ vertexes: Array.from({ length: 50_000 }, (_, at) => step(-at - 1, `t${at % 2000}`)) }));
  const totals = reader.finish().targets;
  expect(totals.get("t0")).toEqual({ steps: 150_025, cached: 150_025, seconds: 2 });
  expect(totals.get("t1999")).toEqual({ steps: 25, cached: 25, seconds: 2 });
});
