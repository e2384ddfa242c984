import { type Affixes, buildTag, buildTagParts, withAffixes } from "./build-tag.ts";
import type { BuildEvent } from "./event.ts";

/** The build whose images a promotion publishes. */
export type PromotedBuild =
  /** The one that CI calls the parent: of the same branch or git tag, and of the same commit. */
  | { by: "parent"; number: number }
  /** One by its build tag, without a target's affixes. */
  | { by: "build tag"; buildTag: string }
  /** The only one of this number among those that are up. */
  | { by: "number"; number: number }
  /** The latest one of a commit that is up. */
  | { by: "commit"; sha: string };

/** Whether this build is a promotion or a rollback; one of a pull request is not, as nothing of it is published. */
export function isPromotion({ kind }: Pick<BuildEvent, "kind">): boolean {
  return kind === "promote" || kind === "rollback";
}

/** The build that CI's own words name: the parent, or else what is up of the commit. */
export function promotedBy({ kind, parent, sha }: BuildEvent): PromotedBuild {
  return isPromotion({ kind }) && parent !== null ? { by: "parent", number: parent } : { by: "commit", sha };
}

/** What a person may write for a build, `40` or `master-860c1904a1ce-40`; null for what is neither. */
export function readPromoted(text: string): PromotedBuild | null {
  if (/^#?[1-9]\d{0,14}$/.test(text)) return { by: "number", number: Number(text.replace("#", "")) };
  return buildTagParts(text) === null ? null : { by: "build tag", buildTag: text };
}

/** The build tag of a target's image in the promoted build; null where only the registry tells. */
export function promotedTag(build: PromotedBuild, event: BuildEvent, affixes: Affixes): string | null {
  switch (build.by) {
    case "parent":
      return buildTag({ ...event, buildNumber: build.number }, affixes);
    case "build tag":
      return withAffixes(build.buildTag, affixes);
    default:
      return null;
  }
}

/** Whether only the registry tells which build it is. */
export function isFoundLate({ by }: PromotedBuild): boolean {
  return by === "number" || by === "commit";
}

/** The build in words that follow `promotes`. */
export function describePromoted(build: PromotedBuild): string {
  switch (build.by) {
    case "build tag":
      return `build ${build.buildTag}`;
    case "commit":
      return `the latest build of commit ${build.sha.slice(0, 12)}`;
    default:
      return `build ${build.number}`;
  }
}
