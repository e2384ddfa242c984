/** A piece of text that is only known when it is used. */
export type Late =
  /** The value of an environment variable. */
  | { variable: string }
  /** The digest that a target's image has in its registry; "" where it has none. */
  | { digest: string }
  /** The same behind an `@`, which makes the name before it that very image's; "" where it has none. */
  | { pin: string };

/** Text, with pieces that are filled in when it is used: by their values in a run, by shell variables in a script. */
export type Text = string | readonly (string | Late)[];

/** Text whose secrets stand in it by the names of their variables. */
export type NamedText = string | readonly (string | { variable: string })[];

/** Pieces as a text: plain where none of them is late. */
export function namedText(pieces: readonly (string | { variable: string })[]): NamedText {
  return pieces.every((piece) => typeof piece === "string") ? pieces.join("") : pieces;
}
