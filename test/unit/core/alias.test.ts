import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { higherVersion, isAlias } from "../../../src/core/alias.ts";

const none = { prefix: "", suffix: "" };
const alpine = { prefix: "", suffix: "-alpine" };
const web = { prefix: "web-", suffix: "" };

describe("higherVersion", () => {
  it.each([
    ["a higher patch", "1.2", "1.2.3", ["1.2.3", "1.2.4"], none, "1.2.4"],
    ["a higher minor, for the major", "1", "1.2.3", ["1.10.0"], none, "1.10.0"],
    ["a higher minor, for the minor", "1.2", "1.2.3", ["1.3.0"], none, null],
    ["another major", "1", "1.2.3", ["2.0.0", "0.9.0"], none, null],
    ["a lower one only", "1.2", "1.2.3", ["1.2.2", "1.2"], none, null],
    ["by number, not by letters", "1", "1.9.0", ["1.10.0"], none, "1.10.0"],
    ["a pre-release is not higher", "1", "1.2.3", ["1.3.0-rc.1"], none, null],
    ["a pre-release has no alias", "1", "1.2.3-rc.1", ["1.3.0"], none, null],
    ["no alias of it", "latest", "1.2.3", ["1.3.0"], none, null],
    ["its own tag", "1.2.3", "1.2.3", ["1.2.4"], none, null],
    ["with a v", "v1", "v1.2.3", ["v1.3.0"], none, "v1.3.0"],
    ["with a v in the aliases alone", "v1.2", "1.2.3", ["1.2.4"], none, "1.2.4"],
    ["with the suffix", "1-alpine", "1.2.3", ["1.3.0-alpine"], alpine, "1.3.0-alpine"],
    ["another variant's", "1-alpine", "1.2.3", ["1.3.0", "1.3.0-slim"], alpine, null],
    ["with the prefix", "web-1", "1.2.3", ["web-1.3.0", "2"], web, "web-1.3.0"],
    ["another image's of the same repository", "web-1", "1.2.3", ["api-1.3.0", "1.3.0"], web, null],
    ["no version", "1", null, ["1.3.0"], none, null],
    ["something that is not a version", "dev", "dev", ["1.3.0"], none, null],
  ])("%s", (_, tag, version, existing, affixes, expected) => {
    expect(higherVersion(tag, version, existing, affixes)).toBe(expected);
  });

  it("lets an alias end on the highest version, in whatever order the versions come", () => {
    const versions = fc.uniqueArray(fc.tuple(fc.nat(3), fc.nat(12), fc.nat(12)), {
      minLength: 1,
      maxLength: 12,
      selector: String,
    });
    fc.assert(
      fc.property(versions, (built) => {
        const points = new Map<string, string>();
        const existing: string[] = [];
        for (const numbers of built) {
          const version = numbers.join(".");
          existing.push(version);
          for (const alias of [numbers.slice(0, 1), numbers.slice(0, 2)].map((part) => part.join("."))) {
            if (higherVersion(alias, version, existing, none) === null) points.set(alias, version);
          }
        }
        const value = (version: string) => version.split(".").reduce((sum, part) => sum * 100 + Number(part), 0);
        for (const [alias, version] of points) {
          const line = existing.filter((other) => other.startsWith(`${alias}.`)).map(value);
          expect(value(version)).toBe(Math.max(...line));
        }
      }),
    );
  });
});

describe("isAlias", () => {
  it.each([
    ["1", true],
    ["1.2", true],
    ["v1", true],
    ["1.2.3", false],
    ["1.3", false],
    ["latest", false],
    ["", false],
  ])("%s of 1.2.3: %s", (tag, expected) => {
    expect(isAlias(tag, "1.2.3", none)).toBe(expected);
  });
});
