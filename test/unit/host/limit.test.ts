import { describe, expect, it } from "vitest";
import { limited } from "../../../src/host/limit.ts";

describe("limited", () => {
  it("gives what the work gives, and throws what it throws", () => {
    expect(limited(10_000, () => [1])).toEqual({ value: [1] });
    expect(() =>
      limited(10_000, () => {
        throw new RangeError("too far");
      }),
    ).toThrow(new RangeError("too far"));
  });

  it.each<[string, () => unknown]>([
    ["a regular expression", () => /^(a+)+$/.exec(`${"a".repeat(100)}!`)],
    [
      "a loop",
      () => {
        for (;;);
      },
    ],
  ])("ends %s that would not, and then works again", (_, work) => {
    expect(limited(50, work)).toBeNull();
    expect(limited(10_000, () => "done")).toEqual({ value: "done" });
  });
});
