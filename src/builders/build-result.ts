import { type FailedStep, type Failure, failure } from "../core/failure.ts";
import { dockerFailure } from "../docker/why-failed.ts";
import type { Ended } from "../docker/exec.ts";
import { classifyFailure } from "../progress/classify.ts";
import type { Host } from "../host/host.ts";
import type { Progress, ProgressEntry } from "../progress/progress.ts";
import type { Reporter } from "../report/reporter.ts";
import type { BuiltTarget } from "./builder.ts";

/** Reports what a builder has said; tells whether there was anything to report. */
export function report(host: Pick<Host, "outside">, entries: readonly ProgressEntry[], reporter: Reporter): boolean {
  for (const entry of entries) reporter.progress(shownEntry(host, entry));
  return entries.length > 0;
}

/** All that a builder said, for telling why it failed. */
export function said({ messages, failures }: Progress, stdout: string): string {
  return `${[...messages, ...failures.map(({ message }) => message)].join("\n")}\n${stdout}`;
}

/** What a builder's progress tells of a target that it has built. */
export function builtTarget(target: string, { targets }: Progress, digest: string | null): BuiltTarget {
  const seen = targets.get(target);
  const cached = seen !== undefined && seen.steps > 0 && seen.cached === seen.steps;
  return { target, digest, cached, seconds: seen?.seconds ?? 0 };
}

/** What to tell of a builder that ended badly: each step that failed, or else the builder's own last words. */
export function buildFailures(
  host: Pick<Host, "outside">,
  { result, text }: Ended,
  steps: readonly FailedStep[],
): Failure[] {
  if (result.missing || typeof result.late === "string" || steps.length === 0)
    return [dockerFailure(host, null, result, text)];
  return steps.map((step) => {
    const own = classifyFailure(step.message, step.log);
    // What the builder says besides may be about another step.
    const { code, hint } = own.code === "unknown" ? classifyFailure(text) : own;
    const message = step.step === null ? step.message : `${step.step}: ${step.message}`;
    return failure(code, host.outside(message), { target: step.target, step: shownStep(host, step), hint });
  });
}

/** What a builder reports, fit to be shown. What is pushed is ours: a reference is what it is. */
function shownEntry({ outside }: Pick<Host, "outside">, entry: ProgressEntry): ProgressEntry {
  if (entry.kind === "push") return entry;
  const step = entry.step === undefined ? {} : { step: outside(entry.step) };
  return { ...entry, text: outside(entry.text), ...step };
}

function shownStep({ outside }: Pick<Host, "outside">, step: FailedStep): FailedStep {
  return {
    ...step,
    step: step.step === null ? null : outside(step.step),
    message: outside(step.message),
    log: step.log.map(outside),
    excerpt: step.excerpt.map(outside),
  };
}
