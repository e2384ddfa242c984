import type { Problem } from "../core/errors.ts";
import type { Secrets } from "../secrets/secrets.ts";
import { allReferences, type PlannedTarget } from "./plan.ts";

/** A text that would be seen by all who can see the image or its name, and where it comes from. */
export type Published = readonly [path: string, text: string];

/** Secrets in what a target is published with: whoever can pull the image reads its labels and its name. */
export function publishedSecrets(target: PlannedTarget, secrets: Pick<Secrets, "variableIn">): Problem[] {
  const path = `targets.${target.name}`;
  const { image, places, dockerfile, context, platforms } = target;
  return secretProblems(
    [
      ...[image, ...places].map(({ repository }): Published => [`${path}.repo`, repository.name]),
      ...[image, ...allReferences(target)].map(({ tag }): Published => [`${path}.tags`, tag]),
      ...Object.entries(target.labels).map(([name, text]): Published => [`${path}.labels.${name}`, text]),
      ...Object.entries(target.annotations).map(([name, text]): Published => [`${path}.annotations.${name}`, text]),
      ...Object.entries(target.contexts).map(([name, from]): Published => [`${path}.contexts.${name}`, from]),
      [`${path}.dockerfile`, dockerfile],
      [`${path}.context`, context],
      ...platforms.map((platform): Published => [`${path}.platforms`, platform]),
      ...target.cacheFrom.map((from): Published => [`${path}.cacheFrom`, from]),
      ...target.cacheTo.map((to): Published => [`${path}.cacheTo`, to]),
    ],
    secrets,
  );
}

/** A problem for each text that holds a secret: it names the variable, and not its value. */
export function secretProblems(texts: readonly Published[], { variableIn }: Pick<Secrets, "variableIn">): Problem[] {
  const problems = texts.flatMap(([path, text]): [string, Problem][] => {
    const variable = variableIn(text);
    if (variable === null) return [];
    const hint = "what is published is no place for it: write secrets: and RUN --mount=type=secret";
    return [[path, { path, message: `would hold the value of ${variable}, which is a secret`, hint }]];
  });
  return [...new Map(problems).values()];
}
