import type { Problem } from "../core/errors.ts";
import type { PlannedTarget } from "./plan.ts";

/** So many references a plan may publish: each is a request, and more. */
const mostReferences = 100_000;
/** So many characters the arguments and labels of all its targets may come to. */
const mostCharacters = 10_000_000;

/** Why a plan is too large: a short config may come to any size, of many targets times many tags or long variables. */
export function planSizeProblems(targets: readonly PlannedTarget[]): Problem[] {
  let [references, characters] = [0, 0];
  for (const { places, args, labels } of targets) {
    for (const { moving } of places) references += 1 + moving.length;
    for (const text of [...Object.values(args), ...Object.values(labels)]) characters += text.length;
  }
  const problems: Problem[] = [];
  if (references > mostReferences)
    problems.push({ path: "targets", message: `come to more than ${mostReferences} references`, got: references });
  if (characters > mostCharacters) {
    const message = `have arguments and labels of more than ${mostCharacters} characters in all`;
    problems.push({ path: "targets", message, got: characters });
  }
  return problems;
}
