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
}

/** Who chose a value: a `branch` stands for any name that must not yield a reserved tag. */
export type Origin = "branch" | "tag";

interface Meaning {
  value: (source: ExpressionSource, expression: Expression) => string;
  origin?: Origin;
}

/** The expressions that docker/metadata-action has, and what else a build event tells. */
const expressions: Readonly<Record<string, Meaning>> = {
  branch: { value: ({ event }) => event.branch ?? "", origin: "branch" },
  tag: { value: ({ event }) => event.tag ?? "", origin: "tag" },
  base_ref: { value: ({ event }) => event.baseRef ?? "", origin: "branch" },
  deploy: { value: ({ event }) => event.deployTo ?? "", origin: "branch" },
  sha: { value: ({ event }) => (event.sha === nullSha ? "" : event.sha.slice(0, 7)) },
  event: { value: ({ event }) => event.kind },
  build: { value: ({ event }) => String(event.buildNumber ?? "") },
  pr: { value: ({ event }) => String(event.pullRequest ?? "") },
  is_default_branch: { value: ({ event }) => String(isDefaultBranch(event)) },
  is_not_default_branch: { value: ({ event }) => String(!isDefaultBranch(event)) },
  date: { value: ({ now }, { format, zone }) => formatDate(now, format, zone) },
  commit_date: {
    value: ({ event, now }, { format, zone }) =>
      formatDate(event.commitTime === null ? now : event.commitTime * 1000, format, zone),
  },
  version: { value: (source) => source.version ?? tagVersion(source.event)?.version ?? "" },
  major: { value: (source) => String(numbers(source)?.major ?? "") },
  minor: { value: (source) => String(numbers(source)?.minor ?? "") },
  patch: { value: (source) => String(numbers(source)?.patch ?? "") },
  prerelease: { value: (source) => numbers(source)?.prerelease.join(".") ?? "" },
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
