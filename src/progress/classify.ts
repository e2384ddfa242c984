import type { FailureCode } from "../core/failure.ts";
import { causes, noProgram } from "./causes.ts";

/** So much of a text is read, in characters. */
const longest = 10_000;

/**
 * Tells by the text that docker, buildx or a registry printed which failure it is, and what to do about it if that is
 * known. Docker's exit codes do not help: nearly all are 1. `log` is what the step printed that failed, if it was one.
 */
export function classifyFailure(text: string, log: readonly string[] = []): { code: FailureCode; hint: string | null } {
  const read = endsOf(text);
  const cause = causes.find(({ pattern }) => pattern.test(read));
  const isForeign = cause?.code === "build-step" && noProgram.pattern.test(endsOf(log.at(-1) ?? ""));
  return { code: cause?.code ?? "unknown", hint: cause?.hint ?? (isForeign ? noProgram.hint : null) };
}

/** What matters stands at either end; some patterns take the square of a text's length. */
function endsOf(text: string): string {
  return text.length > longest ? `${text.slice(0, longest / 2)}\n${text.slice(-longest / 2)}` : text;
}
