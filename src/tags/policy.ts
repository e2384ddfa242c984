import { pushAll } from "../core/push-all.ts";
import { didYouMean, nearest } from "../core/suggest.ts";
import { problemsAt } from "../templates/syntax.ts";
import type { Problem } from "../core/errors.ts";
import type { Report } from "./attributes.ts";
import { compileRule, type WrittenRule } from "./compile-rule.ts";
import { type Flavor, parseFlavor } from "./flavor.ts";
import { presets } from "./presets.ts";
import type { Rule } from "./rule.ts";
import { isRecord } from "./record.ts";
import { readRuleString, ruleLines } from "./rule-string.ts";

/** So many rules there may be in one list. */
const mostRules = 1000;

/** Tag rules, compiled, in the order in which they give their tags. Targets may share one. */
export interface TagPolicy {
  rules: readonly Rule[];
  flavor: Flavor;
}

/** A policy, and what is wrong with how it was written. Only a policy without problems can be used. */
export interface ParsedPolicy {
  policy: TagPolicy;
  problems: Problem[];
  /** What is allowed but probably not meant. */
  warnings: Problem[];
}

/**
 * Reads tag rules: a preset's name, strings in docker/metadata-action's syntax (one per line), objects, or a list of
 * these. Without any it is the preset `default`; an empty list means no moving tags. `path` is where the tags are
 * written.
 */
export function parseTagPolicy(written: { tags?: unknown; flavor?: unknown }, path: string): ParsedPolicy {
  const report: Report = { problems: [], warnings: [] };
  const flavor = parseFlavor(written.flavor, "flavor", report);
  const entries = entriesOf(written.tags ?? "default", path);
  const all = entries.flatMap((entry) => rulesOf(entry.value, entry.path, flavor, report));
  if (all.length > mostRules)
    report.problems.push({ path, message: `has more than ${mostRules} rules`, got: all.length });
  const rules = all
    .slice(0, mostRules)
    .map((rule) => compileRule(rule, report))
    .filter((rule) => rule !== null)
    .toSorted((a, b) => b.priority - a.priority);
  return { policy: { rules, flavor }, ...report };
}

/** The files that the rules read, relative to the config file, each once. */
export function policyFiles(policy: TagPolicy): string[] {
  return [...new Set(policy.rules.flatMap((rule) => rule.files))];
}

/** Whether the policy asks for the git tags of the repository. */
export function needsGitTags(policy: TagPolicy): boolean {
  return policy.flavor.latest === "highest";
}

/** Whether the tags depend on what the target is called. */
export function namesTarget({ rules, flavor: { prefix, suffix } }: TagPolicy): boolean {
  return rules.some((rule) => rule.namesTarget) || [prefix, suffix].some((one) => one?.template.namesTarget === true);
}

function entriesOf(tags: unknown, path: string): { value: unknown; path: string }[] {
  if (!Array.isArray(tags)) return [{ value: tags, path }];
  return tags.map((value: unknown, at) => ({ value, path: `${path}.${at}` }));
}

function rulesOf(written: unknown, path: string, flavor: Flavor, report: Report): WrittenRule[] {
  if (isRecord(written)) return [{ text: canonical(written), path, attributes: written }];
  if (typeof written === "string") return ruleLines(written).flatMap((line) => rulesOfLine(line, path, flavor, report));
  const hint =
    typeof written === "number" ? "put it in quotes; YAML reads 1.10 as 1.1" : "write a rule as a string or an object";
  report.problems.push({ path, message: "is not a tag rule", got: written, hint });
  return [];
}

function rulesOfLine(line: string, path: string, flavor: Flavor, report: Report): WrittenRule[] {
  const preset = Object.hasOwn(presets, line) ? presets[line] : undefined;
  if (preset !== undefined)
    return preset(flavor).map((attributes) => ({ text: canonical(attributes), path, attributes }));
  const names = Object.keys(presets);
  if (nearest(line, names) !== null) {
    report.problems.push({
      path,
      message: "unknown preset",
      got: line,
      hint: `${didYouMean(line, names)} A tag of that name is type=raw,value=${line}`,
    });
    return [];
  }
  const { attributes, faults } = readRuleString(line);
  pushAll(report.problems, problemsAt(path, faults));
  return faults.length > 0 ? [] : [{ text: line, path, attributes }];
}

/** A rule's object in docker/metadata-action's syntax, followed by its `when`. */
function canonical({ when, ...attributes }: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(attributes).map(([key, value]) => {
    const field = `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`;
    return /[,"]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  });
  return `${fields.join(",")}${when === undefined ? "" : ` when ${JSON.stringify(when)}`}`;
}
