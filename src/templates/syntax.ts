import type { Problem } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { zoneFault } from "./date.ts";
import { expressionNames } from "./expressions.ts";
import { type Change, changeNames, readChange } from "./changes.ts";

/** One `{{…}}`. */
export interface Expression {
  /** As it is written, with its braces. */
  written: string;
  name: string;
  /** The quoted argument of `date` and `commit_date`. */
  format: string | null;
  /** Their `tz='…'`. */
  zone: string | null;
  /** What is done to the value, one after the other. */
  changes: Change[];
}

/** What is wrong with a template; the caller knows where. */
export type Fault = Omit<Problem, "path">;

/** Faults as problems of the place where the text is written. */
export function problemsAt(path: string, faults: readonly Fault[]): Problem[] {
  return faults.map((fault) => Object.assign({ path }, fault));
}

/** A text with expressions in it, parsed once and rendered often. */
export interface Template {
  parts: readonly (string | Expression)[];
  faults: readonly Fault[];
  /** What is allowed but probably not meant. */
  notes: readonly Fault[];
  /** It asks what the target is called that it stands for. */
  namesTarget: boolean;
}

const dates = new Set(["date", "commit_date"]);

/** Parses `text`. `more` are the names that are known in addition to the common ones. */
export function parseTemplate(text: string, more: readonly string[] = []): Template {
  const parts: (string | Expression)[] = [];
  const faults: Fault[] = [];
  const notes: Fault[] = [];
  let literal = "";
  let at = 0;
  for (let open = text.indexOf("{{"); open !== -1; open = text.indexOf("{{", at)) {
    if (text[open - 1] === "\\" && open > at) {
      literal += `${text.slice(at, open - 1)}{{`;
      at = open + 2;
      continue;
    }
    const close = closing(text, open + 2);
    if (close === -1) {
      faults.push({ message: '"{{" is never closed', got: text, hint: "write \\{{ for the characters themselves" });
      break;
    }
    literal += text.slice(at, open);
    if (literal !== "") parts.push(literal);
    literal = "";
    // Handlebars' {{{…}}} means "no escaping", which is all there is here.
    const triple = text[open + 2] === "{" && text[close + 2] === "}";
    parts.push(expression(text.slice(open + (triple ? 3 : 2), close), more, faults, notes));
    at = close + (triple ? 3 : 2);
  }
  if (literal + text.slice(at) !== "") parts.push(literal + text.slice(at));
  const namesTarget = parts.some((part) => typeof part !== "string" && part.name === "target");
  return { parts, faults, notes, namesTarget };
}

/** Where the `}}` is that closes what starts at `from`; quoted text may hold one. */
function closing(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === "}" && text[at + 1] === "}") return at;
    if (char === "'" || char === '"') {
      const end = text.indexOf(char, at + 1);
      if (end !== -1) at = end;
    }
  }
  return -1;
}

const word = /\s*(?:(\w+)=)?(?:'([^']*)'|"([^"]*)"|([^\s'"]+))/y;

/** One form for all: the name first, and what is done to its value after it, in that order. */
function expression(inner: string, more: readonly string[], faults: Fault[], notes: Fault[]): Expression {
  const got = `{{${inner}}}`;
  const found: Expression = { written: got, name: "", format: null, zone: null, changes: [] };
  word.lastIndex = 0;
  const source = inner.trimEnd();
  for (let match = word.exec(source), first = true; match !== null; match = word.exec(source), first = false) {
    const [, key, single, double, bare] = match;
    const quoted = single ?? double;
    if (first) found.name = key === undefined && bare !== undefined ? bare : "";
    else {
      const fault = take(found, { key, quoted, bare }, more, notes);
      if (fault !== null) return refuse(found, faults, fault.message, fault.hint);
    }
    if (word.lastIndex === source.length) return known(found, more, faults);
  }
  return refuse(found, faults, "is not an expression", "write {{name}}, or \\{{ for the characters themselves");
}

/** What may stand behind a name: `lower`, `first=8`, `'YYYY'`. */
interface Argument {
  key: string | undefined;
  quoted: string | undefined;
  bare: string | undefined;
}

/** Takes an argument into the expression; returns what is wrong with it. */
function take(
  found: Expression,
  { key, quoted, bare }: Argument,
  more: readonly string[],
  notes: Fault[],
): Pick<Fault, "message" | "hint"> | null {
  const { name } = found;
  const change = readChange(key ?? bare ?? "", key === undefined ? undefined : (quoted ?? bare), quoted !== undefined);
  if (change !== null) {
    if (name.startsWith("ref.")) return { message: "is another image's name, and stays as it is" };
    if ("message" in change) return change;
    found.changes.push(change);
    return null;
  }
  if (dates.has(name)) return takeOfDate(found, { key, quoted, bare }, notes);
  if (key !== undefined) return { message: `unknown argument "${key}"`, hint: didYouMean(key, changeNames) };
  return { message: "takes no such argument", hint: otherForm(name, quoted ?? bare ?? "", more) };
}

/** What only a date has: a format in quotes, and a time zone. */
function takeOfDate(
  found: Expression,
  { key, quoted, bare }: Argument,
  notes: Fault[],
): Pick<Fault, "message" | "hint"> | null {
  if (key !== undefined && key !== "tz")
    return { message: `unknown argument "${key}"`, hint: didYouMean(key, ["tz", ...changeNames]) };
  if (key === "tz" && quoted === undefined) return { message: "the time zone must be in quotes" };
  if (key === "tz") found.zone = quoted ?? null;
  else if (quoted !== undefined && found.format !== null) return { message: "takes one format" };
  else if (quoted !== undefined) found.format = quoted;
  // Handlebars reads it as a name that means nothing, so docker/metadata-action renders its default format too.
  else {
    const hint = `write {{${found.name} '${bare}'}}`;
    notes.push({ message: "the format is not in quotes, so it has no effect", got: found.written, hint });
  }
  return null;
}

const forms: Readonly<Record<string, string>> = { lower: "lower", first: "first=8", without: "without='prefix'" };

/** What was meant by the forms that other template languages have: `{{lower branch}}`, `{{sha 8}}`. */
function otherForm(name: string, argument: string, more: readonly string[]): string {
  const isName = (text: string) => [...expressionNames, ...more].includes(text) || /^env\.\w+$/.test(text);
  if (Object.hasOwn(forms, name) && isName(argument)) return `write {{${argument} ${forms[name]}}}`;
  if (/^\d+$/.test(argument)) return `write {{${name} first=${argument}}}`;
  return `behind a name there may be ${Object.values(forms).join(", ")}`;
}

function refuse(found: Expression, faults: Fault[], message: string, hint?: string): Expression {
  faults.push({ message, got: found.written, ...(hint === undefined ? {} : { hint }) });
  return found;
}

function known(found: Expression, more: readonly string[], faults: Fault[]): Expression {
  const { name, zone } = found;
  const fault = zone === null ? null : zoneFault(zone);
  if (fault !== null) return refuse(found, faults, fault.message, fault.hint);
  if (/^env\.\w+$/.test(name) || /^ref\../.test(name)) return found;
  const names = [...expressionNames, ...more];
  if (names.includes(name)) return found;
  return refuse(found, faults, "unknown expression", didYouMean(name, names));
}
