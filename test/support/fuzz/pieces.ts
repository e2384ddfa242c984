import fc from "fast-check";

/**
 * Tries what holds for all of `values`: some of them in CI, `FUZZ=10000` so many, divided among `parts` tests. Returns what
 * failed, which may be very long, as far as one can read it; `FUZZ_SEED` repeats a run.
 */
export async function failureIn<T>(
  values: fc.Arbitrary<T>,
  few: number,
  holds: (value: T) => Promise<void>,
  parts = 1,
): Promise<string | null> {
  const { FUZZ, FUZZ_SEED } = process.env;
  const numRuns = FUZZ === undefined ? few : Math.ceil(Number(FUZZ) / parts);
  const seed = FUZZ_SEED === undefined ? {} : { seed: Number(FUZZ_SEED) };
  const done = await fc.check(fc.asyncProperty(values, holds), { numRuns, endOnFailure: true, ...seed });
  if (!done.failed) return null;
  const shown = JSON.stringify(done.counterexample, (_, value: unknown) =>
    typeof value === "string" && value.length > 300 ? `${value.slice(0, 300)}… (${value.length})` : value,
  );
  const error = done.errorInstance instanceof Error ? done.errorInstance.stack : String(done.errorInstance);
  return `seed ${done.seed}, after ${done.numRuns}: ${shown.slice(0, 5000)}\n${error}`;
}

/** So long one of them may keep the processor busy, in milliseconds; in CI it only says that nothing hangs. */
export const longest = process.env.FUZZ === undefined ? 60_000 : 5000;

/** Repeated so often that what takes the square of it, or more, would not end. */
export const many = (piece: string) => fc.constantFrom(1, 3, 40, 2000).map((times) => piece.repeat(times));

/** What is tried seldom, because it is long. */
export const seldom = <T>(common: fc.Arbitrary<T>, huge: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 60, arbitrary: common }, { weight: 1, arbitrary: huge });

const odd = [
  ["latest", "latest-alpine", "1.2.3", "v1", "1.2", "1", "pr-17", "pr-17-x", "nightly", "HEAD", "..", "-", "V1.2.3"],
  ["master", "main", "release/2", "freeze/1.2.3", "refs/heads/latest", "refs/tags/v1.2.3", "production", "/latest"],
  ["local-860c1904a1ce", "master-860c1904a1ce-42", "a\nb", "a\u001B[31mb", "\u202Ea", "::error::x", "é".repeat(200)],
  ["{{branch}}", "${DRONE_TAG}", "$(id)", "`id`", "--push", "a'b\"c", "__proto__", "constructor", "", " ", "\0"],
  ["v1.2.3-rc.1", "1.2.3+build.7", "20240131", "2024.01", "v1.2.3-", "1..2", "v01.2.3", "999999999999999999.1.1"],
  ["//", ".hidden", "-x", "latest\n", "1.2.3 ", "\uD800", "pr_17", "PR-17", "latest_x", "v1.2.3.4", "1.2.3-alpine"],
].flat();

/** Names that somebody with other things in mind would choose. */
export const hostileName = seldom(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...odd) },
    { weight: 2, arbitrary: fc.oneof(many("a"), many("1."), many("a/"), many("-"), many("é")) },
    { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...odd), fc.constantFrom(...odd)).map((two) => two.join("")) },
  ),
  fc.constantFrom("a", "1.", "é/", "-", "v1").map((piece) => piece.repeat(100_000 / piece.length)),
);
