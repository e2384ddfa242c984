import { causes, type FailureKind } from "./causes.ts";

export type { FailureKind } from "./causes.ts";

/**
 * Tells from the text that docker, buildx or a registry printed what kind of failure it is, and what to do about it
 * where that is known. Docker's exit codes do not tell: nearly all are 1.
 */
export function classifyFailure(text: string): { kind: FailureKind; hint: string | null } {
  const cause = causes.find(({ pattern }) => pattern.test(text));
  return { kind: cause?.kind ?? "unknown", hint: cause?.hint ?? null };
}
