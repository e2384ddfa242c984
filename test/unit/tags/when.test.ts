import { describe, expect, test } from "vitest";
import type { BuildEvent } from "../../../src/core/event.ts";
import { matchesWhen, parseWhen } from "../../../src/tags/when.ts";
import { branchEvent, eventOf, pullRequestEvent, tagEvent } from "./event-of.ts";

const matches = (written: unknown, event: BuildEvent) => {
  const { when, problems } = parseWhen(written, "when");
  expect(problems).toEqual([]);
  return when !== null && matchesWhen(when, event);
};

const local = eventOf({ kind: "local", buildNumber: null });

describe("matchesWhen", () => {
  test.each<[unknown, BuildEvent, boolean]>([
    [{}, eventOf(), true],
    [{ event: "push" }, eventOf(), true],
    [{ event: "tag" }, eventOf(), false],
    [{ event: ["tag", "push"] }, eventOf(), true],
    [{ event: { include: ["push"] } }, eventOf(), true],
    [{ event: { exclude: ["push"] } }, eventOf(), false],
    [{ event: { exclude: "tag" } }, eventOf(), true],
    [{ event: { include: ["push", "tag"], exclude: ["push"] } }, eventOf(), false],
    [{ event: "pull_*" }, pullRequestEvent(1), true],
    [{ event: "pu*" }, eventOf(), true],
    [{ event: "{tag,cron}" }, eventOf(), false],
    [{ event: "[pq]ush" }, eventOf(), true],
    [{ event: "pus?" }, eventOf(), true],
    [{ event: "push" }, local, true],
    [{ event: "local" }, local, true],
    [{ event: "tag" }, local, false],
    [{ event: { exclude: "local" } }, local, false],
    [{ event: "tag" }, tagEvent("v1", { kind: "local" }), true],
    [{ event: "push" }, tagEvent("v1", { kind: "local" }), false],
    [{ branch: "master" }, eventOf(), true],
    [{ branch: "master" }, branchEvent("master2"), false],
    [{ branch: "feature/*" }, branchEvent("feature/a"), true],
    [{ branch: "feature/*" }, branchEvent("feature/a/b"), false],
    [{ branch: "feature/**" }, branchEvent("feature/a/b"), true],
    [{ branch: "**" }, branchEvent("a/.b"), true],
    [{ branch: "*" }, branchEvent(".hidden"), true],
    [{ branch: "*" }, branchEvent("a/b"), false],
    [{ branch: "release-[0-9]" }, branchEvent("release-1"), true],
    [{ branch: "!master" }, branchEvent("dev"), false],
    [{ branch: "!master*" }, branchEvent("dev"), false],
    [{ branch: "@(a|b)*" }, branchEvent("a"), false],
    [{ branch: "a\\*b" }, branchEvent("a*b"), true],
    [{ branch: "a\\*b" }, branchEvent("axb"), false],
    [{ branch: "*" }, tagEvent("v1"), false],
    [{ event: [] }, eventOf(), true],
    [{ branch: "a+b(c)" }, branchEvent("a+b(c)"), true],
    [{ branch: ["dev", "master"], event: "push" }, eventOf(), true],
    [{ branch: "master", event: "tag" }, eventOf(), false],
    [{ branch: "master" }, pullRequestEvent(1), false],
    [{ branch: "master" }, tagEvent("v1", { baseRef: "master" }), false],
    [{ branch: { exclude: "master" } }, tagEvent("v1"), true],
    [{ branch: { exclude: "master" } }, eventOf(), false],
    [{ ref: "refs/tags/v*" }, tagEvent("v1"), true],
    [{ ref: "refs/tags/v*" }, tagEvent("x1"), false],
    [{ ref: ["refs/heads/**", "refs/tags/**"] }, branchEvent("a/b"), true],
    [{ ref: "refs/pull/**" }, pullRequestEvent(7), true],
  ])("%j", (written, event, expected) => expect(matches(written, event)).toBe(expected));
});

describe("parseWhen", () => {
  test.each<[unknown, string, string, string | undefined]>([
    ["push", "when", "must be an object", "write when: { event: push }"],
    [["push"], "when", "must be an object", "write when: { event: push }"],
    [null, "when", "must be an object", "write when: { event: push }"],
    [{ evnet: "push" }, "when.evnet", "unknown condition", 'did you mean "event"?'],
    [{ event: "pull-request" }, "when.event", "unknown event", 'did you mean "pull_request"?'],
    [{ event: ["push", "tags"] }, "when.event", "unknown event", 'did you mean "tag"?'],
    [{ event: { exclude: ["tags"] } }, "when.event.exclude", "unknown event", 'did you mean "tag"?'],
    [{ event: { include: "tags" } }, "when.event.include", "unknown event", 'did you mean "tag"?'],
    [{ branch: { includes: "x" } }, "when.branch.includes", "unknown key", 'did you mean "include"?'],
    [{ branch: { excluded: "x" } }, "when.branch.excluded", "unknown key", 'did you mean "exclude"?'],
    [{ branch: 1 }, "when.branch", "must be a glob or a list of globs", undefined],
    [{ branch: ["a", ""] }, "when.branch", "must be a glob or a list of globs", undefined],
    [{ branch: ["a", 1] }, "when.branch", "must be a glob or a list of globs", undefined],
    [{ ref: null }, "when.ref", "must be a glob or a list of globs", undefined],
  ])("%j", (written, path, message, hint) => {
    const { problems } = parseWhen(written, "when");
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ path, message });
    expect(problems[0]?.hint).toBe(hint);
  });

  test.each(["push", "tag", "pull_request", "cron", "promote", "rollback", "custom", "local"])(
    "%s is an event",
    (event) => {
      expect(parseWhen({ event }, "when").problems).toEqual([]);
    },
  );

  test("a branch may have any name", () => {
    expect(parseWhen({ branch: "tags", ref: "push" }, "when").problems).toEqual([]);
  });
});
