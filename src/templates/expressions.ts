import parseSemver from "semver/functions/parse.js";
import { type BuildEvent, isDefaultBranch, nullSha } from "../core/event.ts";
import type { Expression } from "./syntax.ts";
import { formatDate } from "./date.ts";

/** What the common expressions are made from. */
export interface ExpressionSource {
  event: BuildEvent;
  /** Milliseconds since 1970. */
  now: number;
  /** The image's version, where it is known. */
  version?: string | null | undefined;
  /** The architecture that this host builds for, `amd64`. */
  arch?: string | undefined;
  /** The target whose text it is. */
  target?: string | undefined;
}

/** Who chose a value: a `branch` stands for any name that must not yield a reserved tag. */
export type Origin = "branch" | "tag";

interface Meaning {
  value: (source: ExpressionSource, expression: Expression) => string;
  origin?: Origin;
  /** Which builds have it, where not all do. */
  only?: string;
}

const only = {
  branch: "only builds of a branch have it",
  tag: "only builds of a git tag have it",
  version: "only builds of a git tag that is a version have it",
};

/** The expressions that docker/metadata-action has, and what else a build event tells. */
const expressions: Readonly<Record<string, Meaning>> = {
  branch: { value: ({ event }) => event.branch ?? "", origin: "branch", only: only.branch },
  tag: { value: ({ event }) => event.tag ?? "", origin: "tag", only: only.tag },
  base_ref: { value: ({ event }) => event.baseRef ?? "", origin: "branch", only: "only pull requests surely have it" },
  deploy: {
    value: ({ event }) => event.deployTo ?? "",
    origin: "branch",
    only: "only promotions and rollbacks have it",
  },
  // The first so many are of the whole.
  sha: {
    value: ({ event }, { changes }) =>
      event.sha === nullSha ? "" : changes.some(({ kind }) => kind === "first") ? event.sha : event.sha.slice(0, 7),
    only: "there is no git here",
  },
  event: { value: ({ event }) => event.kind },
  build: { value: ({ event }) => String(event.buildNumber ?? ""), only: "only CI's builds have it" },
  pr: { value: ({ event }) => String(event.pullRequest ?? ""), only: "only pull requests have it" },
  repo: { value: ({ event }) => event.repository ?? "", only: "neither CI nor git says how the repository is called" },
  target: { value: ({ target }) => target ?? "", only: "this is not a target's" },
  arch: { value: ({ arch }) => arch ?? "" },
  is_default_branch: { value: ({ event }) => String(isDefaultBranch(event)) },
  is_not_default_branch: { value: ({ event }) => String(!isDefaultBranch(event)) },
  date: { value: ({ now }, { format, zone }) => formatDate(now, format, zone) },
  commit_date: {
    value: ({ event, now }, { format, zone }) =>
      formatDate(event.commitTime === null ? now : event.commitTime * 1000, format, zone),
  },
  version: {
    value: (source) => source.version ?? tagVersion(source.event)?.version ?? "",
    only: only.version,
  },
  major: { value: (source) => String(numbers(source)?.major ?? ""), only: only.version },
  minor: { value: (source) => String(numbers(source)?.minor ?? ""), only: only.version },
  patch: { value: (source) => String(numbers(source)?.patch ?? ""), only: only.version },
  prerelease: {
    value: (source) => numbers(source)?.prerelease.join(".") ?? "",
    only: "only builds of a git tag that is a pre-release have it",
  },
};

/** Their names; besides them there are `env.NAME` and `ref.<target>`. */
export const expressionNames: readonly string[] = Object.keys(expressions);

/** What `name` means; null if it means nothing. */
export function meaningOf(name: string): Meaning | null {
  return Object.hasOwn(expressions, name) ? (expressions[name] ?? null) : null;
}

/** The git tag says more than the image's version, which may carry a prefix or suffix. */
function numbers(source: ExpressionSource) {
  return tagVersion(source.event) ?? parseSemver(source.version ?? "");
}

function tagVersion(event: BuildEvent) {
  return event.tag === null ? null : parseSemver(event.tag);
}
