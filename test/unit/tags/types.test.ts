import { describe, expect, test } from "vitest";
import type { BuildEvent } from "../../../src/core/event.ts";
import type { FileFault } from "../../../src/host/host.ts";
import { branchEvent, eventOf, pullRequestEvent, tagEvent } from "./event-of.ts";
import { evaluate, tagsOf, type Asked } from "./tags-of.ts";

type Case = [rule: string, event: BuildEvent, tags: string[], reason: string];

const outcomeOf = (rule: string, event: BuildEvent, asked: Asked = {}) => {
  const { tags, rules, faults } = evaluate(event, { tags: [rule], flavor: "latest=false", ...asked });
  return { tags, outcome: rules[0], faults };
};

const noSha = { sha: "0".repeat(40) };
const cron = eventOf({ kind: "cron" });
const promote = eventOf({ kind: "promote", deployTo: "prod/eu" });

test.each<Case>([
  ["type=schedule", cron, ["nightly"], "cron triggered this build"],
  ["type=schedule,pattern={{date 'YYYYMMDD'}}-{{branch}}", cron, ["20200110-master"], "cron triggered this build"],
  ["type=schedule", eventOf(), [], "cron did not trigger this build"],
  ["type=schedule,pattern={{tag}}", cron, [], "it is empty in this build"],
  ["type=edge", eventOf(), ["edge"], "the branch is master"],
  ["type=edge,branch=release/1", branchEvent("release/1"), ["edge"], "the branch is release/1"],
  ["type=edge", branchEvent("dev"), [], "this is not a build of branch master"],
  ["type=edge,branch=", branchEvent("dev"), [], "this is not a build of branch master"],
  ["type=edge", tagEvent("v1"), [], "this is not a build of branch master"],
  ["type=edge", eventOf({ defaultBranch: null }), [], "the default branch is not known"],
  ["type=edge,branch=dev", eventOf({ branch: "dev", defaultBranch: null }), ["edge"], "the branch is dev"],
  ["type=ref,event=branch", branchEvent("a/b"), ["a-b"], "the branch is a/b"],
  [
    "type=ref,event=branch",
    branchEvent("a#b"),
    ["a-b-8187fc8f"],
    "the branch is a#b; the hash stands for what a tag cannot hold",
  ],
  [
    "type=ref,event=branch",
    branchEvent("latest"),
    ["branch-latest-5e1e2bca"],
    "the branch is latest; changed, because the name as it is would be reserved or not a valid tag",
  ],
  ["type=ref,event=branch", tagEvent("v1"), [], "this is not a build of a branch"],
  ["type=ref,event=branch", pullRequestEvent(1), [], "this is not a build of a branch"],
  ["type=ref,event=tag", tagEvent("a/v1"), ["a-v1"], "the git tag is a/v1"],
  ["type=ref,event=tag", eventOf(), [], "this is not a build of a git tag"],
  ["type=ref,event=tag,semver=false", tagEvent("v1.2.3"), [], '"v1.2.3" is a semantic version'],
  ["type=ref,event=tag,semver=false", tagEvent("v1.2"), ["v1.2"], "the git tag is v1.2"],
  ["type=ref,event=pr", pullRequestEvent(15), ["pr-15"], "this is pull request 15"],
  ["type=ref,event=pr,prefix=,suffix=-x", pullRequestEvent(15), ["15-x"], "this is pull request 15"],
  ["type=ref,event=pr", eventOf(), [], "this is not a build of a pull request"],
  ["type=raw,value=a/b c//d", eventOf(), ["a-b-c-d"], "the rule says so"],
  ["type=raw,value={{tag}}", eventOf(), [], "it is empty in this build"],
  ["type=raw,value={{branch}},prefix=b-", pullRequestEvent(3), [], "it is empty in this build"],
  ["type=sha", eventOf(), ["sha-860c190"], "the commit is 860c1904a1ce19322e91ac35af1ab07466440c37"],
  ["type=sha,format=12", eventOf(), ["sha-860c1904a1ce"], "the commit is 860c1904a1ce19322e91ac35af1ab07466440c37"],
  ["type=sha,format=4,prefix=", eventOf(), ["860c"], "the commit is 860c1904a1ce19322e91ac35af1ab07466440c37"],
  [
    "type=sha,format=long,prefix={{branch}}-",
    eventOf(),
    ["master-860c1904a1ce19322e91ac35af1ab07466440c37"],
    "the commit is 860c1904a1ce19322e91ac35af1ab07466440c37",
  ],
  ["type=sha", eventOf(noSha), [], "the commit is not known"],
  ["type=build", eventOf(), ["build-42"], "this is build 42"],
  ["type=build,prefix=", eventOf(), ["42"], "this is build 42"],
  ["type=build", eventOf({ buildNumber: null }), [], "this build has no number"],
  ["type=deploy", promote, ["prod-eu"], "this is a promote to prod/eu"],
  ["type=deploy", { ...promote, kind: "rollback" }, ["prod-eu"], "this is a rollback to prod/eu"],
  [
    "type=deploy",
    { ...promote, deployTo: "latest" },
    ["branch-latest-5e1e2bca"],
    "this is a promote to latest; changed, because the name as it is would be reserved or not a valid tag",
  ],
  ["type=deploy", { ...promote, deployTo: null }, [], "the promote names no environment"],
  ["type=deploy", eventOf({ deployTo: "prod" }), [], "this is not a promotion or rollback"],
  ["type=auto_tag", branchEvent("dev"), [], "auto_tag applies only to the default branch and to git tags"],
  ["type=auto_tag", eventOf(), ["latest"], "this is the default branch"],
  ["type=auto_tag", tagEvent("v1.0.0-rc1"), ["1.0.0-rc1"], '"v1.0.0-rc1" is a pre-release'],
  ["type=auto_tag", tagEvent("v1.0.0"), ["1", "1.0", "1.0.0"], '"v1.0.0" is a semantic version'],
  ["type=raw,value=a,enable=false", eventOf(), [], "its enable is not true"],
])("%s", (rule, event, tags, reason) => {
  expect(outcomeOf(rule, event)).toEqual({ tags, outcome: { rule, tags, reason }, faults: [] });
});

