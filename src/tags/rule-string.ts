import type { Fault } from "../templates/syntax.ts";
import { csvFields } from "./csv.ts";

/** What a written rule says, and what is wrong with how it is written. */
export interface RuleReading {
  attributes: Record<string, string>;
  faults: Fault[];
}

/**
 * Reads a rule in docker/metadata-action's syntax, `type=semver,pattern={{version}}`: one CSV record, each field split
 * at its first `=`. A field without one is the `value`; without a `type` the rule is `raw`.
 * https://github.com/docker/metadata-action#tags-input
 */
export function readRuleString(text: string): RuleReading {
  const attributes: Record<string, string> = {};
  const faults: Fault[] = [];
  const fields = csvFields(text);
  const quoting = 'quote the whole field where its value has a comma, "pattern=\\d{1,3}"';
  if (fields === null)
    return { attributes, faults: [{ message: "a quoted field is not closed", got: text, hint: quoting }] };
  let bare = false;
  for (const field of fields) {
    const [, key, written] = /^([\w-]+)\s*=(.*)$/s.exec(field) ?? [];
    const name = key === undefined ? "value" : key.toLowerCase();
    if (key === undefined) bare = true;
    if (Object.hasOwn(attributes, name)) faults.push({ message: `"${name}" is given twice`, got: text, hint: quoting });
    attributes[name] = (written ?? field).trim();
  }
  if (bare && (attributes.type ?? "raw") !== "raw") {
    faults.push({ message: "a field is not attribute=value", got: attributes.value, hint: quoting });
  }
  return { attributes, faults };
}

/** The rules of a text, one per line; lines that start with `#` are comments. */
export function ruleLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
