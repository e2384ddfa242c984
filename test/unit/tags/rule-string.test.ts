import { describe, expect, test } from "vitest";
import { csvFields } from "../../../src/tags/csv.ts";
import { readRuleString, ruleLines } from "../../../src/tags/rule-string.ts";

describe("csvFields", () => {
  test.each<[string, string[] | null]>([
    ["a,b", ["a", "b"]],
    ["a", ["a"]],
    ["", [""]],
    ["a,", ["a", ""]],
    [",a", ["", "a"]],
    [" a , b ", ["a", "b"]],
    ['"a,b",c', ["a,b", "c"]],
    ['a, "b,c" ,d', ["a", "b,c", "d"]],
    ['"a ""b"" c"', ['a "b" c']],
    ['""', [""]],
    ['a"b,c', ['a"b', "c"]],
    ['a="b"', ['a="b"']],
    ['"a', null],
    ['"a"b,c', null],
    ['x,"a', null],
  ])("%s", (record, fields) => expect(csvFields(record)).toEqual(fields));
});

describe("readRuleString", () => {
  test.each<[string, Record<string, string>]>([
    ["type=semver,pattern={{version}}", { type: "semver", pattern: "{{version}}" }],
    ["TYPE=raw, Value = x ", { type: "raw", value: "x" }],
    ["latest", { value: "latest" }],
    ["type=raw,foo", { type: "raw", value: "foo" }],
    ["type=raw,enable=true,{{branch}}-x", { type: "raw", enable: "true", value: "{{branch}}-x" }],
    ["type=raw,value=", { type: "raw", value: "" }],
    ["type=raw,value=a=b", { type: "raw", value: "a=b" }],
    ["type=raw,{{date 'YYYY' tz='UTC'}}", { type: "raw", value: "{{date 'YYYY' tz='UTC'}}" }],
    ['type=match,"pattern=\\d{1,3}",group=1', { type: "match", pattern: "\\d{1,3}", group: "1" }],
    ["type=ref,event=pr,prefix=", { type: "ref", event: "pr", prefix: "" }],
  ])("%s", (text, attributes) => expect(readRuleString(text)).toEqual({ attributes, faults: [] }));

  test.each([
    ["type=match,pattern=\\d{1,3}", "a field is not attribute=value", "3}"],
    ["type=raw,value=a,b", '"value" is given twice', "type=raw,value=a,b"],
    ["type=sha,prefix=a,prefix=b", '"prefix" is given twice', "type=sha,prefix=a,prefix=b"],
    ['type=raw,"value=a', "a quoted field is not closed", 'type=raw,"value=a'],
  ])("%s: %s", (text, message, got) => {
    const { faults } = readRuleString(text);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ message, got });
    expect(faults[0]?.hint).toContain('"pattern=\\d{1,3}"');
  });
});

test("ruleLines leaves out comments and empty lines", () => {
  expect(ruleLines("# all\n type=sha \n\n  # more\nfoo#bar\r\n")).toEqual(["type=sha", "foo#bar"]);
});
