import { describe, expect, test } from "vitest";
import { classifyFailure } from "../../../src/progress/classify.ts";
import { ofBuilds } from "./said-of-builds.ts";
import { ofRegistries } from "./said-of-registries.ts";

describe.each([...ofBuilds, ...ofRegistries])("%s", (_, code, hint, texts) => {
  test.each(texts)(`is ${code}: %s`, (text) => {
    const found = classifyFailure(text);
    expect(found.code).toBe(code);
    expect(found.hint ?? "no hint").toContain(hint ?? "no hint");
  });
});

test("a program for another platform is told by the last line of the step's log", () => {
  const failed = 'process "/bin/sh -c true" did not complete successfully: exit code: 1';
  const told = (...log: string[]) => classifyFailure(failed, log);
  expect(told("exec /bin/sh: exec format error").hint).toContain("another platform");
  expect(told("exec /bin/sh: exec format error", "and more").hint).toBeNull();
  expect(told().hint).toBeNull();
  expect(classifyFailure("", ["exec /bin/sh: exec format error"])).toEqual({ code: "unknown", hint: null });
});
