import type { Finder, SecretWord, Span } from "./finder.ts";

/** A piece of a word at a line's beginning or end is known as one from this length on. */
const shortest = 6;

/**
 * Finds what wrapping leaves of words: their pieces at the beginning or the end of a line, or that are all of it. So of a
 * word in two lines at most the few characters of one that is shorter are seen.
 */
export function pieceFinder(words: readonly SecretWord[]): Finder {
  const places = new Map<string, [word: string, at: number][]>();
  for (const { text } of words) {
    for (let at = 0; at + shortest <= text.length; at++) {
      const key = text.slice(at, at + shortest);
      const known = places.get(key);
      if (known === undefined) places.set(key, [[text, at]]);
      else known.push([text, at]);
    }
  }
  const lineSpans = (line: string, start: number): Span[] => {
    const from = line.length - line.trimStart().length;
    const to = line.replace(/(?:…|\.{3})?["')\]]*\s*$/, "").length;
    const heads = places.get(line.slice(from, from + shortest)) ?? [];
    const tails = places.get(line.slice(to - shortest, to)) ?? [];
    return [
      ...heads.flatMap(([word, at]): Span[] => {
        const length = common(line, from, word, at);
        return at + length === word.length || from + length === to ? [[start + from, start + from + length]] : [];
      }),
      ...tails.flatMap(([word, at]): Span[] => {
        const end = at + shortest;
        let length = shortest;
        while (length < end && length < to - from && word[end - length - 1] === line[to - length - 1]) length++;
        return length === end || to - length === from ? [[start + to - length, start + to]] : [];
      }),
    ];
  };
  return (text) => {
    const spans: Span[] = [];
    let start = 0;
    for (const line of text.split("\n")) {
      spans.push(...lineSpans(line, start));
      start += line.length + 1;
    }
    return spans;
  };
}

function common(line: string, from: number, word: string, at: number): number {
  let length = 0;
  while (at + length < word.length && line[from + length] === word[at + length]) length++;
  return length;
}
