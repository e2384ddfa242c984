/** What may be done to an expression's value. */
export type Change = { kind: "lower" } | { kind: "first"; characters: number } | { kind: "without"; prefix: string };

/** Their names, as they are written. */
export const changeNames: readonly string[] = ["lower", "first", "without"] satisfies Change["kind"][];

const longestFirst = 1000;

/**
 * Reads `lower`, `first=8` and `without='freeze/'`: a name, and the value behind its `=` if it has one. Null for what is none
 * of them.
 */
export function readChange(
  name: string,
  value: string | undefined,
  isQuoted: boolean,
): Change | { message: string; hint: string } | null {
  if (!changeNames.includes(name)) return null;
  if (name === "lower")
    return value === undefined ? { kind: "lower" } : { message: "lower takes no value", hint: "write lower alone" };
  if (name === "without") {
    return value !== undefined && isQuoted
      ? { kind: "without", prefix: value }
      : { message: "without needs a text in quotes", hint: "write without='freeze/'" };
  }
  const characters = /^\d{1,4}$/.test(value ?? "") ? Number(value) : 0;
  return characters >= 1 && characters <= longestFirst
    ? { kind: "first", characters }
    : { message: `first needs a number from 1 to ${longestFirst}`, hint: "write first=8" };
}

/** A value after all changes, from the first to the last. */
export function changed(value: string, changes: readonly Change[]): string {
  return changes.reduce((text, change) => {
    switch (change.kind) {
      case "lower":
        return text.toLowerCase();
      case "first":
        // By characters, so that none is cut in half.
        return Array.from(text).slice(0, change.characters).join("");
      case "without":
        return text.startsWith(change.prefix) ? text.slice(change.prefix.length) : text;
    }
  }, value);
}
