import * as v from "valibot";
import type { Problem } from "../core/errors.ts";
import { pushAll } from "../core/push-all.ts";
import { mistakesOf } from "./schema-mistakes.ts";
import { configSchema, type WrittenConfig } from "./schema.ts";
import { isMap, type Mistake, mostMistakes, problemOf, shapeMistakes, without, withoutOwnKeys } from "./shape.ts";

/** What is wrong with a config's shape, and what is left of it without that: null if nothing can be made of it. */
export interface Validated {
  config: WrittenConfig | null;
  problems: Problem[];
}

/** So often what is wrong is taken out: a mistake may hide another one below it. */
const rounds = 4;

/** The config, if what was written has the right shape; otherwise every place where it does not. */
export function validateConfig(written: unknown): Validated {
  const found = shapeMistakes(written).slice(0, mostMistakes);
  let rest = without(withoutOwnKeys(written), found);
  const goesOn = (round: number) => round < rounds && found.length < mostMistakes;
  for (let round = 0; goesOn(round) && isMap(rest) && rest.targets !== undefined; round += 1) {
    const result = v.safeParse(configSchema, rest);
    if (result.success) return { config: result.output, problems: found.map(problemOf) };
    const mistakes = allMistakes(result.issues);
    // What is empty or missing now, because of what was taken out, is no mistake of its own.
    pushAll(
      found,
      mistakes.filter((mistake) => !found.some((other) => isBelow(other, mistake))),
    );
    rest = without(rest, mistakes);
  }
  if (found.length === 0) pushAll(found, allMistakes(v.safeParse(configSchema, rest).issues!));
  return { config: null, problems: found.map(problemOf) };
}

function allMistakes(issues: readonly v.BaseIssue<unknown>[]): Mistake[] {
  const looked = issues.slice(0, mostMistakes);
  return looked.flatMap((issue) => mistakesOf(issue, [])).slice(0, mostMistakes);
}

function isBelow({ keys }: Mistake, above: Mistake): boolean {
  return above.keys.every((key, at) => keys[at] === key);
}
