import * as v from "valibot";
import type { Problem } from "../core/errors.ts";
import { mistakesOf } from "./schema-mistakes.ts";
import { configSchema, type WrittenConfig } from "./schema.ts";
import { isMap, type Mistake, problemOf, shapeMistakes, without, withoutOwnKeys } from "./shape.ts";

/** What is wrong with a config's shape, and what is left of it without that: null if nothing can be made of it. */
export interface Validated {
  config: WrittenConfig | null;
  problems: Problem[];
}

/** So often what is wrong is taken out: a mistake may hide another one below it. */
const rounds = 4;

/** The config, if what was written has the right shape; otherwise every place where it does not. */
export function validateConfig(written: unknown): Validated {
  const found = shapeMistakes(written);
  let rest = without(withoutOwnKeys(written), found);
  for (let round = 0; round < rounds && isMap(rest) && rest.targets !== undefined; round += 1) {
    const result = v.safeParse(configSchema, rest);
    if (result.success) return { config: result.output, problems: found.map(problemOf) };
    const mistakes = result.issues.flatMap((issue) => mistakesOf(issue, []));
    // What is empty or missing now, because of what was taken out, is no mistake of its own.
    found.push(...mistakes.filter((mistake) => !found.some((other) => isBelow(other, mistake))));
    rest = without(rest, mistakes);
  }
  if (found.length === 0)
    found.push(...v.safeParse(configSchema, rest).issues!.flatMap((issue) => mistakesOf(issue, [])));
  return { config: null, problems: found.map(problemOf) };
}

function isBelow({ keys }: Mistake, above: Mistake): boolean {
  return above.keys.every((key, at) => keys[at] === key);
}
