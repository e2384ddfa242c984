import type { VertexName } from "./vertex-name.ts";

/** A target as far as its progress is concerned. */
export interface ProgressTarget {
  name: string;
  /** The stage that it is; "" for the Dockerfile's last. */
  stage: string;
  dockerfile: string;
}

/**
 * Whose line a step is. Several targets that share a stage all report its steps, in any order; so that the answer does
 * not depend on which comes first, such a step belongs to the target that is that stage, else to the stage itself. A
 * target with a Dockerfile of its own keeps all its stages.
 */
export function ownerOf(
  { target, stage }: Pick<VertexName, "target" | "stage">,
  targets: readonly ProgressTarget[],
): string {
  const reporter = targets.find(({ name }) => name === target);
  if (reporter === undefined || stage === null) return target ?? "";
  const siblings = targets.filter(({ dockerfile }) => dockerfile === reporter.dockerfile);
  const owner = siblings.find((sibling) => sibling.stage.toLowerCase() === stage);
  if (owner !== undefined) return owner.name;
  return siblings.length === 1 || /^stage-\d+$/.test(stage) ? reporter.name : stage;
}
