import { isDefaultBranch } from "../../core/event.ts";
import { type Gift, nothing, type RuleType, said } from "../rule.ts";

const form = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;

/**
 * What plugins/docker does with `auto_tag`: `latest` for the default branch, `1`, `1.2` and `1.2.3` for a git tag.
 * https://github.com/drone-plugins/drone-docker/blob/master/tags.go
 */
export const autoTag: RuleType = {
  attributes: [],
  priority: 900,
  compile: () => {
    return ({ event }) => {
      if (event.tag !== null) return versionTags(event.tag, event.prerelease);
      if (!isDefaultBranch(event)) return nothing("auto_tag applies only to the default branch and to git tags");
      return { values: [said("latest", { yieldsToSuffix: true })], reason: "this is the default branch" };
    };
  },
};

function versionTags(tag: string, marked: boolean): Gift {
  const [, major = "", minor = "", patch = "", prerelease, metadata] = form.exec(tag) ?? [];
  const hint = "auto_tag needs a git tag like v1.2.3; the preset default takes any";
  const refused = (message: string): Gift => ({ values: [], reason: message, faults: [{ message, got: tag, hint }] });
  if (major === "") return refused("the git tag is not a semantic version");
  if (metadata !== undefined) return refused("auto_tag would keep the + of the git tag, which no registry accepts");
  // The plugin keeps 18.06.0 as it is, but rewrites a pre-release, whose numbers lose their leading zeros.
  if (prerelease !== undefined) {
    const numbers = [major, minor, patch].map((number) => number.replace(/^0+(?=\d)/, ""));
    return gives([`${numbers.join(".")}-${prerelease}`], `"${tag}" is a pre-release`);
  }
  if (marked) return gives([`${major}.${minor}.${patch}`], `the release of "${tag}" is marked as a pre-release`);
  const short = /^0+$/.test(major) ? [] : [major];
  return gives([...short, `${major}.${minor}`, `${major}.${minor}.${patch}`], `"${tag}" is a semantic version`);
}

function gives(tags: string[], reason: string): Gift {
  return { values: tags.map((tag) => said(tag, { alias: tag !== tags.at(-1) })), reason };
}
