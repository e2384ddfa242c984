import type { Failure } from "../core/failure.ts";
import type { Outcome, RunResult } from "../core/outcome.ts";
import { cleanLine, indented } from "../core/printable.ts";
import { formatReference } from "../core/reference.ts";
import { findTarget } from "../plan/find-target.ts";
import { wholeOf } from "../plan/parts.ts";
import type { Plan, PlannedTarget } from "../plan/plan.ts";
import { formatFailure } from "./progress-lines.ts";
import type { Paint } from "./paint.ts";
import { table } from "./table.ts";

/** The table at the end of a run: target, image with digest, tags, built or cached, seconds. */
export function resultTable(plan: Plan, { outcomes }: RunResult): string {
  const rows = outcomes.map((outcome) => {
    const target = findTarget(plan, outcome.target);
    const home = target?.places[0]?.repository.name ?? (target && formatReference(target.image)) ?? outcome.target;
    return [
      outcome.target,
      // Of what is not in a registry it is the image's id on this host, which nobody can pull.
      outcome.digest === null || outcome.published.length === 0 ? home : `${home}@${outcome.digest.slice(0, 19)}`,
      tagsOf(outcome) || (outcome.status === "built" ? "not published" : "-"),
      outcome.status === "built" && outcome.cached ? "cached" : outcome.status,
      `${outcome.seconds.toFixed(1)} s`,
    ];
  });
  return `${table([["target", "image", "tags", "result", "time"], ...rows]).join("\n")}\n`;
}

/** The tags that are up, each once: several repositories carry the same. */
function tagsOf({ published }: Outcome): string {
  return [...new Set(published.map(({ tag }) => tag))].join(", ");
}

/** A promoted image goes by its digest: its build tag may be another than the plan could know. */
function imageName(target: PlannedTarget, { status, digest, published }: Outcome): string {
  // The digest of what has been joined is the whole's.
  const { image: whole } = wholeOf(target);
  const isJoined = published.some(({ tag }) => tag === whole.tag);
  const image = isJoined ? whole : target.image;
  return status === "promoted" ? `${image.repository.name}@${digest}` : formatReference(image);
}

/** What went wrong, for people. */
export function failureText({ target, message, step, details, hint }: Failure, paint: Paint): string {
  const plain = `${paint.red("error")} ${target === null ? "" : `${paint.bold(target)}: `}${indented(message)}`;
  const lines = [
    step === null ? plain : formatFailure(step, paint),
    ...details.map((line) => `  ${cleanLine(line)}`),
    ...(hint === null ? [] : [`  ${paint.dim(indented(hint))}`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** The run's result for machines; also what --metadata-file holds. */
export function resultJson(plan: Plan, { outcomes, failures }: RunResult, config: string): object {
  return {
    version: 1,
    config,
    buildTag: plan.buildTag,
    push: plan.push,
    pushReason: plan.pushReason,
    targets: outcomes.map((outcome) => {
      const target = findTarget(plan, outcome.target);
      return {
        name: outcome.target,
        image: target === undefined ? null : imageName(target, outcome),
        digest: outcome.digest,
        version: target?.version ?? null,
        tags: target?.tags ?? [],
        published: outcome.published.map(formatReference),
        status: outcome.status,
        cached: outcome.cached,
        why: outcome.why,
        seconds: Number(outcome.seconds.toFixed(1)),
      };
    }),
    ...errorJson(failures),
  };
}

/** What went wrong, for machines; empty where nothing did. */
export function errorJson(failures: readonly Failure[]): object {
  const [first] = failures;
  if (first === undefined) return {};
  const message = failures
    .map(({ target, message: text }) => (target === null ? text : `${target}: ${text}`))
    .join("; ");
  const hint = failures.find((one) => one.hint !== null)?.hint ?? null;
  return { error: { code: first.code === "interrupted" ? "interrupted" : "run-failed", message, hint, failures } };
}
