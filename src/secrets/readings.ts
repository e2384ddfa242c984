/** Quoting what is quoted doubles its backslashes. */
const escape = /\\{1,16}(?:u\{?([0-9a-f]{2,6})\}?|U([0-9a-f]{8})|x([0-9a-f]{2})|([0-7]{3})|([abefnrtv0]))/iy;
/** With the indentation of what it ends in. */
const lineEnd = /\r?\n[ \t]*/y;
const percent = /(?:%(?:25)*[0-9a-f]{2}){1,4}/iy;
const entity = /&(?:amp;)*(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(quot|apos|lt|gt|amp|nbsp));/iy;
const entities: Record<string, string> = { quot: '"', apos: "'", lt: "<", gt: ">", amp: "&", nbsp: "\u00A0" };
const controls: Record<string, string> = {
  a: "\u0007",
  b: "\b",
  e: "\u001B",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** A text that is meant, and where what stands for it ends. */
type Reading = readonly [meant: string, to: number];

/**
 * What else than itself the character at `at` may stand for, and where that ends: an escape of JSON, Go or a Dockerfile, of a
 * URL, of HTML, of a bake file, base64 for URLs.
 */
export function otherReadings(text: string, at: number): readonly Reading[] {
  return readers[text[at]!]?.(text, at) ?? [];
}

const readers: Readonly<Record<string, ((text: string, at: number) => Reading[]) | undefined>> = {
  "\\": escaped,
  "%": percentEncoded,
  "&": entityOf,
  // How bake escapes `${`.
  $: (text, at) => (text[at + 1] === "$" ? [["$", at + 2]] : []),
  "+": (_, at) => [[" ", at + 1]],
  // base64 for URLs.
  "-": (_, at) => [["+", at + 1]],
  _: (_, at) => [["/", at + 1]],
  "\r": newLine,
  "\n": newLine,
};

function escaped(text: string, at: number): Reading[] {
  const [whole, unicode, long, byte, octal, letter] = match(escape, text, at);
  if (whole === undefined) return [];
  const hex = unicode ?? long ?? byte;
  const to = at + whole.length;
  if (letter !== undefined) return [[controls[letter.toLowerCase()] ?? "\0", to]];
  return [[character(hex === undefined ? parseInt(octal!, 8) : parseInt(hex, 16)), to]];
}

function percentEncoded(text: string, at: number): Reading[] {
  const [whole] = match(percent, text, at);
  if (whole === undefined) return text[at + 1] === "%" ? [["%", at + 2]] : [];
  const parts = whole.match(/%(?:25)*[0-9a-f]{2}/gi) ?? [];
  // A percent sign of its own, or the beginning of what was encoded twice.
  const sign: Reading[] = whole.startsWith("%25") ? [["%", at + 3]] : [];
  // One character is up to four bytes.
  const characters = parts.flatMap((_, last): Reading[] => {
    const taken = parts.slice(0, last + 1);
    const meant = Buffer.from(taken.map((part) => part.slice(-2)).join(""), "hex").toString("utf8");
    return meant.includes("\uFFFD") ? [] : [[meant, at + taken.join("").length]];
  });
  return [...sign, ...characters];
}

function entityOf(text: string, at: number): Reading[] {
  const [whole, decimal, hex, name] = match(entity, text, at);
  if (whole === undefined) return [];
  const to = at + whole.length;
  if (name !== undefined) return [[entities[name.toLowerCase()]!, to]];
  return [[character(decimal === undefined ? parseInt(hex!, 16) : Number(decimal)), to]];
}

function newLine(text: string, at: number): Reading[] {
  const [whole] = match(lineEnd, text, at);
  return whole === undefined ? [] : [["\n", at + whole.length]];
}

function match(pattern: RegExp, text: string, at: number): (string | undefined)[] {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? [];
}

function character(code: number): string {
  return code > 0x10ffff ? "\uFFFD" : String.fromCodePoint(code);
}
