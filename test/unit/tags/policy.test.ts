import { describe, expect, test } from "vitest";
import type { Problem } from "../../../src/core/errors.ts";
import { needsGitTags, parseTagPolicy, policyFiles } from "../../../src/tags/policy.ts";
import { branchEvent, eventOf } from "./event-of.ts";
import { tagsOf } from "./tags-of.ts";

const problemsOf = (tags: unknown, flavor?: unknown) => parseTagPolicy({ tags, flavor }, "targets.app.tags").problems;

describe("the forms of rules", () => {
  test.each<[string, unknown, string[]]>([
    ["a string", "type=sha", ["sha-860c190"]],
    ["lines", "type=sha\n# comment\ntype=raw,value=x\n", ["x", "sha-860c190"]],
    ["a bare word", ["latest"], ["latest"]],
    ["a list of strings, some of several lines", ["a\nb", "type=sha"], ["a", "b", "sha-860c190"]],
    ["an object", { type: "raw", value: "x" }, ["x"]],
    ["an object without type", [{ value: "x-{{branch}}" }], ["x-master"]],
    ["mixed", ["type=sha", { type: "raw", value: "x", priority: 2000 }, "default"], ["x", "latest", "sha-860c190"]],
    [
      "an object's true and false",
      [
        { value: "a", enable: false },
        { value: "b", enable: true },
      ],
      ["b"],
    ],
    [
      "priorities, of equals in order",
      ["type=raw,value=a,priority=1", "b", "type=raw,value=c,priority=200", "type=raw,value=d,priority=200.25"],
      ["d", "b", "c", "a"],
    ],
    ["a negative priority", ["type=raw,value=a,priority=-1", "type=raw,value=b,priority=0"], ["b", "a"]],
    ["nothing", "", []],
  ])("%s", (_title, tags, expected) => expect(tagsOf(eventOf(), { tags })).toEqual(expected));

  test("metadata-action's priorities", () => {
    const tags = [
      "type=sha",
      "type=build",
      "x",
      "type=file",
      "type=ref,event=branch",
      "type=edge",
      "type=match,pattern=a,value=a",
      "type=semver,pattern={{version}},value=1.2.3",
      "type=schedule",
    ];
    const files = new Map([[".tags", "f"]]);
    const expected = "nightly 1.2.3 a edge master f x build-42 sha-860c190";
    expect(tagsOf(eventOf({ kind: "cron" }), { tags, files }).join(" ")).toBe(expected);
  });

  test("an enable that is rendered", () => {
    const tags = ["type=raw,value=d,enable={{is_default_branch}}", "type=raw,value=n,enable={{is_not_default_branch}}"];
    expect(tagsOf(eventOf(), { tags })).toEqual(["d"]);
    expect(tagsOf(branchEvent("dev"), { tags })).toEqual(["n"]);
  });
});

