import { didYouMean } from "../core/suggest.ts";
import { type Fault, parseTemplate, type Template } from "../templates/syntax.ts";
import type { Problem } from "../core/errors.ts";

/** What is found to be wrong while rules are compiled. */
export interface Report {
  problems: Problem[];
  /** What is allowed but probably not meant. */
  warnings: Problem[];
}

/** A pattern that was written as `/re/flags` or as the expression alone, and how many groups it has. */
export interface Pattern {
  written: string;
  regex: RegExp;
  groups: number;
}

/** Reads and checks the attributes of one rule; mistakes go into the report. */
export interface AttributeReader {
  has: (name: string) => boolean;
  text: (name: string, fallback: string) => string;
  choice: (name: string, values: readonly string[], fallback: string) => string;
  flag: (name: string, fallback: boolean) => boolean;
  number: (name: string, fallback: number) => number;
  /** `more` are the expressions that are known here in addition to the common ones. */
  template: (name: string, fallback: string, more?: readonly string[]) => Template;
  pattern: (name: string) => Pattern | null;
  fault: (name: string, fault: Fault) => void;
  warn: (name: string, fault: Fault) => void;
}

export function attributeReader(
  attributes: Readonly<Record<string, string>>,
  path: string,
  report: Report,
): AttributeReader {
  const fault = (name: string, found: Fault) => void report.problems.push({ path: `${path}.${name}`, ...found });
  const warn = (name: string, found: Fault) => void report.warnings.push({ path: `${path}.${name}`, ...found });
  const has = (name: string) => Object.hasOwn(attributes, name);
  const text = (name: string, fallback: string) => (has(name) ? (attributes[name] ?? "") : fallback);
  const choice = (name: string, values: readonly string[], fallback: string) => {
    const got = text(name, fallback);
    if (!values.includes(got))
      fault(name, { message: `must be ${values.join(" or ")}`, got, hint: didYouMean(got, values) });
    return got;
  };
  return {
    has,
    text,
    choice,
    flag: (name, fallback) => choice(name, ["true", "false"], String(fallback)) === "true",
    number: (name, fallback) => {
      const got = text(name, String(fallback));
      if (/^-?\d+(?:\.\d+)?$/.test(got)) return Number(got);
      fault(name, { message: "must be a number", got });
      return fallback;
    },
    template: (name, fallback, more = []) => {
      const template = parseTemplate(text(name, fallback), more);
      for (const found of template.faults) fault(name, found);
      for (const found of template.notes) warn(name, found);
      return template;
    },
    pattern: (name) => {
      if (text(name, "") === "") return null;
      const pattern = readPattern(text(name, ""));
      if (!("message" in pattern)) return pattern;
      fault(name, pattern);
      return null;
    },
    fault,
    warn,
  };
}

function readPattern(written: string): Pattern | Fault {
  const [, inner, flags] = /^\/(.+)\/([a-z]*)$/s.exec(written) ?? [];
  try {
    // "g" and "y" would make a match forget its groups, or depend on the match before.
    const regex = new RegExp(inner ?? written, flags?.replaceAll(/[gy]/g, ""));
    const groups = (new RegExp(`${regex.source}|`, regex.flags).exec("")?.length ?? 1) - 1;
    return { written, regex, groups };
  } catch (error) {
    return {
      message: "is not a regular expression",
      got: written,
      hint: error instanceof Error ? error.message : String(error),
    };
  }
}
