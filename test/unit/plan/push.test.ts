import { describe, expect, it } from "vitest";
import type { BuildEvent } from "../../../src/core/event.ts";
import { decidePush } from "../../../src/plan/push-policy.ts";
import { publishedTags, referenceClashes } from "../../../src/plan/references.ts";
import { planned, reference } from "../../support/planned.ts";
import { eventOf, pullRequestEvent } from "../tags/event-of.ts";

const master = eventOf();
const pullRequest = pullRequestEvent(17);
const laptop = eventOf({ provider: "local", kind: "local", buildNumber: null });

describe("what is published", () => {
  it.each<[string, BuildEvent, "auto" | boolean, boolean | undefined, boolean]>([
    ["from CI", master, "auto", undefined, true],
    ["from CI, if told so twice", master, true, undefined, true],
    ["not if the config says no", master, false, undefined, false],
    ["but if the command line says yes", master, false, true, true],
    ["not if the command line says no", master, true, false, false],
    ["not of a pull request", pullRequest, "auto", undefined, false],
    ["of a pull request if the config says so", pullRequest, true, undefined, true],
    ["of a pull request if the command line says so", pullRequest, "auto", true, true],
    ["not from a laptop", laptop, "auto", undefined, false],
    ["not from a laptop, whatever the config says", laptop, true, undefined, false],
    ["from a laptop if the command line says so", laptop, "auto", true, true],
  ])("%s", (_, event, policy, flag, expected) => {
    const { push, reason } = decidePush(event, policy, flag);
    expect(push).toBe(expected);
    expect(reason).not.toBe("");
  });
});

describe("the tags that a build may write", () => {
  it.each([
    ["all", master, "", ["latest", "1.2.3", "pr-17"], ["latest", "1.2.3", "pr-17"]],
    ["those of a pull request", pullRequest, "", ["pr-17", "pr-17-alpine"], ["pr-17", "pr-17-alpine"]],
    ["of a pull request with a prefix", pullRequest, "web-", ["web-pr-17"], ["web-pr-17"]],
    ["its own without the prefix, too", pullRequest, "web-", ["pr-17"], ["pr-17"]],
    ["no others of a pull request", pullRequest, "", ["latest", "master", "1.2.3", "dev"], []],
    ["not another pull request's", pullRequest, "", ["pr-1", "pr-170", "pr-18"], []],
    ["nothing that only looks like its own", pullRequest, "", ["my-pr-17", "latest-pr-17"], []],
  ])("%s", (_, event, prefix, tags, expected) => {
    const found = publishedTags(event, { name: "app", prefix }, tags);
    expect(found.tags).toEqual(expected);
    expect(found.warnings).toHaveLength(expected.length === tags.length ? 0 : 1);
  });
});

describe("references that two targets would write", () => {
  const two = (first: object, second: object) => referenceClashes([planned("a", first), planned("b", second)]);
  const { repository } = reference("x/c:1");
  const place = (buildTag: string, ...moving: string[]) => [{ repository, buildTag, moving }];

  it.each([
    ["none", { repositories: ["x/a"] }, { repositories: ["x/b"] }, []],
    ["the same repository", { repositories: ["x/a"] }, { repositories: ["x/a"] }, ["x/a:master-860c1904a1ce-42"]],
    [
      "a moving tag alone",
      { repositories: ["x/a"], places: place("a-42", "1") },
      { repositories: ["x/b"], places: place("b-42", "1") },
      ["x/c:1"],
    ],
    [
      "a moving tag that is the other's build tag",
      { repositories: ["x/a"], places: place("a-42") },
      { repositories: ["x/b"], places: place("b-42", "a-42") },
      ["x/c:a-42"],
    ],
    [
      "a name on the host",
      { repositories: [], image: reference("l:1") },
      { repositories: [], image: reference("l:1") },
      ["l:1"],
    ],
  ])("%s", (_, first, second, expected) => {
    expect(two(first, second).map(({ got }) => got)).toEqual(expected);
  });

  it("are one problem for each pair, at the second, and no target clashes with itself", () => {
    const same = { repositories: ["x/a", "y/a"], tags: ["latest", "1"] };
    expect(two(same, same)).toMatchObject([{ path: "targets.b", message: expect.stringContaining("targets.a") }]);
    expect(referenceClashes([planned("a", { repositories: ["x/a"], tags: ["1", "1"] })])).toEqual([]);
  });
});
