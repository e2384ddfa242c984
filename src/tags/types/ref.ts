import { isPullRequest } from "../../core/event.ts";
import { nameSlug } from "../../core/slug.ts";
import type { AttributeReader } from "../attributes.ts";
import { type Give, nothing, type RuleType, said } from "../rule.ts";
import { semver } from "../schemes/semver.ts";
import { higherThan } from "./version.ts";

/** The name of the branch or git tag, or the number of the pull request. */
export const ref: RuleType = {
  attributes: ["event", "semver"],
  priority: 600,
  prefix: (reader) => (reader.text("event", "") === "pr" ? "pr-" : undefined),
  compile: (reader) => {
    const kinds: Readonly<Record<string, Give>> = { branch, tag: tag(reader), pr };
    return kinds[reader.choice("event", ["branch", "tag", "pr"], "")] ?? branch;
  },
};

const branch: Give = ({ event }) => {
  const name = event.branch;
  if (name === null) return nothing("this is not a build of a branch");
  return { values: [said(nameSlug(name), { name, origin: "branch", shape: "x" })], reason: `the branch is ${name}` };
};

const higher = higherThan(semver, semver.parse);

/** `semver=false`: only tags that are not semantic versions. */
function tag(reader: AttributeReader): Give {
  const versions = reader.flag("semver", true);
  return ({ event }) => {
    const name = event.tag;
    if (name === null) return nothing("this is not a build of a git tag");
    const version = semver.parse(name);
    if (version !== null && !versions) return nothing(`"${name}" is a semantic version`);
    const value = said(nameSlug(name), {
      name,
      origin: "tag",
      latest: !event.prerelease && (version?.stable ?? true),
      release: version?.stable === true && !event.prerelease ? { higher: (tags) => higher(tags, version) } : null,
    });
    return { values: [value], reason: `the git tag is ${name}` };
  };
}

const pr: Give = ({ event }) => {
  if (!isPullRequest(event)) return nothing("this is not a build of a pull request");
  const number = event.pullRequest;
  if (number === null) return nothing("CI does not say the pull request's number");
  return { values: [said(String(number), { own: true })], reason: `this is pull request ${number}` };
};
