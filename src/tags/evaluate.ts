import { pushAll } from "../core/push-all.ts";
import type { Affixes } from "../core/build-tag.ts";
import { emptyFaults, plainSlug, renderParsed } from "../templates/template.ts";
import { type Fault, problemsAt, type Template } from "../templates/syntax.ts";
import type { Problem } from "../core/errors.ts";
import { finishTag, type RuleAffix } from "./finish.ts";
import { doubts, type GivenTag } from "./doubts.ts";
import { decideLatest } from "./latest.ts";
import { namesTarget, type TagPolicy } from "./policy.ts";
import { type Gift, type Rule, type RuleScope, said, type TagInputs, templateContext, type Value } from "./rule.ts";
import { matchesWhen } from "./when.ts";

/** What one rule gave. */
export interface RuleOutcome {
  /** The rule, as written or in docker/metadata-action's syntax. */
  rule: string;
  tags: string[];
  /** Why it gave these, or none, in words for the user. */
  reason: string;
}

/** The moving tags of a target in one build. */
export interface TagEvaluation {
  /** The first tag that is not `latest`, without the target's affixes: the image's version. Null if there is none. */
  version: string | null;
  /** In order of priority, each once, `latest` last. The build tag is not one of them. */
  tags: string[];
  rules: RuleOutcome[];
  problems: Problem[];
  /** What is allowed but probably not meant in this build. */
  warnings: Problem[];
}

/** So many tags an image may get: each is a request to the registry. */
const mostTags = 1000;

interface Run {
  policy: TagPolicy;
  scope: RuleScope;
  affixes: Affixes;
  problems: Problem[];
  rules: RuleOutcome[];
  /** What each rule gave, as far as there is more to say about it. */
  given: GivenTag[];
  warnings: Problem[];
  version: string | null;
  first: { rule: Rule; value: Value } | null;
}

const noAffixes: Affixes = { prefix: "", suffix: "" };

/** What was evaluated before of the same inputs: thousands of targets may share the same thousand rules. */
const evaluated = new WeakMap<TagInputs, WeakMap<TagPolicy, Map<string, TagEvaluation>>>();
/** So many are kept of each policy: where all targets have affixes of their own, keeping them costs more than it saves. */
const mostKept = 100;

/** Evaluates the rules of `policy` for a target with these affixes. `path` is the target's, for problems with those. */
export function evaluateTags(
  policy: TagPolicy,
  inputs: TagInputs,
  affixes: Affixes & { name?: string },
  path: string,
): TagEvaluation {
  const byPolicy = evaluated.get(inputs) ?? new WeakMap<TagPolicy, Map<string, TagEvaluation>>();
  const byAffixes = byPolicy.get(policy) ?? new Map<string, TagEvaluation>();
  const target = namesTarget(policy) ? affixes.name : undefined;
  evaluated.set(inputs, byPolicy.set(policy, byAffixes));
  const key = JSON.stringify([affixes.prefix, affixes.suffix, target]);
  const evaluation = byAffixes.get(key) ?? evaluate(policy, inputs, affixes, target);
  if (byAffixes.size < mostKept) byAffixes.set(key, evaluation);
  return { ...evaluation, problems: [...affixProblems(affixes, path), ...evaluation.problems] };
}

function evaluate(policy: TagPolicy, inputs: TagInputs, affixes: Affixes, target: string | undefined): TagEvaluation {
  const { event } = inputs;
  const scope: RuleScope = { ...inputs, context: templateContext(inputs, target) };
  const run: Run = {
    policy,
    scope,
    affixes,
    problems: [],
    rules: [],
    given: [],
    warnings: [],
    version: null,
    first: null,
  };
  for (const rule of policy.rules) {
    const { tags, reason } = evaluateRule(rule, run);
    run.rules.push({ rule: rule.text, tags, reason });
  }
  for (const tag of inputs.extra ?? []) run.rules.push(extraTag(tag, run));
  run.rules.push(latestTag(run));
  const tags = [...new Set(run.rules.flatMap((outcome) => outcome.tags))];
  if (tags.length > mostTags) {
    run.problems.push({ path: "tags", message: `come to more than ${mostTags} tags for one image`, got: tags.length });
  }
  const warnings = [...run.warnings, ...doubts(policy, run.given, event)];
  return { version: run.version, tags, rules: run.rules, problems: unique(run.problems), warnings };
}

type Given = Omit<RuleOutcome, "rule">;

function evaluateRule(rule: Rule, run: Run): Given {
  const { scope, problems } = run;
  const fits = rule.when === null || matchesWhen(rule.when, scope.event);
  if (!fits) return { tags: [], reason: "its when does not match this build" };
  const enable = renderParsed(rule.enable, scope.context);
  pushAll(problems, problemsAt(`${rule.path}.enable`, enable.faults));
  if (enable.value !== "true" && enable.value !== "false" && enable.faults.length === 0) {
    problems.push({ path: `${rule.path}.enable`, message: "must be true or false", got: enable.value });
  }
  if (enable.value !== "true") return { tags: [], reason: "its enable is not true" };
  const gift = rule.searches ? (scope.limited(() => rule.give(scope))?.value ?? tooLong) : rule.give(scope);
  pushAll(problems, problemsAt(rule.path, gift.faults ?? []));
  const missed = gift.missed === true && rule.strict;
  const isWithoutFile = rule.files.some((file) => typeof scope.files.get(file) !== "string");
  if (isWithoutFile && gift.missed === true && !missed) {
    run.warnings.push({ path: rule.path, message: `gives no tag, as ${gift.reason}` });
  }
  if (missed) problems.push({ path: rule.path, message: gift.reason, hint: "strict makes this an error" });
  return finishAll(gift.values, gift.reason, rule, run);
}

