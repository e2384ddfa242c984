import { compileSequence, type Part, type Test } from "../core/sequence.ts";

/** So long a glob may be: it takes time with every character of what it is matched with. */
export const longestGlob = 1000;

const isAny: Test = () => true;
const isNoSlash: Test = (char) => char !== "/";
const isSlash: Test = (char) => char === "/";

/**
 * Compiles one of Drone's globs (doublestar's): `*` and `?` stop at `/`, `**` between slashes does not, `[a-z]`, `[^a]`
 * and `[!a]`, `{a,b}`, and `\` before a character that stands for itself. A dot is like any character.
 * https://github.com/bmatcuk/doublestar#patterns
 */
export function compileGlob(glob: string): Test {
  return compileSequence(readSequence({ chars: [...glob], at: 0, open: new Set() }, false));
}

interface Reader {
  chars: readonly string[];
  at: number;
  /** Where a brace is that nothing closes. */
  open: Set<number>;
}

function readSequence(reader: Reader, inBraces: boolean): Part[] {
  const parts: Part[] = [];
  while (reader.at < reader.chars.length) {
    const char = reader.chars[reader.at] ?? "";
    if (inBraces && (char === "," || char === "}")) break;
    for (const part of readPart(reader, inBraces)) parts.push(part);
  }
  return parts;
}

function readPart(reader: Reader, inBraces: boolean): Part[] {
  const start = reader.at;
  const char = reader.chars[reader.at++] ?? "";
  if (char === "*") return readStars(reader, start, inBraces);
  if (char === "?") return [{ one: isNoSlash }];
  if (char === "/" && isWholeEnd(reader, inBraces)) return [{ either: [[], [{ one: isSlash }, { many: isAny }]] }];
  const part = char === "[" ? readClass(reader) : char === "{" ? readBraces(reader) : null;
  if (part !== null) return [part];
  const literal = char === "\\" ? (reader.chars[reader.at++] ?? char) : char;
  return [{ one: (other) => other === literal }];
}

/** `**` between slashes stands for any number of folders, none included; elsewhere it is a `*`. */
function readStars(reader: Reader, start: number, inBraces: boolean): Part[] {
  while (reader.chars[reader.at] === "*") reader.at++;
  const before = reader.chars[start - 1];
  const begins = before === undefined || before === "/" || (inBraces && (before === "{" || before === ","));
  if (reader.at - start < 2 || !begins) return [{ many: isNoSlash }];
  if (isEnd(reader, inBraces)) return [{ many: isAny }];
  if (reader.chars[reader.at] !== "/") return [{ many: isNoSlash }];
  reader.at++;
  return [{ either: [[], [{ many: isAny }, { one: isSlash }]] }];
}

/** Whether a slash is followed by `**` at the glob's end: what is above the folder counts, too. */
function isWholeEnd(reader: Reader, inBraces: boolean): boolean {
  const start = reader.at;
  while (reader.chars[reader.at] === "*") reader.at++;
  const whole = reader.at - start >= 2 && isEnd(reader, inBraces);
  if (!whole) reader.at = start;
  return whole;
}

function isEnd({ chars, at }: Reader, inBraces: boolean): boolean {
  const char = chars[at];
  return char === undefined || (inBraces && (char === "," || char === "}"));
}

/** What is left of `[a-z]`; null, and nothing read, if it is not closed. */
function readClass(reader: Reader): Part | null {
  const start = reader.at;
  const negated = ["^", "!"].includes(reader.chars[start] ?? "");
  if (negated) reader.at++;
  const ranges: [string, string][] = [];
  for (let first = true; first || reader.chars[reader.at] !== "]"; first = false) {
    if (reader.at >= reader.chars.length) {
      reader.at = start;
      return null;
    }
    const from = readLiteral(reader);
    const isRange = reader.chars[reader.at] === "-" && ![undefined, "]"].includes(reader.chars[reader.at + 1]);
    if (isRange) reader.at++;
    ranges.push([from, isRange ? readLiteral(reader) : from]);
  }
  reader.at++;
  return {
    one: (char) => char !== "/" && ranges.some(([from, to]) => from <= char && char <= to) !== negated,
  };
}

function readLiteral(reader: Reader): string {
  const char = reader.chars[reader.at++] ?? "";
  return char === "\\" ? (reader.chars[reader.at++] ?? char) : char;
}

/** What is left of `{a,b}`; null, and nothing read, if it is not closed. */
function readBraces(reader: Reader): Part | null {
  const start = reader.at;
  if (reader.open.has(start)) return null;
  const either: Part[][] = [];
  for (;;) {
    either.push(readSequence(reader, true));
    const stop = reader.chars[reader.at++];
    if (stop === "}") return { either };
    if (stop === undefined) {
      reader.at = start;
      reader.open.add(start);
      return null;
    }
  }
}
