/** How a flag is written: alone, with its value as the next word, or with it behind a `=`. */
type Kind = "alone" | "next" | "joined";

/** Thrown at whatever the scripted docker was not written to understand, for the test to fail. */
export class NotExpected extends Error {
  override readonly name = "NotExpected";
  constructor(what: string) {
    super(`the scripted docker was not told to expect ${what}`);
  }
}

/**
 * The flags and the other words of a command line. Throws on a flag that is not among `known`, one that is written in
 * another way, and one without its value.
 */
export function readWords(
  words: readonly string[],
  known: Readonly<Record<string, Kind>>,
): { all: (flag: string) => string[]; one: (flag: string) => string | null; rest: string[] } {
  const given: [string, string][] = [];
  const rest: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const [, flag = "", value] = /^(--?[^=]+)(?:=([^]*))?$/.exec(word) ?? [];
    if (flag === "") {
      rest.push(word);
      continue;
    }
    const kind = Object.hasOwn(known, flag) ? known[flag]! : null;
    if (kind === null || (kind === "joined") !== (value !== undefined)) throw new NotExpected(`the word ${word}`);
    if (kind === "next" && ++at >= words.length) throw new NotExpected(`${flag} without a value`);
    given.push([flag, kind === "next" ? words[at]! : (value ?? "")]);
  }
  const all = (flag: string) => given.flatMap(([name, value]) => (name === flag ? [value] : []));
  return { all, one: (flag) => all(flag).at(-1) ?? null, rest };
}
