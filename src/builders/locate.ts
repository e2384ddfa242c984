import type { Dockerfile } from "../dockerfile/dockerfile.ts";
import type { FailedStep } from "../core/failure.ts";

/** The instructions that BuildKit numbers, besides FROM. */
const numbered = new Set(["ADD", "COPY", "RUN", "WORKDIR"]);

/**
 * The line of the step that failed, found by its number: for engines that do not say the line (20.10). Null where the
 * Dockerfile has no such step. Counts from the stage's end, as FROM and an image's own triggers may come first.
 */
export function locateFailure(
  { stage, position }: Pick<FailedStep, "stage" | "position">,
  file: Dockerfile,
): number | null {
  if (position === null) return null;
  const index = /^stage-(\d+)$/.exec(stage ?? "stage-0")?.[1];
  const found =
    file.stages.findLast(({ name }) => name === stage) ??
    (index === undefined ? undefined : file.stages[Number(index)]);
  const steps = found?.instructions.filter(({ keyword }) => numbered.has(keyword)) ?? [];
  const fromEnd = position.of - position.index + 1;
  return steps.at(-fromEnd)?.line ?? null;
}
