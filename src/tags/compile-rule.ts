import { didYouMean, finder } from "../core/suggest.ts";
import { pushAll } from "../core/push-all.ts";
import { shellVariable } from "../templates/shell-variable.ts";
import { parseTemplate } from "../templates/syntax.ts";
import { type AttributeReader, attributeReader, type Report } from "./attributes.ts";
import type { Rule } from "./rule.ts";
import { ruleTypes } from "./types/index.ts";
import { parseWhen, type When } from "./when.ts";

/** A rule as it was written; its attributes are not checked yet. */
export interface WrittenRule {
  /** For explanations. */
  text: string;
  path: string;
  attributes: Readonly<Record<string, unknown>>;
}

const common = ["type", "enable", "priority", "prefix", "suffix", "strict", "latest", "when"];
/** YAML reads 1.10 as 1.1 and 0351500 as 119616, so only what is meant as a number may be one. */
const numeric = new Set(["priority", "group", "format"]);

const patterns = new Set(["pattern", "match"]);

/** Compiles a rule; null if its type is not known. Mistakes go into the report. */
export function compileRule(written: WrittenRule, report: Report): Rule | null {
  const { text, path } = written;
  const attributes = textsOf(written, report);
  const name = attributes.type ?? "raw";
  const type = Object.hasOwn(ruleTypes, name) ? ruleTypes[name] : undefined;
  if (type === undefined) {
    const hint = didYouMean(name, Object.keys(ruleTypes));
    report.problems.push({ path: `${path}.type`, message: "unknown type of rule", got: name, hint });
    return null;
  }
  const known = [...common, ...type.attributes];
  const find = finder(known);
  for (const key of Object.keys(attributes)) {
    if (known.includes(key)) continue;
    report.problems.push({
      path: `${path}.${key}`,
      message: `unknown attribute of type=${name}`,
      hint: didYouMean(key, known, find),
    });
  }
  const reader = attributeReader(attributes, path, report);
  const prefix = type.prefix?.(reader);
  return {
    text,
    path,
    priority: reader.number("priority", type.priority),
    enable: enableOf(reader),
    prefix: reader.has("prefix") || prefix !== undefined ? reader.template("prefix", prefix ?? "") : null,
    suffix: reader.has("suffix") ? reader.template("suffix", "") : null,
    when: whenOf(written, report),
    strict: reader.flag("strict", false),
    latest: reader.has("latest") ? reader.flag("latest", false) : null,
    files: type.files?.(reader) ?? [],
    names: type.names?.(reader) ?? [],
    namesTarget: Object.values(attributes).some((one) => one.includes("target") && parseTemplate(one).namesTarget),
    searches: name === "match" || reader.has("match"),
    give: type.compile(reader),
  };
}

/** `enable` with an expression can only be checked once it is rendered. */
function enableOf(reader: AttributeReader) {
  const template = reader.template("enable", "true");
  if (template.parts.every((part) => typeof part === "string")) reader.flag("enable", true);
  return template;
}

function whenOf({ attributes, path }: WrittenRule, report: Report): When | null {
  if (attributes.when === undefined) return null;
  const { when, problems } = parseWhen(attributes.when, `${path}.when`);
  pushAll(report.problems, problems);
  return when;
}

/** Attributes as strings. One that is something else is reported, and counts as given but empty. */
function textsOf({ attributes, path }: WrittenRule, report: Report): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [key, got] of Object.entries(attributes)) {
    // A "$" is an expression's end in these.
    const fault = typeof got === "string" && !patterns.has(key) ? shellVariable(got) : null;
    if (fault !== null) {
      report.problems.push({ path: `${path}.${key}`, ...fault });
      texts[key] = "";
      continue;
    }
    const isText = typeof got === "string" || typeof got === "boolean" || (typeof got === "number" && numeric.has(key));
    texts[key] = isText ? String(got) : "";
    if (isText || key === "when") continue;
    const hint = typeof got === "number" ? { hint: "put it in quotes; YAML reads 1.10 as 1.1" } : {};
    report.problems.push({ path: `${path}.${key}`, message: "must be a string", got, ...hint });
  }
  return texts;
}
