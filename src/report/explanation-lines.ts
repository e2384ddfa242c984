import { formatReference } from "../core/reference.ts";
import type { Explanation } from "../plan/explanation.ts";
import type { Paint } from "./paint.ts";
import { table } from "./table.ts";

/** What a run would do with each target and why, below the plan; "" where there is nothing to say. */
export function explanationLines(explanations: readonly Explanation[], paint: Paint): string {
  if (explanations.length === 0) return "";
  const rows = explanations.map(({ target, does, why, image }) => [
    `  ${target}`,
    does,
    image === null ? why : `${why} (${formatReference(image)})`,
  ]);
  return `\n${paint.bold("what a run would do, and why")}\n${table(rows).join("\n")}\n`;
}