describe("mistakes", () => {
  test.each<[string, unknown, Partial<Problem>]>([
    [
      "unknown type",
      ["type=semvr,pattern=x"],
      {
        path: "targets.app.tags.0.type",
        message: "unknown type of rule",
        got: "semvr",
        hint: 'did you mean "semver"?',
      },
    ],
    [
      "an unknown type",
      [{ type: "constructor" }],
      { path: "targets.app.tags.0.type", message: "unknown type of rule" },
    ],
    [
      "unknown attribute",
      ["type=raw,value=a,prefx=zz"],
      { path: "targets.app.tags.0.prefx", message: "unknown attribute of type=raw", hint: 'did you mean "prefix"?' },
    ],
    [
      "another type's attribute",
      ["type=sha,pattern=x"],
      { path: "targets.app.tags.0.pattern", message: "unknown attribute of type=sha" },
    ],
    [
      "unknown expression",
      ["a", "b-{{brnch}}"],
      { path: "targets.app.tags.1.value", message: "unknown expression", hint: 'did you mean "branch"?' },
    ],
    ["another type's expression", ["type=raw,value={{micro}}"], { message: "unknown expression" }],
    [
      "unknown preset",
      "auto-tag",
      {
        path: "targets.app.tags",
        message: "unknown preset",
        got: "auto-tag",
        hint: 'did you mean "auto_tag"? A tag of that name is type=raw,value=auto-tag',
      },
    ],
    ["unknown preset in a list", ["defaults"], { path: "targets.app.tags.0", message: "unknown preset" }],
    [
      "missing pattern",
      ["type=semver"],
      { path: "targets.app.tags.0.pattern", message: "is missing", hint: "write pattern={{version}}" },
    ],
    ["missing pattern of match", ["type=match"], { path: "targets.app.tags.0.pattern", message: "is missing" }],
    ["missing value", ["type=raw"], { path: "targets.app.tags.0.value", message: "is missing" }],
    [
      "missing event",
      ["type=ref"],
      { path: "targets.app.tags.0.event", message: "must be branch or tag or pr", got: "" },
    ],
    [
      "wrong event",
      ["type=ref,event=tags"],
      { path: "targets.app.tags.0.event", got: "tags", hint: 'did you mean "tag"?' },
    ],
    [
      "wrong enable",
      ["type=raw,value=a,enable=TRUE"],
      { path: "targets.app.tags.0.enable", message: "must be true or false", got: "TRUE" },
    ],
    [
      "wrong strict",
      ["type=raw,value=a,strict=yes"],
      { path: "targets.app.tags.0.strict", message: "must be true or false" },
    ],
    [
      "wrong latest",
      ["type=raw,value=a,latest=auto"],
      { path: "targets.app.tags.0.latest", message: "must be true or false" },
    ],
    [
      "wrong priority",
      ["type=raw,value=a,priority=high"],
      { path: "targets.app.tags.0.priority", message: "must be a number", got: "high" },
    ],
    [
      "wrong group",
      ["type=match,pattern=a,group=x"],
      { path: "targets.app.tags.0.group", message: "must be a number" },
    ],
    [
      "wrong format",
      ["type=sha,format=tall"],
      {
        path: "targets.app.tags.0.format",
        message: "must be short, long or a number of digits, 4 or more",
        got: "tall",
      },
    ],
    ["too short format", [{ type: "sha", format: 3 }], { path: "targets.app.tags.0.format" }],
    [
      "bad regex",
      ["type=match,pattern=("],
      {
        path: "targets.app.tags.0.pattern",
        message: "is not a regular expression",
        got: "(",
        hint: "Invalid regular expression: /(/: Unterminated group",
      },
    ],
    [
      "bad flags",
      ["type=match,pattern=/a/q"],
      { path: "targets.app.tags.0.pattern", message: "is not a regular expression" },
    ],
    [
      "bad match",
      ["type=semver,pattern={{version}},match=["],
      { path: "targets.app.tags.0.match", message: "is not a regular expression" },
    ],
    [
      "match without group",
      ["type=semver,pattern={{version}},match=v.*"],
      {
        path: "targets.app.tags.0.match",
        message: "has no group",
        got: "v.*",
        hint: "put the version in brackets: ^app1/(.*)$",
      },
    ],
    [
      "group that is not there, strictly",
      ["type=match,pattern=a,group=1,strict=true"],
      { path: "targets.app.tags.0.group", message: "the pattern has no group 1, so it gives no tag" },
    ],
    [
      "absolute path",
      ["type=file,path=/etc/x"],
      { path: "targets.app.tags.0.path", message: "must be a path relative to the config file", got: "/etc/x" },
    ],
    ["drive", ["type=package,path=C:\\x"], { path: "targets.app.tags.0.path" }],
    ["empty path", ["type=file,path="], { path: "targets.app.tags.0.path", got: "" }],
    ["wrong semver", ["type=ref,event=tag,semver=no"], { path: "targets.app.tags.0.semver" }],
    ["wrong zero", ["type=semver,pattern=x,zero=no"], { path: "targets.app.tags.0.zero" }],
    [
      "a number",
      [1.1],
      {
        path: "targets.app.tags.0",
        message: "is not a tag rule",
        got: 1.1,
        hint: "put it in quotes; YAML reads 1.10 as 1.1",
      },
    ],
    [
      "a list in a list",
      [["a"]],
      { path: "targets.app.tags.0", message: "is not a tag rule", hint: "write a rule as a string or an object" },
    ],
    ["true", true, { path: "targets.app.tags", message: "is not a tag rule" }],
    [
      "a number as value",
      [{ value: 1.1 }],
      {
        path: "targets.app.tags.0.value",
        message: "must be a string",
        got: 1.1,
        hint: "put it in quotes; YAML reads 1.10 as 1.1",
      },
    ],
    ["a list as value", [{ value: ["a"] }], { path: "targets.app.tags.0.value", message: "must be a string" }],
    [
      "wrong prefix",
      ["type=raw,value=a,prefix={{x}}"],
      { path: "targets.app.tags.0.prefix", message: "unknown expression" },
    ],
    [
      "wrong suffix",
      ["type=raw,value=a,suffix={{x}}"],
      { path: "targets.app.tags.0.suffix", message: "unknown expression" },
    ],
    [
      "not quoted",
      ["type=match,pattern=\\d{1,3}"],
      { path: "targets.app.tags.0", message: "a field is not attribute=value", got: "3}" },
    ],
    [
      "when in a text",
      ["type=raw,value=a,when=push"],
      { path: "targets.app.tags.0.when", message: "must be an object", got: "push" },
    ],
  ])("%s", (_title, tags, expected) => {
    const problems = problemsOf(tags);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject(expected);
  });

  test("all at once", () => {
    expect(problemsOf(["type=semvr", "type=raw,value={{x}},enable=1"], "latest=maybe").map(({ path }) => path)).toEqual(
      ["flavor.latest", "targets.app.tags.0.type", "targets.app.tags.1.enable", "targets.app.tags.1.value"],
    );
  });
});

test("policyFiles names each file once, needsGitTags whether git is asked", () => {
  const { policy } = parseTagPolicy(
    { tags: ["type=file", "type=package", "type=file,path=.tags", "type=package,path=app/VERSION", "type=sha"] },
    "tags",
  );
  expect(policyFiles(policy).toSorted()).toEqual([".tags", "app/VERSION", "package.json"]);
  expect(needsGitTags(policy)).toBe(false);
  expect(needsGitTags(parseTagPolicy({ flavor: "latest=highest" }, "tags").policy)).toBe(true);
});
