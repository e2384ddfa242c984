import { cleanLine } from "../core/printable.ts";
import { describePromoted, isFoundLate } from "../core/promoted-build.ts";
import { formatReference, type Reference } from "../core/reference.ts";
import { buildTagReferences, type Plan, type PlannedTarget } from "../plan/plan.ts";
import type { Paint } from "./paint.ts";

/** The plan for people: what is built on what, with which tags, what is published and why (not). */
export function planTree(plan: Plan, paint: Paint): string {
  const lines = [
    `${paint.bold(plan.buildTag)}  ${cleanLine(describeEvent(plan.event))}`,
    `${plan.push ? paint.green("publish") : paint.yellow("no publishing")}: ${plan.pushReason}`,
    ...(plan.promotes === null ? [] : [`promotes ${describePromoted(plan.promotes)}; nothing is built`]),
    "",
    ...plan.targets
      .filter(({ implied }) => plan.promotes === null || !implied)
      .flatMap((target) => targetLines(target, plan, paint)),
  ];
  if (plan.shared.length > 0 && plan.promotes === null) {
    lines.push("", paint.bold("shared stages"));
    for (const { stage, targets, publishedBy } of plan.shared) {
      const by = publishedBy === null ? "no target builds it" : `target ${publishedBy}`;
      lines.push(`  ${cleanLine(stage)}  ← ${targets.join(", ")}  ${paint.dim(`(${by})`)}`);
    }
  }
  if (plan.warnings.length > 0) lines.push("");
  for (const { code, message } of plan.warnings)
    lines.push(`${paint.yellow("warning")} ${cleanLine(message)} ${paint.dim(`[${code}]`)}`);
  return `${lines.join("\n")}\n`;
}

function targetLines(target: PlannedTarget, { push, promotes, store }: Plan, paint: Paint): string[] {
  const stage = target.stage === "" ? "last stage" : `stage ${target.stage}`;
  const implied = target.implied ? paint.dim("  (needed by another target)") : "";
  const on = target.base === null ? "" : `  on ${paint.cyan(target.base)}`;
  const links = target.bind
    .filter((binding) => binding.target !== target.base)
    .map((binding) => `  with ${paint.cyan(binding.target)}`);
  const published = push && !target.push ? paint.dim(" (not published)") : "";
  const branch = (reference: Reference, kind: string) =>
    `   ${paint.dim("├─")} ${formatReference(reference)}  ${paint.dim(kind)}`;
  const kind = push && target.push ? "moving" : "moving, if it were published";
  const lines = [
    ...(target.places.length === 0
      ? [branch(target.image, store === "host" ? "on this host only" : "kept nowhere")]
      : []),
    ...(promotes !== null && isFoundLate(promotes) ? [] : buildTagReferences(target)).map((reference) =>
      branch(reference, promotes === null ? "build tag" : "build tag of the promoted build"),
    ),
    ...target.places.flatMap(({ repository, moving }) => moving.map((tag) => branch({ repository, tag }, kind))),
  ];
  const last = lines.pop();
  return [
    `${paint.bold(target.name)}  ${paint.dim(cleanLine(`${stage} of ${target.dockerfile}`))}${on}${links.join("")}${implied}${published}`,
    ...lines,
    ...(last === undefined ? [] : [last.replace("├─", "└─")]),
  ];
}

function describeEvent(event: Plan["event"]): string {
  const number = event.buildNumber === null ? "" : ` #${event.buildNumber}`;
  const { kind, deployTo } = event;
  const plain = ["tag", "pull_request", "local"].includes(kind) ? "" : `${kind} of `;
  return `${event.provider}${number}: ${plain}${describeRef(event)}${deployTo === null ? "" : `, to ${deployTo}`}`;
}

function describeRef({ kind, pullRequest, tag, branch, ref }: Plan["event"]): string {
  if (pullRequest !== null) return `pull request ${pullRequest}`;
  if (kind === "pull_request") return "a pull request";
  if (tag !== null) return `tag ${tag}`;
  if (branch !== null) return `branch ${branch}`;
  return ref || (kind === "local" ? "no branch or tag" : "a commit");
}
