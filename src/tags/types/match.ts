import { nameSlug } from "../../core/slug.ts";
import type { AttributeReader, Pattern } from "../attributes.ts";
import { missed, nothing, type RuleType, said, type Value } from "../rule.ts";
import { semver } from "../schemes/semver.ts";
import { higherThan, tagOrValue } from "./version.ts";

/** What a regular expression finds in the git tag, or in `value`. */
export const match: RuleType = {
  attributes: ["pattern", "value", "group"],
  priority: 800,
  compile: (reader) => {
    const pattern = reader.pattern("pattern");
    if (pattern === null && reader.text("pattern", "") === "") reader.fault("pattern", { message: "is missing" });
    const value = reader.text("value", "") === "" ? null : reader.template("value", "");
    const group = reader.number("group", 0);
    if (pattern !== null) checkGroup(group, pattern, reader);
    const find = (text: string) => pattern?.regex.exec(text)?.[group];
    const read = (text: string) => semver.parse(find(text) ?? "");
    const higher = higherThan(semver, read);
    return (scope) => {
      const text = tagOrValue(scope, value);
      if ("values" in text) return text;
      const found = find(text.value);
      const withGroup = group === 0 ? "" : ` with a group ${group}`;
      if (found === undefined) return missed(`"${text.value}" does not match ${pattern?.written}${withGroup}`);
      if (found === "") return nothing(`"${text.value}" matches ${pattern?.written}, but the match is empty`);
      const version = scope.event.prerelease ? null : read(text.value);
      const shared: Partial<Value> = { release: version === null ? null : { higher: (tags) => higher(tags, version) } };
      const reason = `"${text.value}" matches ${pattern?.written}`;
      if (text.origin !== "branch")
        return { values: [said(found, { ...shared, latest: !scope.event.prerelease })], reason };
      return { values: [{ ...said(nameSlug(found)), ...shared, name: found, origin: "branch", shape: "x" }], reason };
    };
  },
};

/** docker/metadata-action takes such a rule and gives no tag, so only `strict` makes it an error. */
function checkGroup(group: number, { groups, written }: Pattern, reader: AttributeReader): void {
  if (Number.isInteger(group) && group >= 0 && group <= groups) return;
  const fault = { message: `the pattern has no group ${group}, so it gives no tag`, got: written };
  if (reader.text("strict", "") === "true") reader.fault("group", fault);
  else reader.warn("group", fault);
}
