import { pushAll } from "../core/push-all.ts";
import { didYouMean, expected } from "../core/suggest.ts";
import { parseTemplate, problemsAt, type Template } from "../templates/syntax.ts";
import type { Report } from "./attributes.ts";
import { csvFields } from "./csv.ts";
import { isRecord } from "./record.ts";
import { ruleLines } from "./rule-string.ts";
import { parseWhen, type When } from "./when.ts";

/** What holds for all rules: docker/metadata-action's flavor. https://github.com/docker/metadata-action#flavor-input */
export interface Flavor {
  /**
   * When `latest` is given: `auto` if the first tag is of a final release, `highest` if no other git tag has a higher
   * version, always, never, or in the builds of a `when`.
   */
  latest: "auto" | "highest" | "true" | "false" | When;
  prefix: Affix | null;
  suffix: Affix | null;
}

interface Affix {
  template: Template;
  /** Whether `latest` gets it too. */
  onLatest: boolean;
}

type Field = readonly [key: string, value: unknown];

const latestValues = ["auto", "highest", "true", "false"] as const;
const keys = ["latest", "prefix", "suffix", "onlatest"];

/** Reads a flavor: `prefix=v,onlatest=true` in lines or a list, or the same as an object. */
export function parseFlavor(written: unknown, path: string, report: Report): Flavor {
  const flavor: Flavor = { latest: "auto", prefix: null, suffix: null };
  for (const record of records(written, path, report)) readRecord(record, path, flavor, report);
  return flavor;
}

function records(written: unknown, path: string, report: Report): Field[][] {
  if (written === undefined) return [];
  const entries: unknown[] = Array.isArray(written) ? written : [written];
  return entries.flatMap((entry): Field[][] => {
    if (typeof entry === "string") return ruleLines(entry).map((line) => fieldsOf(line, path, report));
    if (isRecord(entry)) return [lastOnLatest(Object.entries(entry))];
    report.problems.push({
      path,
      message: "must be a string or an object",
      got: entry,
      hint: 'write "latest=false" or { latest: false }',
    });
    return [];
  });
}

/** In an object `onlatest` holds for prefix and suffix; the order of its keys means nothing. */
function lastOnLatest(fields: Field[]): Field[] {
  const others = fields.filter(([key]) => key !== "onlatest");
  const onLatest = fields.find(([key]) => key === "onlatest");
  return onLatest === undefined ? others : others.flatMap((field) => (isAffix(field[0]) ? [field, onLatest] : [field]));
}

function isAffix(key: string): key is "prefix" | "suffix" {
  return key === "prefix" || key === "suffix";
}

function fieldsOf(line: string, path: string, report: Report): Field[] {
  const fields = csvFields(line);
  if (fields === null) report.problems.push({ path, message: "a quoted field is not closed", got: line });
  return (fields ?? []).flatMap((field): Field[] => {
    const [, key, value] = /^([\w-]+)\s*=\s*(.*)$/s.exec(field) ?? [];
    if (key !== undefined) return [[key.toLowerCase(), value ?? ""]];
    report.problems.push({ path, message: "is not key=value", got: field, hint: expected(keys) });
    return [];
  });
}

function readRecord(record: readonly Field[], path: string, flavor: Flavor, report: Report): void {
  let last: "prefix" | "suffix" | null = null;
  for (const [key, value] of record) {
    const at = `${path}.${key}`;
    if (key === "latest") flavor.latest = latestOf(value, at, report);
    else if (isAffix(key)) {
      flavor[key] = affixOf(value, at, report);
      last = key;
    } else if (key === "onlatest") setOnLatest(last === null ? null : flavor[last], value, at, report);
    else report.problems.push({ path: at, message: "unknown key", hint: didYouMean(key, keys) });
  }
}

function latestOf(value: unknown, path: string, report: Report): Flavor["latest"] {
  if (typeof value === "object") {
    const { when, problems } = parseWhen(value, path);
    pushAll(report.problems, problems);
    return when ?? "auto";
  }
  const text = typeof value === "boolean" ? String(value) : value;
  const known = latestValues.find((name) => name === text);
  if (known === undefined) {
    report.problems.push({
      path,
      message: `must be ${latestValues.join(", ")} or a when`,
      got: value,
      ...(typeof value === "string" ? { hint: didYouMean(value, latestValues) } : {}),
    });
  }
  return known ?? "auto";
}

function affixOf(value: unknown, path: string, report: Report): Affix | null {
  if (typeof value !== "string") {
    report.problems.push({ path, message: "must be a string", got: value });
    return null;
  }
  const template = parseTemplate(value);
  pushAll(report.problems, problemsAt(path, template.faults));
  pushAll(report.warnings, problemsAt(path, template.notes));
  return { template, onLatest: false };
}

function setOnLatest(affix: Affix | null, value: unknown, path: string, report: Report): void {
  if (!["true", "false"].includes(String(value)))
    report.problems.push({ path, message: "must be true or false", got: value });
  if (affix !== null) affix.onLatest = String(value) === "true";
  else
    report.problems.push({
      path,
      message: "must follow a prefix or suffix",
      got: value,
      hint: "write prefix=v,onlatest=true",
    });
}
