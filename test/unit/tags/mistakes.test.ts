import { describe, expect, test } from "vitest";
import { parseTagPolicy } from "../../../src/tags/policy.ts";
import { eventOf, tagEvent } from "./event-of.ts";
import { evaluate } from "./tags-of.ts";

describe("mistakes that show in the build only", () => {
  test.each<[string, unknown, string[]]>([
    ["enable is neither", ["type=raw,value=a,enable={{branch}}"], ["tags.0.enable: must be true or false"]],
    ["a variable is not listed", ["{{env.X}}"], ["tags.0: X is not listed"]],
    ["in enable", ["type=raw,value=a,enable={{env.X}}"], ["tags.0.enable: X is not listed"]],
    ["in a prefix", ["type=raw,value=a,prefix={{env.X}}"], ["tags.0.prefix: X is not listed"]],
    ["in a suffix", ["type=raw,value=a,suffix={{env.X}}"], ["tags.0.suffix: X is not listed"]],
    ["in a value", ["type=semver,pattern={{version}},value={{env.X}}"], ["tags.0: X is not listed"]],
    ["in a match's value", ["type=match,pattern=a,value={{env.X}}"], ["tags.0: X is not listed"]],
    ["in a pattern", ["type=semver,pattern={{env.X}},value=1.2.3"], ["tags.0: X is not listed"]],
    ["in a schedule", ["type=schedule,pattern={{env.X}}"], ["tags.0: X is not listed"]],
    ["a reference", ["{{ref.base}}"], ["tags.0: a reference is not allowed here"]],
  ])("%s", (_title, tags, faults) => {
    expect(evaluate(eventOf({ kind: "cron" }), { tags })).toMatchObject({ faults, tags: [] });
  });
});

test("what is hardly meant is a warning", () => {
  expect(evaluate(tagEvent("a"), { tags: ["type=match,pattern=(a),group=2"] })).toMatchObject({
    faults: [],
    tags: [],
    warnings: ["tags.0.group: the pattern has no group 2, so it gives no tag"],
  });
  for (const group of [-1, 0.5]) {
    const { warnings } = evaluate(eventOf(), { tags: [{ type: "match", pattern: "a", group }] });
    expect(warnings).toEqual([`tags.0.group: the pattern has no group ${group}, so it gives no tag`]);
  }
  expect(evaluate(tagEvent("a"), { tags: ["type=match,pattern=(a),group=1"] }).warnings).toEqual([]);
  expect(evaluate(eventOf(), { tags: "{{date YYYY}}" })).toMatchObject({
    faults: [],
    tags: ["2020-01-10T00-30-00Z"],
    warnings: ["tags.value: the format is not in quotes, so it has no effect"],
  });
});

test("a warning says what to write", () => {
  const { warnings } = parseTagPolicy({ tags: "{{commit_date YYYY-MM}}" }, "tags");
  expect(warnings).toMatchObject([{ got: "{{commit_date YYYY-MM}}", hint: "write {{commit_date 'YYYY-MM'}}" }]);
});

test.each([
  ["lates=true", 'did you mean "latest"?'],
  ["prefx=a", 'did you mean "prefix"?'],
  ["sufix=a", 'did you mean "suffix"?'],
  ["suffix=a,on_latest=true", 'did you mean "onlatest"?'],
  ["latest", "expected one of latest, prefix, suffix, onlatest"],
  ["latest=highst", 'did you mean "highest"?'],
  ["onlatest=true", "write prefix=v,onlatest=true"],
  [1, 'write "latest=false" or { latest: false }'],
])("a flavor %j: %s", (flavor, hint) => {
  const { problems } = parseTagPolicy({ flavor }, "tags");
  expect(problems.map((problem) => problem.hint)).toEqual([hint]);
});
