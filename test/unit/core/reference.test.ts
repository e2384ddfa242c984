import { describe, expect, it } from "vitest";
import { parseRepository, repositoryFault } from "../../../src/core/reference.ts";

describe("a repository", () => {
  it.each([
    ["alpine", "docker.io", "library/alpine"],
    ["acme/app", "docker.io", "acme/app"],
    ["docker.io/alpine", "docker.io", "library/alpine"],
    ["index.docker.io/acme/app", "docker.io", "acme/app"],
    ["localhost/app", "localhost", "app"],
    ["localhost:5000/app", "localhost:5000", "app"],
    ["x.io/team/app", "x.io", "team/app"],
    ["[::1]:5000/app", "[::1]:5000", "app"],
  ])("%s is in %s, at %s", (name, registry, path) => {
    expect(parseRepository(name)).toEqual({ name, registry, path });
    expect(repositoryFault(name)).toBeNull();
  });

  it.each([
    ["", "is empty"],
    ["https://x.io/app", "must not have a URL scheme"],
    ["x..io/app", 'has a registry that is not a host[:port], "x..io"'],
    ["x.io:port/app", 'has a registry that is not a host[:port], "x.io:port"'],
    ["[::g]/app", 'has a registry that is not a host[:port], "[::g]"'],
    ["x.io/app@sha256:00", "must not carry a digest"],
    ["x.io/app:latest", "must not carry a tag; tags come from the tag rules"],
    ["app:latest", "must not carry a tag; tags come from the tag rules"],
    ["x.io/App", "must be lower case"],
    [`x.io/${"a".repeat(256)}`, "is longer than 255 characters"],
    ["x.io//app", "is not a repository: parts are a-z, 0-9 with single . _ __ or - between"],
    ["x.io/a..b", "is not a repository: parts are a-z, 0-9 with single . _ __ or - between"],
    ["x.io/", "is not a repository: parts are a-z, 0-9 with single . _ __ or - between"],
  ])("%j %s", (name, fault) => {
    expect(repositoryFault(name)).toBe(fault);
  });

  it("may have a path of 255 characters", () => {
    expect(repositoryFault(`x.io/${"a".repeat(255)}`)).toBeNull();
  });
});
