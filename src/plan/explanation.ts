import type { Reference } from "../core/reference.ts";
import type { Plan, PlannedTarget } from "./plan.ts";

/** What a run would do with a target, as far as the registries tell before it. */
export interface Explanation {
  target: string;
  /** `fails`: the run would end with an error; `unknown`: what has to be known for it cannot be asked. */
  does: "up already" | "used again" | "built" | "fails" | "unknown";
  /** In words that follow that. */
  why: string;
  /** The image that it would be, or that it was compared with. */
  image: Reference | null;
  /** What that image was made from and is otherwise now. */
  differs: string[];
}

/** Why no earlier image is looked for that a target could be, though all is known that it is made from. */
export function whyNotCompared(
  { inputs, places, push }: PlannedTarget,
  { event, push: publishes, pushReason }: Pick<Plan, "event" | "push" | "pushReason">,
): string {
  if (inputs.unknown !== null) return inputs.unknown;
  if (event.buildNumber === null) return "a laptop's build uses no earlier image again";
  if (places.length === 0) return "it is published nowhere, and only what is in a registry is used again";
  if (!push) return `it is not published by this build${publishes ? "" : `: ${pushReason}`}`;
  return "no moving tag is known under which an earlier image could be up";
}
