import fc from "fast-check";
import { expect, it } from "vitest";
import { type ConfigFile, readYaml } from "../../../src/config/config-file.ts";
import { resolveConfig } from "../../../src/config/resolve.ts";
import { configSchema, targetKeys } from "../../../src/config/schema.ts";
import { validateConfig } from "../../../src/config/validate.ts";
import { formatProblem, InputError } from "../../../src/core/errors.ts";

const keys = [
  ...Object.keys(configSchema.entries),
  ...targetKeys,
  "__proto__",
  "constructor",
  "length",
  "push",
  "x-y",
  "0",
];
const key = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...keys) }, fc.string({ maxLength: 5 }));
const leaf = fc.oneof(
  fc.string(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, "{{branch}}", "$X", "reg.io/a", 1.1),
);
const { any } = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("any"), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie("any")), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const config = fc.oneof(
  any,
  fc.tuple(any, fc.dictionary(fc.constantFrom("app", "base", "a b"), any)).map(([rest, targets]) => ({
    ...(typeof rest === "object" ? rest : {}),
    targets,
  })),
);

it("whatever a config is, what is wrong with it is said in words", () => {
  fc.assert(
    fc.property(config, (written) => {
      const { config: usable, problems } = validateConfig(written);
      const more = usable === null ? [] : resolveConfig(usable, "/work").problems;
      const said = [...problems, ...more].map((problem) => formatProblem({ ...problem, got: null })).join("\n");
      expect(said).not.toMatch(/\[native code\]|\[object|\(\w+ \||undefined|Invalid/);
      expect(usable !== null || problems.length > 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});

/** What a function returns or throws. */
function attempt(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

it("whatever a text is, it is read or refused in words", () => {
  const sign = fc.constantFrom(
    "{{",
    "}}",
    ": ",
    "- ",
    "\n",
    "  ",
    "\t",
    "&a ",
    "*a",
    "<<",
    "[",
    "]",
    "a",
    "'",
    "|",
    "? ",
    "#",
    "!x ",
    "---",
  );
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 20 }), (signs) => {
      const read = attempt(() => readYaml("FILE", signs.join("")));
      expect(read).toSatisfy(
        (result) => result instanceof InputError || typeof (result as ConfigFile).find === "function",
      );
    }),
    { numRuns: 500 },
  );
});
