import type { Problem } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { zoneFault } from "./date.ts";
import { expressionNames } from "./expressions.ts";

/** One `{{…}}`. */
export interface Expression {
  name: string;
  /** The quoted argument of `date` and `commit_date`. */
  format: string | null;
  /** Their `tz='…'`. */
  zone: string | null;
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
  return { parts, faults, notes };
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

function expression(inner: string, more: readonly string[], faults: Fault[], notes: Fault[]): Expression {
  const got = `{{${inner}}}`;
  const found: Expression = { name: "", format: null, zone: null };
  word.lastIndex = 0;
  const source = inner.trimEnd();
  for (let match = word.exec(source), first = true; match !== null; match = word.exec(source), first = false) {
    const [, key, single, double, bare] = match;
    const quoted = single ?? double;
    if (first) found.name = key === undefined && bare !== undefined ? bare : "";
    else if (!dates.has(found.name)) return refuse(found, faults, "takes no arguments", got);
    else if (key !== undefined && key !== "tz")
      return refuse(found, faults, `unknown argument "${key}"`, got, didYouMean(key, ["tz"]));
    else if (key === "tz" && quoted === undefined) return refuse(found, faults, "the time zone must be in quotes", got);
    else if (key === "tz") found.zone = quoted ?? null;
    else if (quoted !== undefined && found.format === null) found.format = quoted;
    else if (quoted !== undefined) return refuse(found, faults, "takes one format", got);
    // Handlebars reads it as a name that means nothing, so docker/metadata-action renders its default format too.
    else
      notes.push({
        message: "the format is not in quotes, so it has no effect",
        got,
        hint: `write {{${found.name} '${bare}'}}`,
      });
    if (word.lastIndex === source.length) return known(found, more, faults, got);
  }
  return refuse(found, faults, "is not an expression", got, "write {{name}}, or \\{{ for the characters themselves");
}

function refuse(found: Expression, faults: Fault[], message: string, got: string, hint?: string): Expression {
  faults.push({ message, got, ...(hint === undefined ? {} : { hint }) });
  return found;
}

function known(found: Expression, more: readonly string[], faults: Fault[], got: string): Expression {
  const { name, zone } = found;
  const fault = zone === null ? null : zoneFault(zone);
  if (fault !== null) return refuse(found, faults, fault.message, got, fault.hint);
  if (/^env\.\w+$/.test(name) || /^ref\../.test(name)) return found;
  const names = [...expressionNames, ...more];
  if (names.includes(name)) return found;
  return refuse(found, faults, "unknown expression", got, didYouMean(name, names));
}