const tooLong: Gift = {
  values: [],
  reason: "its pattern takes too long",
  faults: [
    {
      message: "its pattern takes too long to match",
      hint: "do not repeat what is a repetition itself, as in (a+)+, and begin with ^",
    },
  ],
};

function finishAll(values: readonly Value[], reason: string, rule: Rule, run: Run): Given {
  const given: Given = { tags: [], reason };
  if (values.length === 0) return given;
  const known = run.problems.length;
  const [prefix, suffix] = [ruleAffix("prefix", rule, run), ruleAffix("suffix", rule, run)];
  if (run.problems.length > known) return given;
  for (const value of values) {
    const finished = finishTag(value, prefix, suffix, run.affixes, run.scope.event);
    if ("refused" in finished) given.reason = finished.refused;
    else if ("fault" in finished) run.problems.push({ path: rule.path, ...finished.fault });
    else {
      given.tags.push(finished.tag);
      run.given.push({
        rule,
        name: value.origin === "branch" ? (value.name ?? value.text) : null,
        core: finished.core,
      });
      given.reason += changeOf(value, finished.changed);
      run.first ??= { rule, value };
      run.version ??= versionOf(value, prefix, suffix, run);
    }
  }
  return given;
}

/** Why a tag is not the name that it was made from. */
function changeOf({ text, name, origin }: Value, taken: boolean): string {
  if (taken) return "; changed, because the name as it is would be reserved or not a valid tag";
  const lost = origin !== null && name !== undefined && text !== name.replaceAll("/", "-");
  return lost ? "; the hash stands for what a tag cannot hold" : "";
}

/** The tag without the target's affixes, unless it is a mere alias. */
function versionOf(value: Value, prefix: RuleAffix, suffix: RuleAffix, { scope }: Run): string | null {
  if (value.alias === true) return null;
  const finished = finishTag(value, prefix, suffix, noAffixes, scope.event);
  return "tag" in finished && finished.tag !== "latest" ? finished.tag : null;
}

/** What goes around a rule's tags: its own, else the flavor's. */
function ruleAffix(key: "prefix" | "suffix", rule: Rule, run: Run): RuleAffix {
  if (rule[key] !== null) return affix(rule[key], `${rule.path}.${key}`, run);
  return affix(run.policy.flavor[key]?.template ?? null, `flavor.${key}`, run);
}

function affix(template: Template | null, path: string, { scope, problems }: Run): RuleAffix {
  if (template === null) return null;
  const rendered = renderParsed(template, scope.context, plainSlug);
  pushAll(problems, problemsAt(path, [...rendered.faults, ...emptyVariables(template, scope)]));
  return rendered;
}

/** An affix tells variants apart: one that is not filled in gives a variant the tags of another. */
function emptyVariables({ parts, ...rest }: Template, { context }: RuleScope): Fault[] {
  const variables = parts.filter((part) => typeof part !== "string" && part.name.startsWith("env."));
  return emptyFaults({ ...rest, parts: variables }, context);
}

/** A tag from the command line: used as it is, or not at all. */
function extraTag(tag: string, run: Run): RuleOutcome {
  const value = said(tag, { exact: true });
  const bare = finishTag(value, null, null, noAffixes, run.scope.event);
  // What is wrong with the tag itself is the same for every target.
  const finished = "fault" in bare ? bare : finishTag(value, null, null, run.affixes, run.scope.event);
  if ("tag" in finished) run.version ??= versionOf(value, null, null, run);
  if ("fault" in finished) {
    const { message, got } = finished.fault;
    run.problems.push({ path: "--tag", message, got });
  }
  const reason = "refused" in finished ? finished.refused : "the command line says so";
  return { rule: `--tag ${tag}`, tags: "tag" in finished ? [finished.tag] : [], reason };
}

function latestTag(run: Run): RuleOutcome {
  const { flavor } = run.policy;
  const rule = `latest=${typeof flavor.latest === "string" ? flavor.latest : flavor.latest.text}`;
  const { moves, reason } = decideLatest(flavor, run.first, run.scope);
  if (!moves) return { rule, tags: [], reason };
  const prefix = affix(flavor.prefix?.onLatest === true ? flavor.prefix.template : null, "flavor.prefix", run);
  const suffix = affix(flavor.suffix?.onLatest === true ? flavor.suffix.template : null, "flavor.suffix", run);
  const finished = finishTag(said("latest"), prefix, suffix, run.affixes, run.scope.event);
  if ("fault" in finished) run.problems.push({ path: "flavor.latest", ...finished.fault });
  return {
    rule,
    tags: "tag" in finished ? [finished.tag] : [],
    reason: "refused" in finished ? finished.refused : reason,
  };
}

/** The flavor's problems come up once per rule. */
function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function affixProblems({ prefix }: Affixes, path: string): Problem[] {
  if (!prefix.startsWith("pr-")) return [];
  return [
    { path: `${path}.prefix`, message: 'must not start with "pr-": those tags belong to pull requests', got: prefix },
  ];
}
