/**
 * A shell pattern as a regular expression's source: `*` and `?`, no brackets; a backslash escapes them. Null if a
 * backslash precedes anything else.
 */
function patternSource(pattern: string): string | null {
  let source = "";
  for (const [token] of pattern.matchAll(/\\[^]?|[^]/g)) {
    if (token === "*") source += ".*";
    else if (token === "?") source += ".";
    else if (/^\\[*?\\]$/.test(token)) source += token;
    // These two end a substitution and are escaped for that reason only.
    else if (token === "\\}" || token === "\\/") source += token;
    else if (token.startsWith("\\")) return null;
    else source += token.replace(/[[\]{}.+()|^$/]/, String.raw`\$&`);
  }
  return source;
}

/** `${value#pattern}` and its three variants: the shortest or longest start or end that matches is cut off. */
export function trimPattern(value: string, pattern: string, side: "start" | "end", longest: boolean): string | null {
  const source = patternSource(pattern);
  if (source === null) return null;
  const whole = new RegExp(`^(?:${source})$`, "u");
  const lengths = Array.from({ length: value.length + 1 }, (_, length) => length);
  for (const length of longest ? lengths.toReversed() : lengths) {
    const cut = side === "start" ? length : value.length - length;
    const [start, end] = [value.slice(0, cut), value.slice(cut)];
    if (whole.test(side === "start" ? start : end)) return side === "start" ? end : start;
  }
  return value;
}

/** `${value/pattern/replacement}`, and with `//` all of them. */
export function replacePattern(value: string, pattern: string, replacement: string, all: boolean): string | null {
  const source = patternSource(pattern);
  return source === null ? null : value.replace(new RegExp(source, all ? "gu" : "u"), () => replacement);
}
