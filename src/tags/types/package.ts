import { isDefaultBranch } from "../../core/event.ts";
import { isRecord } from "../record.ts";
import { type Gift, missed, nothing, type RuleScope, type RuleType } from "../rule.ts";
import { semver } from "../schemes/semver.ts";
import { contentOf, relativePath } from "./file.ts";
import { giveVersion, type Source } from "./version.ts";

/** Tags from the version in a package.json, or in a file that holds nothing else, like VERSION. */
export const packageVersion: RuleType = {
  attributes: ["path", "pattern", "zero"],
  priority: 900,
  files: (reader) => [relativePath(reader, "package.json")],
  compile: (reader) => {
    const path = reader.text("path", "package.json");
    const anywhere = reader.has("when");
    return giveVersion(reader, semver, "{{version}}", (scope) => {
      // The file says the same version on every branch, whose builds must not all move it.
      const settled = scope.event.tag !== null || isDefaultBranch(scope.event);
      if (!anywhere && !settled) return nothing("without a when it applies only to the default branch and to git tags");
      return versionIn(path, scope);
    });
  },
};

function versionIn(path: string, { files }: RuleScope): Source {
  const content = contentOf(path, files);
  if (typeof content !== "string") return content;
  if (!path.endsWith(".json")) return { value: content.trim(), origin: null };
  const version = versionOf(content, path);
  return typeof version === "string" ? { value: version, origin: null } : version;
}

function versionOf(content: string, path: string): string | Gift {
  try {
    const parsed: unknown = JSON.parse(content);
    const version = isRecord(parsed) ? parsed.version : undefined;
    return typeof version === "string" ? version : missed(`${path} has no version`);
  } catch {
    const reason = `${path} is not valid JSON`;
    return { values: [], reason, faults: [{ message: reason }] };
  }
}
