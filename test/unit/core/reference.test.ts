import { describe, expect, it } from "vitest";
import { formatReference, hasRegistry, isTag, parseRepository, repositoryFault } from "../../../src/core/reference.ts";

describe("a repository", () => {
  it.each([
    ["my-registry.com/team/app", "my-registry.com", "team/app"],
    ["localhost/app", "localhost", "app"],
    ["localhost:5000/app", "localhost:5000", "app"],
    ["[::1]:5000/app", "[::1]:5000", "app"],
    ["MyHost/app", "MyHost", "app"],
    ["python", "docker.io", "library/python"],
    ["acme/app", "docker.io", "acme/app"],
    ["docker.io/python", "docker.io", "library/python"],
    ["index.docker.io/acme/app", "docker.io", "acme/app"],
  ])("%s is in %s as %s", (name, registry, path) => {
    expect(parseRepository(name)).toEqual({ name, registry, path });
    expect(formatReference({ repository: parseRepository(name), tag: "1" })).toBe(`${name}:1`);
  });

  it.each([
    ["app", false],
    ["acme/app", false],
    ["r.io/app", true],
  ])("%s names its registry: %s", (name, expected) => {
    expect(hasRegistry(name)).toBe(expected);
  });

  it.each<[string, RegExp | null]>([
    ["r.io/team/app", null],
    ["[::1]:5000/app", null],
    ["", /^is empty$/],
    ["https://r.io/app", /URL scheme/],
    ["r_.io/app", /has a registry that is not a host/],
    ["r.io/app@sha256:abc", /digest/],
    ["r.io/app:1", /tag rules/],
    ["r.io/App", /lower case/],
    [`r.io/${"a".repeat(256)}`, /longer than 255/],
    ["r.io/a//b", /is not a repository/],
    ["r.io/a_-b", /is not a repository/],
  ])("%s: %s", (name, expected) => {
    expect(repositoryFault(name) ?? "fine").toMatch(expected ?? /^fine$/);
  });
});

describe("a tag", () => {
  it.each([
    ["1.2_a-B", true],
    ["a".repeat(128), true],
    ["a".repeat(129), false],
    [".1", false],
    ["-1", false],
    ["a/b", false],
    ["", false],
  ])("%s: %s", (tag, expected) => {
    expect(isTag(tag)).toBe(expected);
  });
});
