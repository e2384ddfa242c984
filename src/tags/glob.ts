/** So long a glob may be: it takes time with every character of what it is matched with. */
export const longestGlob = 1000;

type Test = (char: string) => boolean;

/** What a glob is made of. */
type Part = { one: Test } | { many: Test } | { either: Part[][] };

/** A place in a glob: what it takes to get on from there, and where to. Without a test it takes nothing. */
interface Place {
  test: Test | null;
  next: number[];
}

const isAny: Test = () => true;
const isNoSlash: Test = (char) => char !== "/";
const isSlash: Test = (char) => char === "/";

/**
 * Compiles one of Drone's globs (doublestar's): `*` and `?` stop at `/`, `**` between slashes does not, `[a-z]`, `[^a]`
 * and `[!a]`, `{a,b}`, and `\` before a character that stands for itself. A dot is like any character.
 * https://github.com/bmatcuk/doublestar#patterns
 *
 * All places that a name may have led to are followed at once, so that no glob takes longer than its length times the
 * name's. A regular expression would try them one after the other, for years where there are many stars.
 */
export function compileGlob(glob: string): Test {
  const places: Place[] = [{ test: null, next: [] }];
  const first = build(readSequence({ chars: [...glob], at: 0, open: new Set() }, false), 0, places);
  return (name) => {
    let here = closure([first], places);
    for (const char of name) {
      const next = [...here].flatMap((at) => (places[at]?.test?.(char) === true ? (places[at]?.next ?? []) : []));
      here = closure(next, places);
    }
    return here.has(0);
  };
}

/** Those places and all that can be got to from there for nothing. */
function closure(from: readonly number[], places: readonly Place[]): Set<number> {
  const found = new Set(from);
  for (const at of found) if (places[at]?.test === null) for (const next of places[at].next) found.add(next);
  return found;
}

/** Makes the places of these parts, which lead to `end`; returns the first. */
function build(parts: readonly Part[], end: number, places: Place[]): number {
  const add = (place: Place) => places.push(place) - 1;
  return parts.reduceRight((after, part) => {
    if ("one" in part) return add({ test: part.one, next: [after] });
    if ("either" in part) return add({ test: null, next: part.either.map((one) => build(one, after, places)) });
    const place: Place = { test: null, next: [after] };
    const at = add(place);
    place.next.push(add({ test: part.many, next: [at] }));
    return at;
  }, end);
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
