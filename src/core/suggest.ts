/** The name in `known` that `name` was most likely meant to be; null if none is close. */
export function nearest(name: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = furthest(name.length) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = edits(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** A problem's hint: `did you mean "…"?`, or else the names that would be right. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
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

/** Inserted, dropped, changed and swapped letters between two names (optimal string alignment). */
function edits(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + changed);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
