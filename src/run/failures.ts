import type { ExecResult } from "../host/host.ts";
import { classifyFailure } from "../progress/classify.ts";
import type { FailedStep } from "../core/failure.ts";
import type { Failure } from "./outcome.ts";

/** What to tell of a builder that ended badly: each step that failed, or else the builder's own last words. */
export function buildFailures(result: ExecResult, text: string, failures: readonly FailedStep[]): Failure[] {
  if (result.missing || failures.length === 0) return [dockerFailure(null, result, text)];
  return failures.map((step) => {
    const { code, hint } = classifyFailure(`${step.message}\n${text}`);
    const message = step.step === null ? step.message : `${step.step}: ${step.message}`;
    return { target: step.target, code, message, step, details: [], hint };
  });
}

/** What to tell of a docker process that is no build. */
export function dockerFailure(target: string | null, result: ExecResult, text: string): Failure {
  if (result.missing) {
    const hint = "the step's image needs the docker CLI; on Alpine: apk add docker-cli docker-cli-buildx";
    const message = "there is no docker command here";
    return { target, code: "no-docker", message, step: null, details: [], hint };
  }
  return { target, ...classified(text), message: lastLine(text), step: null, details: [] };
}

function classified(text: string): Pick<Failure, "code" | "hint"> {
  const { code, hint } = classifyFailure(text);
  return { code, hint };
}

/** The last line that says anything: where docker puts its reason. */
export function lastLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line !== "") ?? "no reason was given";
}
