import { nameSlug } from "../../core/slug.ts";
import { plainSlug, renderParsed, type RenderedParts } from "../../templates/template.ts";
import type { Template } from "../../templates/syntax.ts";
import type { AttributeReader, Pattern } from "../attributes.ts";
import {
  type Gift,
  type Give,
  missed,
  nothing,
  type Release,
  type RuleScope,
  type RuleType,
  type Value,
} from "../rule.ts";
import type { Scheme, Version } from "../schemes/scheme.ts";

/** A text that should hold a version, or why there is none in this build. */
export type Source = Pick<RenderedParts, "value" | "origin"> | Gift;

/** Rules of type semver, pep440 and calver: tags from the version that a git tag, or `value`, holds. */
export function versionType(scheme: Scheme, defaultPattern: string | null): RuleType {
  return {
    attributes: ["pattern", "value", "match", "zero"],
    priority: 900,
    compile: (reader) => {
      if (defaultPattern === null && !reader.has("pattern")) {
        reader.fault("pattern", { message: "is missing", hint: "write pattern={{version}}" });
      }
      const value = reader.text("value", "") === "" ? null : reader.template("value", "");
      return giveVersion(reader, scheme, defaultPattern ?? "", (scope) => tagOrValue(scope, value));
    },
  };
}

/** The git tag's name, or what `value` says; the rule's own faults are in it. */
export function tagOrValue({ event, context }: RuleScope, value: Template | null): Source {
  if (value !== null) {
    const { value: text, origin, faults } = renderParsed(value, context);
    if (faults.length > 0) return { values: [], reason: "its value cannot be rendered", faults };
    return text === "" ? nothing("its value is empty in this build") : { value: text, origin };
  }
  return event.tag === null ? nothing("this is not a build of a git tag") : { value: event.tag, origin: null };
}

interface VersionRule {
  scheme: Scheme;
  pattern: Template;
  /** The pattern may be used for a pre-release. */
  isWhole: boolean;
  match: Pattern | null;
  read: (text: string) => Version | null;
  higher: ReturnType<typeof higherThan>;
  /** Whether a tag `0` is given. */
  zero: boolean;
}

/** Compiles what all rules about versions share; `source` finds the text. */
export function giveVersion(
  reader: AttributeReader,
  scheme: Scheme,
  defaultPattern: string,
  source: (scope: RuleScope) => Source,
): Give {
  const pattern = reader.template("pattern", defaultPattern, scheme.expressions);
  const match = versionMatch(reader);
  const read = (text: string) => {
    const part = match === null ? text : match.regex.exec(text)?.[1];
    return part === undefined ? null : scheme.parse(part.replaceAll("/", "-"));
  };
  const isWhole = pattern.parts.some((part) => typeof part !== "string" && scheme.whole.includes(part.name));
  const zero = reader.flag("zero", true);
  const rule: VersionRule = { scheme, pattern, isWhole, match, read, higher: higherThan(scheme, read), zero };
  return (scope) => {
    const text = source(scope);
    return "values" in text ? text : giveTag(rule, text.value, text.origin === "branch", scope);
  };
}

function giveTag(rule: VersionRule, text: string, fromBranch: boolean, { context, event }: RuleScope): Gift {
  const { scheme, pattern, match } = rule;
  if (match !== null && !match.regex.test(text)) return missed(`"${text}" does not match ${match.written}`);
  const found = rule.read(text);
  if (found === null) return missed(`"${text}" is not a ${scheme.title}`);
  // What is not final where the code is hosted is not final here, whatever its git tag looks like.
  const version = event.prerelease ? { ...found, stable: false } : found;
  const { version: whole = "" } = version.fields;
  const empty = pattern.parts.find((part) => typeof part !== "string" && version.fields[part.name] === "");
  if (typeof empty === "object" && (version.stable || rule.isWhole)) return nothing(`"${text}" has no ${empty.name}`);
  const rendered =
    version.stable || rule.isWhole
      ? renderParsed(pattern, { ...context, own: version.fields }, plainSlug)
      : { value: whole, origin: null, shape: whole, faults: [] };
  const { value: tag, faults } = rendered;
  if (faults.length > 0) return { values: [], reason: "its pattern cannot be rendered", faults };
  if (tag === "0" && !rule.zero) return nothing("versions before 1.0 do not get a tag 0");
  const release = version.stable ? { higher: (tags: readonly string[]) => rule.higher(tags, version) } : null;
  const value: Value = fromBranch
    ? { text: nameSlug(tag), name: tag, origin: "branch", shape: "x", latest: false, release }
    : { text: tag, origin: rendered.origin, shape: rendered.shape, latest: version.stable, release };
  const is = `"${text}" is the ${scheme.title} ${whole}${version.stable ? "" : ", not a final release"}`;
  return { values: [value], reason: version.stable || rule.isWhole ? is : `${is}, so it gets only its whole version` };
}

/** `match` takes the version out of a longer name: its first group. */
function versionMatch(reader: AttributeReader): Pattern | null {
  const match = reader.pattern("match");
  if (match === null || match.groups > 0) return match;
  reader.fault("match", {
    message: "has no group",
    got: match.written,
    hint: "put the version in brackets: ^app1/(.*)$",
  });
  return null;
}

/** Finds the git tag with the highest final version, once per list of tags, and tells whether it is above a version. */
export function higherThan(scheme: Scheme, read: (text: string) => Version | null) {
  const known = new WeakMap<readonly string[], { tag: string; version: Version } | null>();
  const highest = (tags: readonly string[]) => {
    let best: { tag: string; version: Version } | null = null;
    for (const tag of tags) {
      const version = read(tag);
      if (version?.stable === true && (best === null || scheme.compare(version, best.version) > 0))
        best = { tag, version };
    }
    return best;
  };
  return (tags: readonly string[], version: Version): ReturnType<Release["higher"]> => {
    if (!known.has(tags)) known.set(tags, highest(tags));
    const best = known.get(tags) ?? null;
    return best !== null && scheme.compare(best.version, version) > 0 ? best.tag : null;
  };
}
