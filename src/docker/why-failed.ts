import { type Failure, failure } from "../core/failure.ts";
import type { ExecResult, Host } from "../host/host.ts";
import { classifyFailure } from "../progress/classify.ts";

/** What to tell of a docker process that failed: what it said last, and what to do about it. */
export function dockerFailure(
  { outside }: Pick<Host, "outside">,
  target: string | null,
  result: ExecResult,
  text: string,
): Failure {
  if (result.missing) {
    const hint = "the step's image needs the docker CLI; on Alpine: apk add docker-cli docker-cli-buildx";
    return failure("no-docker", "there is no docker command here", { target, hint });
  }
  if (typeof result.late === "string") {
    const hint = "it was ended, as it did not get on; what it waits for may be overloaded or out of reach";
    return failure("no-progress", result.late, { target, hint });
  }
  const { code, hint } = classifyFailure(text);
  return failure(code, outside(lastLine(text)), { target, hint });
}

/** What to tell of a run that a signal has ended: what the process says that was stopped by it is not the reason. */
export function interrupted({ signal }: Pick<Host, "signal">): Failure {
  return failure("interrupted", `stopped by ${String(signal.reason)}; nothing more is done`);
}

/** The last line that says anything: where docker puts its reason. */
export function lastLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line !== "") ?? "no reason was given";
}
