import type { BuildEvent } from "../../../src/core/event.ts";
import { evaluateTags, type TagEvaluation } from "../../../src/tags/evaluate.ts";
import { parseTagPolicy } from "../../../src/tags/policy.ts";
import { unlimited } from "../../support/unlimited.ts";
import type { TagInputs } from "../../../src/tags/rule.ts";

/** 2020-01-10T00:30:00Z, the vectors' time. */
const now = 1578616200000;

export interface Asked extends Partial<Omit<TagInputs, "event">> {
  tags?: unknown;
  flavor?: unknown;
  prefix?: string;
  suffix?: string;
}

/** Parses and evaluates; problems of both are in the result, as `path: message`. */
export function evaluate(
  event: BuildEvent,
  asked: Asked = {},
): Omit<TagEvaluation, "warnings"> & { faults: string[]; warnings: string[] } {
  const { tags, flavor, prefix = "", suffix = "", ...inputs } = asked;
  const parsed = parseTagPolicy({ tags, flavor }, "tags");
  const scope: TagInputs = { event, now, env: {}, files: new Map(), gitTags: null, limited: unlimited, ...inputs };
  const evaluation = evaluateTags(parsed.policy, scope, { prefix, suffix }, "targets.app");
  const problems = [...parsed.problems, ...evaluation.problems];
  return {
    ...evaluation,
    problems,
    faults: problems.map(({ path, message }) => `${path}: ${message}`),
    warnings: [...parsed.warnings, ...evaluation.warnings].map(({ path, message }) => `${path}: ${message}`),
  };
}

/** The moving tags alone; throws if there is a problem. */
export function tagsOf(event: BuildEvent, asked: Asked = {}): string[] {
  const { tags, faults } = evaluate(event, asked);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return tags;
}
