import type { BuildEvent } from "../core/event.ts";
import type { FileFault } from "../host/host.ts";
import type { ListedEnvironment, TemplateContext } from "../templates/template.ts";
import type { Origin } from "../templates/expressions.ts";
import type { Fault, Template } from "../templates/syntax.ts";
import type { AttributeReader } from "./attributes.ts";
import type { When } from "./when.ts";

/** What tags are made from. */
export interface TagInputs {
  event: BuildEvent;
  /** Milliseconds since 1970, SOURCE_DATE_EPOCH applied: what `{{date}}` shows. */
  now: number;
  /** The environment variables that the config lists. */
  env: ListedEnvironment;
  /** Contents by path of the files that `policyFiles` names, or why one cannot be read. */
  files: ReadonlyMap<string, string | FileFault>;
  /** All tags of the git repository, for `latest: highest`; null where they are not known. */
  gitTags: readonly string[] | null;
  /** Runs `work`, and gives up on it where it takes too long; null then. A regular expression may take years. */
  limited: <T>(work: () => T) => { value: T } | null;
  /** Tags given on the command line. */
  extra?: readonly string[] | undefined;
  /** The architecture that this host builds for. */
  arch?: string | undefined;
}

/** What templates stand for in that build; in a target's own text it is named. */
export function templateContext({ event, now, env, arch }: TagInputs, target?: string): TemplateContext {
  return { event, now, env, arch, target };
}

/** A tag before prefix, suffix and sanitising. */
export interface Value {
  text: string;
  /** The name that a hash would be made from, where `text` is only its slug. */
  name?: string;
  /** Whose name it is made from; null if the rule itself states it. */
  origin: Origin | null;
  /** The text with `x` for every name of a branch. */
  shape: string;
  /** Whether `latest=auto` moves `latest` to it. */
  latest: boolean;
  /** The version behind it, for `latest=highest`. */
  release?: Release | null;
  /** Names this build alone (a commit, a build number, a pull request), so it may look like a version. */
  own?: boolean;
  /** To be used as it is or not at all: nothing is replaced. */
  exact?: boolean;
  /** Stands for another tag of the same rule, so it is not the image's version. */
  alias?: boolean;
  /** With a suffix, the tag is that suffix alone. */
  yieldsToSuffix?: boolean;
}

/** A version that can be compared with those of other git tags. */
export interface Release {
  /** The git tag with a higher version, if there is one. */
  higher: (gitTags: readonly string[]) => string | null;
}

/** What a rule gives in one build, and why, in words for the user. */
export interface Gift {
  values: Value[];
  reason: string;
  /** It should have given a tag; with `strict` that is an error. */
  missed?: boolean;
  faults?: Fault[];
}

export interface RuleScope extends TagInputs {
  context: TemplateContext;
}

export type Give = (scope: RuleScope) => Gift;

/** A kind of rule: its attributes besides the common ones, and how it is compiled. */
export interface RuleType {
  attributes: readonly string[];
  /** Rules of higher priority come first; docker/metadata-action's numbers. */
  priority: number;
  /** The prefix of a rule that does not set one; it wins over the flavor's. */
  prefix?: (reader: AttributeReader) => string | undefined;
  /** The files that it reads. */
  files?: (reader: AttributeReader) => string[];
  /** The tags that it gives to builds of its own kind, as far as they are known: a branch of such a name would share them. */
  names?: (reader: AttributeReader) => string[];
  compile: (reader: AttributeReader) => Give;
}

/** A rule, compiled: everything that does not depend on the build is done. */
export interface Rule {
  /** As written, or in docker/metadata-action's syntax. */
  text: string;
  path: string;
  priority: number;
  enable: Template;
  prefix: Template | null;
  suffix: Template | null;
  when: When | null;
  strict: boolean;
  /** What the rule says about `latest`; null if it leaves that to its type. */
  latest: boolean | null;
  files: readonly string[];
  names: readonly string[];
  /** Its templates ask what the target is called. */
  namesTarget: boolean;
  /** It matches with a regular expression of the user's. */
  searches: boolean;
  give: Give;
}

/** A value that the rule itself states. */
export function said(text: string, more: Partial<Value> = {}): Value {
  return { text, origin: null, shape: text, latest: false, ...more };
}

/** Nothing, as it should be. */
export function nothing(reason: string): Gift {
  return { values: [], reason };
}

/** Nothing, though the rule was meant for this build. */
export function missed(reason: string): Gift {
  return { values: [], reason, missed: true };
}
