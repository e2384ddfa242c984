import { ExitCode, exitCodeOf } from "../core/errors.ts";
import type { Failure } from "../core/failure.ts";
import type { Host } from "../host/host.ts";

/** The exit code of a run that came to these failures. */
export function exitCode({ signal }: Host, failures: readonly Failure[]): number {
  if (failures.some(({ code }) => code === "interrupted")) return exitCodeOf(String(signal.reason));
  return failures.length === 0 ? ExitCode.done : ExitCode.failed;
}
