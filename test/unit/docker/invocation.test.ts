import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Text } from "../../../src/core/text.ts";
import { digestVariable, docker, fillIn, render, show } from "../../../src/docker/invocation.ts";

describe("the variable for a target's digest", () => {
  // Names that are nearly the same, and names that look like what another one is turned into.
  const name = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.string({ unit: fc.constantFrom("a", "A", "_", "-", ".", "2", "d", "é", "😀", " ", "$", "5f"), minLength: 1 }),
  );

  it("is a name that a shell takes", () => {
    fc.assert(
      fc.property(name, (target) => {
        expect(digestVariable(target)).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
      }),
    );
  });

  it("is another one for every target", () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        fc.pre(one !== other);
        expect(digestVariable(one)).not.toBe(digestVariable(other));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["a-b", "a_b"],
    ["a-", "a_2d_"],
    ["a_", "a__"],
    ["a_2d_", "a-"],
    ["A", "a"],
    ["_5f_", "_"],
    ["--", "-_2d_"],
    ["a.b", "a-b"],
  ])("is not the same for %j and %j", (one, other) => {
    expect(digestVariable(one)).not.toBe(digestVariable(other));
  });
});

describe("a text with late pieces", () => {
  const text: Text = ["--label=base=", { digest: "my-base" }, "/", { variable: "A" }];
  const digests = new Map([["my-base", "sha256:a"]]);

  it("is filled in when it runs, and what is filled in is not looked at again", () => {
    expect(fillIn(text, { variables: { A: "$B" }, digests })).toBe("--label=base=sha256:a/$B");
    expect(fillIn("$A", { variables: { A: "x" }, digests })).toBe("$A");
  });

  it("has nothing for a digest that is not known, as the image may be nowhere but here", () => {
    expect(fillIn(text, { variables: { A: "x" }, digests: new Map() })).toBe("--label=base=/x");
  });

  it("cannot be filled in without a variable's value; an empty one is a value", () => {
    expect(() => fillIn(text, { variables: { A: undefined }, digests })).toThrow("$A");
    expect(fillIn([{ variable: "A" }], { variables: { A: "" }, digests })).toBe("");
  });

  it("is shown with the variables' names", () => {
    expect(show(text)).toBe("--label=base=$DIGEST_my_2d_base/$A");
    expect(show("plain")).toBe("plain");
    expect(render(text, () => "x")).toBe("--label=base=x/x");
  });

  it("makes a name that of one image, where its digest is known", () => {
    const name: Text = ["r.io/x", { pin: "my-base" }];
    expect(fillIn(name, { variables: {}, digests })).toBe("r.io/x@sha256:a");
    expect(fillIn(name, { variables: {}, digests: new Map() })).toBe("r.io/x");
    expect(show(name)).toBe("r.io/x@$DIGEST_my_2d_base");
  });

  it("makes a process that reads nothing and needs nothing", () => {
    expect(docker("pull", "a")).toEqual({ argv: ["docker", "pull", "a"], stdin: null, env: [] });
  });
});
