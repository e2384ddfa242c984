import type { FailureCode } from "../core/failure.ts";
import { causes, noProgram } from "./causes.ts";

/**
 * Tells by the text that docker, buildx or a registry printed which failure it is, and what to do about it if that is
 * known. Docker's exit codes do not help: nearly all are 1. `log` is what the step printed that failed, if it was one.
 */
export function classifyFailure(text: string, log: readonly string[] = []): { code: FailureCode; hint: string | null } {
  const cause = causes.find(({ pattern }) => pattern.test(text));
  const isForeign = cause?.code === "build-step" && noProgram.pattern.test(log.at(-1) ?? "");
  return { code: cause?.code ?? "unknown", hint: cause?.hint ?? (isForeign ? noProgram.hint : null) };
}
