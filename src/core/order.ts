/**
 * Puts every name after those it needs, and otherwise keeps the given order. What `needs` gives that is not in `names`
 * is ignored. A cycle is returned as the names along it, with the first one repeated at the end.
 */
export function order(
  names: readonly string[],
  needs: (name: string) => Iterable<string>,
): { sorted: string[]; cycle: string[] | null } {
  const known = new Set(names);
  const sorted: string[] = [];
  const done = new Set<string>();
  let cycle: string[] | null = null;
  // An explicit stack: a chain of ten thousand targets must not overflow the call stack.
  for (const start of names) {
    const stack: { name: string; rest: Iterator<string> }[] = [];
    const onPath = new Set<string>();
    const enter = (name: string) => {
      onPath.add(name);
      stack.push({ name, rest: needs(name)[Symbol.iterator]() });
    };
    if (!done.has(start)) enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.next();
      if (next.done === true) {
        done.add(top.name);
        sorted.push(top.name);
        onPath.delete(top.name);
        stack.pop();
      } else if (onPath.has(next.value)) {
        const path = stack.map(({ name }) => name);
        cycle ??= [...path.slice(path.indexOf(next.value)), next.value];
      } else if (known.has(next.value) && !done.has(next.value)) enter(next.value);
    }
  }
  return { sorted, cycle };
}
