import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { droneEvent } from "../../../src/ci/drone.ts";
import { readEvent } from "../../../src/ci/read-event.ts";
import { evaluate } from "./tags-of.ts";

interface Vector {
  name: string;
  env: Record<string, string>;
  tags?: string[];
  flavor?: string[];
  preset?: string;
  suffix?: string | null;
  expected: { tags?: string[]; version?: string | null; error?: boolean };
}

function vectorsOf(file: string): Vector[] {
  return JSON.parse(readFileSync(new URL(`../../fixtures/vectors/${file}`, import.meta.url), "utf8"));
}

const eventOf = ({ env }: Vector) => ({
  ...readEvent(droneEvent(env)).event,
  commitTime: Number(env.SOURCE_DATE_EPOCH ?? 0),
});

describe("docker/metadata-action's cases", () => {
  test.each(vectorsOf("metadata-action.json"))("$name", (vector) => {
    const { tags, version, faults } = evaluate(eventOf(vector), { tags: vector.tags, flavor: vector.flavor });
    expect({ tags, version, faults }).toEqual({ ...vector.expected, faults: [] });
  });
});

describe("plugins/docker's auto_tag cases", () => {
  test.each(vectorsOf("drone-auto-tag.json"))("$name", (vector) => {
    const { preset, suffix, expected } = vector;
    const { tags, faults } = evaluate(eventOf(vector), { tags: preset, suffix: suffix ?? "" });
    expect({ tags, error: faults.length > 0 }).toEqual({ tags: [], error: false, ...expected });
  });
});
