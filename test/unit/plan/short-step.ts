import type { Step } from "../../../src/plan/steps.ts";

/** A step in a word: what it does, and with which targets; what the builder publishes itself has a `+`. */
export function short(step: Step): string {
  if (step.kind === "login") return `login ${step.registry}`;
  if (step.kind === "acquire") {
    return `acquire ${step.target} for ${step.neededBy.join()} or ${step.otherwise.map(short).join(", ")}`;
  }
  const pushed = step.kind === "build" ? step.pushed : [];
  return `${step.kind} ${step.targets.map((name) => (pushed.includes(name) ? `${name}+` : name)).join()}`;
}
