/** The name in `known` that `name` was most likely meant to be; null if none is close. */
export function nearest(name: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = furthest(name.length) + 1;
  const lower = name.toLowerCase();
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = edits(lower, candidate.toLowerCase(), least);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** So many names are looked for: where more are wrong, something else is. */
const mostSought = 20;

/** Like {@link nearest} among the same names, for a mistake that may be made thousands of times; then it has no more ideas. */
export function finder(known: readonly string[]): (name: string) => string | null {
  const found = new Map<string, string | null>();
  return (name) => {
    if (!found.has(name) && found.size < mostSought) found.set(name, nearest(name, known));
    return found.get(name) ?? null;
  };
}

/** A problem's hint: `did you mean "…"?`, or else the names that would be right. */
export function didYouMean(name: string, known: readonly string[], find = finder(known)): string {
  const near = find(name);
  return near === null ? expected(known) : `did you mean "${near}"?`;
}

/** A problem's hint that lists the names that would be right. */
export function expected(known: readonly string[]): string {
  return `expected ${known.length > 1 ? "one of " : ""}${known.join(", ")}`;
}

/** How many typos still make it likely that the other name was meant. */
function furthest(length: number): number {
  if (length < 2) return 0;
  return length <= 5 ? 1 : length <= 7 ? 2 : 3;
}

/**
 * Inserted, dropped, changed and swapped letters between two names (optimal string alignment); `enough` where there are
 * so many or more. Only the part in which they differ counts, and of its table only what is near the diagonal.
 */
function edits(first: string, second: string, enough: number): number {
  const [a, b] = apart(first, second);
  let beforeLast: number[] = [];
  let last = Array.from({ length: Math.min(b.length, enough) + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row: number[] = [];
    let best = enough;
    for (let j = Math.max(0, i - enough); j <= Math.min(b.length, i + enough); j += 1) {
      const changed = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = j === 0 ? i : Math.min((last[j] ?? enough) + 1, (row[j - 1] ?? enough) + 1);
      if (j > 0) least = Math.min(least, (last[j - 1] ?? enough) + changed);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (beforeLast[j - 2] ?? enough) + 1);
      }
      row[j] = least;
      best = Math.min(best, least);
    }
    if (best >= enough) return enough;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? enough;
}

/** Two texts without what both begin and end with. */
function apart(a: string, b: string): [string, string] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}
