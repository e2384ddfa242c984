import type { FailureCode } from "../core/failure.ts";
import { causes } from "./causes.ts";

/**
 * Tells by the text that docker, buildx or a registry printed which failure it is, and what to do about it if that is
 * known. Docker's exit codes do not help: nearly all are 1.
 */
export function classifyFailure(text: string): { code: FailureCode; hint: string | null } {
  const cause = causes.find(({ pattern }) => pattern.test(text));
  return { code: cause?.code ?? "unknown", hint: cause?.hint ?? null };
}
