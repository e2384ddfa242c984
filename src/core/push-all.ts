/**
 * Appends a list to a list. `push(...more)` puts every item on the stack, which a list from outside may be too long for.
 */
export function pushAll<T>(list: T[], more: Iterable<T>): void {
  for (const item of more) list.push(item);
}
