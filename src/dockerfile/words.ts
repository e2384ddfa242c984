import type { Arg, Escape } from "./dockerfile.ts";
import { byEscape } from "./escape.ts";

/** Quoted text, escaped characters and plain ones; an unclosed quote runs to the end. */
const word = byEscape((e) => String.raw`(?:'[^']*(?:'|$)|"(?:${e}[^]|[^"${e}])*(?:"|$)|${e}[^]|[^\s${e}'"])+`, "g");

/** Splits at white space outside quotes; quotes and escapes stay. */
function splitWords(text: string, escape: Escape): string[] {
  return text.match(word[escape]) ?? [];
}

/** `NAME=value` taken apart; the value is null where there is no `=`. */
export function splitPair(text: string): [name: string, value: string | null] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, null] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** The names and defaults of an ARG instruction; there may be several. */
export function readArgs(operands: string, escape: Escape, line: number): Arg[] {
  return splitWords(operands, escape).map((text) => {
    const [name, value] = splitPair(text);
    return { name, value, line };
  });
}

/** The variables of an ENV instruction, `NAME=value …` or the old `NAME value`. */
export function readEnv(operands: string, escape: Escape): { name: string; value: string }[] {
  const pairs = splitWords(operands, escape).map(splitPair);
  if (pairs[0]?.[1] !== null) return pairs.map(([name, value]) => ({ name, value: value ?? "" }));
  const [, name = "", value = ""] = /^(\S*)\s*([^]*)$/.exec(operands) ?? [];
  return [{ name, value }];
}
