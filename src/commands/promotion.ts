import { hasMovingTags } from "../config/config.ts";
import type { Problem } from "../core/errors.ts";
import { isPromotion, promotedBy, type PromotedBuild, readPromoted } from "../core/promoted-build.ts";
import type { PromoteOptions } from "./options.ts";
import type { Project } from "./project.ts";

/** A command that may promote, and what was said to it. */
interface Asked {
  command: string;
  targets: readonly string[];
  options: Pick<PromoteOptions, "promote" | "from">;
}

/**
 * The build whose images are published instead of building: with `promote`, and in a promotion or rollback whatever the
 * command is, unless the user wants it built anew. What is never published is built as ever. Null where it is built.
 */
export function promotion(
  { config, event }: Pick<Project, "config" | "event">,
  { command, targets, options }: Asked,
): { from: PromotedBuild | null; problems: Problem[] } {
  const isAsked = command === "promote";
  const isLeft = config.promote === "build" || options.promote === false || !isPromotion(event);
  const selected = config.targets.filter(({ name }) => targets.length === 0 || targets.includes(name));
  if (!isAsked && (isLeft || !selected.some(hasMovingTags))) return { from: null, problems: [] };
  const from = options.from === undefined ? promotedBy(event) : readPromoted(options.from);
  const unpublished = isAsked && targets.length > 0 ? selected.filter((target) => !hasMovingTags(target)) : [];
  const problems = unpublished.map(({ name }): Problem => {
    const hint = "only what has a repo is in a registry, to be promoted from there";
    return { path: `targets.${name}`, message: "is published nowhere, so it cannot be promoted", hint };
  });
  if (from !== null) return { from, problems };
  const hint = "write --from 40 or --from master-860c1904a1ce-40, without a target's prefix and suffix";
  const wrong = { path: "--from", message: "is neither a build's number nor its build tag", got: options.from, hint };
  return { from: promotedBy(event), problems: [...problems, wrong] };
}