describe("file", () => {
  const missing = { missing: true, fault: "there is no such file", hint: "" };

  test.each<[string, string | FileFault, string[], string]>([
    ["type=file", "a,b\nc, d \r\n,\n", ["a", "b", "c", "d"], ".tags lists it"],
    ["type=file", " \n,", [], ".tags is empty"],
    ["type=file", missing, [], "there is no file .tags"],
  ])("%s with %j", (rule, content, tags, reason) => {
    const files = new Map([[".tags", content]]);
    expect(outcomeOf(rule, eventOf(), { files })).toEqual({ tags, outcome: { rule, tags, reason }, faults: [] });
  });

  test("another file, with the flavor's prefix", () => {
    const asked = {
      tags: ["type=file,path=out/tags"],
      flavor: ["latest=false", "prefix=x-"],
      files: new Map([["out/tags", "1,2"]]),
    };
    expect(tagsOf(eventOf(), asked)).toEqual(["x-1", "x-2"]);
    expect(evaluate(eventOf(), asked).version).toBe("x-1");
  });

  test("what it lists is used as it is or not at all", () => {
    const { tags, problems } = evaluate(eventOf(), { tags: "type=file", files: new Map([[".tags", "ok,a/b,-c"]]) });
    expect(tags).toEqual(["ok"]);
    expect(problems.map(({ path, got }) => [path, got])).toEqual([
      ["tags", "a/b"],
      ["tags", "-c"],
    ]);
  });

  test.each<[string | FileFault, string]>([
    [{ missing: false, fault: "is a folder", hint: "name a file" }, "tags: .tags is a folder"],
    ["a\uFFFD", "tags: .tags is not saved as UTF-8"],
    ["a\0", "tags: .tags has NUL characters: it is no text, or not saved as UTF-8"],
  ])("one that cannot be read is an error in any case: %j", (content, fault) => {
    for (const written of ["type=file", "type=package,path=.tags"]) {
      const found = evaluate(eventOf(), { tags: written, files: new Map([[".tags", content]]) });
      expect(found).toMatchObject({ tags: [], faults: [fault] });
    }
  });

  test("with strict it must be there", () => {
    expect(evaluate(eventOf(), { tags: "type=file,strict=true" }).faults).toEqual(["tags: there is no file .tags"]);
    expect(evaluate(eventOf(), { tags: "type=file,strict=true", files: new Map([[".tags", ""]]) }).faults).toEqual([]);
  });
});

describe("rules in explanations", () => {
  const files = new Map([["VERSION", "x\n"]]);

  test.each<[unknown, string, string]>([
    [" type=sha ", "type=sha", "the commit is 860c1904a1ce19322e91ac35af1ab07466440c37"],
    [{ type: "edge", branch: "a,b" }, 'type=edge,"branch=a,b"', "this is not a build of branch a,b"],
    [{ type: "edge", branch: 'a"b' }, 'type=edge,"branch=a""b"', 'this is not a build of branch a"b'],
    [{ value: "x", priority: 5, enable: false }, "value=x,priority=5,enable=false", "its enable is not true"],
    [
      { value: "x", when: { event: ["tag", "cron"] } },
      'value=x when {"event":["tag","cron"]}',
      "its when does not match this build",
    ],
    [{ type: "package", path: "VERSION" }, "type=package,path=VERSION", '"x" is not a semantic version'],
  ])("%j", (written, rule, reason) => {
    expect(evaluate(eventOf(), { tags: [written], files }).rules[0]).toMatchObject({ rule, reason });
  });

  test("a preset shows its rules", () => {
    expect(evaluate(eventOf()).rules.map(({ rule }) => rule)).toEqual([
      "type=schedule",
      'type=semver,pattern={{version}},latest=false when {"event":["tag","custom"]}',
      'type=semver,pattern={{major}}.{{minor}} when {"event":["tag","custom"]}',
      'type=semver,pattern={{major}},zero=false when {"event":["tag","custom"]}',
      "type=deploy",
      'type=ref,event=tag,semver=false,latest=false when {"event":["tag","custom"]}',
      "type=ref,event=pr",
      'type=ref,event=branch,enable={{is_not_default_branch}} when {"event":["push","custom"]}',
      'type=raw,value=latest,enable={{is_default_branch}} when {"event":["push","custom"]}',
      "latest=auto",
    ]);
  });
});
