/**
 * A shell pattern's parts, of `*` and `?` and no brackets; a backslash escapes them. Null if a backslash precedes
 * anything else.
 */
function parsePattern(pattern: string): Part[] | null {
  const parts: Part[] = [];
  for (const [token] of pattern.matchAll(/\\[^]?|[^]/gu)) {
    if (token === "*") parts.push("any");
    else if (token === "?") parts.push("one");
    // The last two end a substitution and are escaped for that reason only.
    else if (/^\\[*?\\}/]$/.test(token)) parts.push({ char: token.slice(1) });
    else if (token.startsWith("\\")) return null;
    else parts.push({ char: token });
  }
  return parts;
}

/** Any number of characters, one of them, or this one. Neither of the first two stands for a line's end. */
type Part = "any" | "one" | { char: string };

/**
 * For every place in the text, where the longest (or shortest) match that begins there ends; -1 where there is none.
 * Filled in from the end: the time is that of text times pattern, whatever the two are.
 */
function matchEnds(text: readonly string[], pattern: readonly Part[], longest: boolean): number[] {
  const better = (a: number, b: number) => (a < 0 || b < 0 || longest ? Math.max(a, b) : Math.min(a, b));
  const ends: number[] = [];
  let after: number[] = [];
  for (let at = text.length; at >= 0; at -= 1) {
    const row: number[] = [];
    row[pattern.length] = at;
    const inLine = at < text.length && text[at] !== "\n";
    for (let next = pattern.length - 1; next >= 0; next -= 1) {
      const part = pattern[next];
      if (part === "any") row[next] = better(row[next + 1] ?? -1, inLine ? (after[next] ?? -1) : -1);
      else {
        const fits = part === "one" ? inLine : at < text.length && part?.char === text[at];
        row[next] = fits ? (after[next + 1] ?? -1) : -1;
      }
    }
    ends[at] = row[0] ?? -1;
    after = row;
  }
  return ends;
}

/** `${value#pattern}` and its three variants: the shortest or longest start or end that matches is cut off. */
export function trimPattern(value: string, pattern: string, side: "start" | "end", longest: boolean): string | null {
  const parts = parsePattern(pattern);
  if (parts === null) return null;
  const chars = [...value];
  if (side === "start") return chars.slice(Math.max(0, matchEnds(chars, parts, longest)[0] ?? -1)).join("");
  // Read from its end, an end is a start.
  const [cut = -1] = matchEnds(chars.toReversed(), parts.toReversed(), longest);
  return chars.slice(0, chars.length - Math.max(0, cut)).join("");
}

/** `${value/pattern/replacement}`, and with `//` all of them. */
export function replacePattern(value: string, pattern: string, replacement: string, all: boolean): string | null {
  const parts = parsePattern(pattern);
  if (parts === null) return null;
  const chars = [...value];
  const ends = matchEnds(chars, parts, true);
  let replaced = "";
  for (let at = 0; at <= chars.length; at += 1) {
    const end = ends[at] ?? -1;
    if (end < 0) replaced += chars[at] ?? "";
    else {
      replaced += replacement;
      if (!all) return replaced + chars.slice(end).join("");
      if (end === at) replaced += chars[at] ?? "";
      else at = end - 1;
    }
  }
  return replaced;
}
