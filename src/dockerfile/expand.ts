import type { Escape } from "./dockerfile.ts";
import { replacePattern, trimPattern } from "./pattern.ts";

/** A word with its variables expanded. */
export interface Expanded {
  value: string;
  /** Why it cannot be expanded; the value then means nothing. */
  fault: string | null;
}

/** How much more may be expanded, in characters. One file's words share it: each may be made of the ones before. */
export interface Budget {
  left: number;
}

/** So much is expanded in one file. Three lines of `ARG a=${b}${b}` are eight times the first; thirty are a billion. */
const most = 10_000_000;
/** So deep `${a:-${b:-…}}` may be nested. */
const deepest = 100;

/** The budget of a file. */
export function budget(): Budget {
  return { left: most };
}

interface Reader {
  text: string;
  at: number;
  fault: string | null;
  get: (name: string) => string | undefined;
  escape: Escape;
  budget: Budget;
  /** How many substitutions the place is in. */
  depth: number;
}

const name = /\d+|[@*#?\-$!]|[\p{L}\p{N}_]+/uy;

/**
 * Expands a word as BuildKit does in FROM and ARG: quotes and escapes go, `$x`, `${x}`, `${x:-y}`, `${x-y}`, `${x:+y}`,
 * `${x+y}`, `${x:?y}`, `${x?y}`, `${x#y}`, `${x##y}`, `${x%y}`, `${x%%y}`, `${x/y/z}`, `${x//y/z}`, nested at will.
 * https://docs.docker.com/reference/dockerfile/#environment-replacement
 */
export function expandWord(
  text: string,
  escape: Escape,
  get: (name: string) => string | undefined,
  shared: Budget = budget(),
): Expanded {
  const reader: Reader = { text, at: 0, fault: null, get, escape, budget: shared, depth: 0 };
  const value = readUntil(reader, null, false);
  return { value: reader.fault === null ? value : "", fault: reader.fault };
}

/** Whether so much more may be done. */
function spend(reader: Reader, characters: number): boolean {
  reader.budget.left -= characters;
  if (reader.budget.left >= 0) return true;
  fail(reader, `it takes more than ${most} characters to expand what is in this file`);
  return false;
}

/** Reads up to and including `stop`. In a pattern (`raw`) escapes are kept for the pattern's own parser. */
function readUntil(reader: Reader, stop: string | null, raw: boolean): string {
  let value = "";
  while (reader.at < reader.text.length) {
    const char = reader.text[reader.at] ?? "";
    if (char === "$") {
      value += readVariable(reader);
      continue;
    }
    reader.at++;
    if (char === stop) return value;
    if (char === "'") value += readSingleQuoted(reader);
    else if (char === '"') value += readDoubleQuoted(reader, raw);
    else if (char === reader.escape) value += (raw ? char : "") + (reader.text[reader.at++] ?? "");
    else value += char;
  }
  if (stop !== null) fail(reader, `${stop} is missing`);
  return value;
}

function readSingleQuoted(reader: Reader): string {
  const end = reader.text.indexOf("'", reader.at);
  if (end < 0) return fail(reader, "a quote is not closed");
  const value = reader.text.slice(reader.at, end);
  reader.at = end + 1;
  return value;
}

function readDoubleQuoted(reader: Reader, raw: boolean): string {
  let value = "";
  while (reader.at < reader.text.length) {
    const char = reader.text[reader.at] ?? "";
    if (char === "$") {
      value += readVariable(reader);
      continue;
    }
    reader.at++;
    if (char === '"') return value;
    const next = reader.text[reader.at] ?? "";
    if (char === reader.escape && ['"', "$", reader.escape].includes(next)) {
      value += (raw ? char : "") + next;
      reader.at++;
    } else value += char;
  }
  return fail(reader, "a quote is not closed");
}

function readVariable(reader: Reader): string {
  if (reader.depth === deepest) {
    reader.at = reader.text.length;
    return fail(reader, `substitutions are nested more than ${deepest} deep`);
  }
  reader.depth++;
  const value = readSubstitution(reader);
  reader.depth--;
  return spend(reader, value.length + 1) ? value : "";
}

function readSubstitution(reader: Reader): string {
  reader.at++;
  if (reader.text[reader.at] !== "{") {
    const plain = readName(reader);
    return plain === "" ? "$" : (reader.get(plain) ?? "");
  }
  reader.at++;
  if (["{", "}", ":"].includes(reader.text[reader.at] ?? "")) return fail(reader, "bad substitution");
  const value = reader.get(readName(reader));
  const operator = reader.text[reader.at++] ?? "";
  if (operator === "}") return value ?? "";
  if (operator === "/") return readReplacement(reader, value ?? "");
  if (operator !== ":") return readModifier(reader, value, operator);
  const after = reader.text[reader.at++] ?? "";
  if (after === "#" || after === "%") return fail(reader, `unsupported modifier :${after}`);
  return readModifier(reader, value === "" ? undefined : value, after);
}

function readModifier(reader: Reader, value: string | undefined, operator: string): string {
  const word = readUntil(reader, "}", operator === "#" || operator === "%");
  if (operator === "-") return value ?? word;
  if (operator === "+") return value === undefined ? "" : word;
  if (operator === "?") return value ?? fail(reader, word === "" ? "is not allowed to be unset" : word);
  if (operator !== "#" && operator !== "%") return fail(reader, `unsupported modifier ${operator}`);
  if (!spend(reader, (value ?? "").length * word.length)) return "";
  const longest = word.startsWith(operator);
  const side = operator === "#" ? "start" : "end";
  return trimPattern(value ?? "", longest ? word.slice(1) : word, side, longest) ?? fail(reader, `bad pattern ${word}`);
}

function readReplacement(reader: Reader, value: string): string {
  const all = reader.text[reader.at] === "/";
  if (all) reader.at++;
  const pattern = readUntil(reader, "/", true);
  const replacement = readUntil(reader, "}", true);
  // An empty match stands before every character.
  const cost = (value.length + 1) * (pattern.length + (all ? replacement.length : 0));
  if (!spend(reader, cost)) return "";
  return replacePattern(value, pattern, replacement, all) ?? fail(reader, `bad pattern ${pattern}`);
}

function readName(reader: Reader): string {
  name.lastIndex = reader.at;
  const found = name.exec(reader.text)?.[0] ?? "";
  reader.at += found.length;
  return found;
}

function fail(reader: Reader, fault: string): "" {
  reader.fault ??= fault;
  return "";
}
