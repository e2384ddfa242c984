import type { PlannedTarget } from "../plan/plan.ts";
import type { Failure } from "./outcome.ts";

/** The failure of a target that does not stand on its base: whose layers do not begin with the base's. Null if they do. */
export function notOnBase(
  { name, base }: PlannedTarget,
  layers: readonly string[],
  baseLayers: readonly string[],
): Failure | null {
  const at = baseLayers.findIndex((layer, index) => layers[index] !== layer);
  if (at === -1) return null;
  return {
    target: name,
    code: "unknown",
    message: `does not stand on ${base}: layer ${at + 1} of ${baseLayers.length} differs`,
    step: null,
    details: [`  ${base}: ${baseLayers[at]}`, `  ${name}: ${layers[at] ?? "no such layer"}`],
    hint: "the base was built twice with different results; name it in needs:, or pass what differs to both as args:",
  };
}
