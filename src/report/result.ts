import type { Failure, Outcome, RunResult } from "../run/outcome.ts";
import type { PlanDraft } from "../plan/build-plan.ts";
import { formatFailure } from "../progress/format.ts";
import type { Paint } from "./paint.ts";
import { table } from "./table.ts";

/** The table at the end of a run: target, image with digest, tags, built or cached, seconds. */
export function resultTable(draft: PlanDraft, { outcomes }: RunResult): string {
  const rows = outcomes.map((outcome) => {
    const target = draft.targets.find(({ name }) => name === outcome.target);
    const repository = target?.repositories[0] ?? target?.image ?? outcome.target;
    return [
      outcome.target,
      // Of what is not in a registry it is the image's id on this host, which nobody can pull.
      outcome.digest === null || outcome.published.length === 0
        ? repository
        : `${repository}@${outcome.digest.slice(0, 19)}`,
      tagsOf(outcome) || (outcome.status === "built" ? "not published" : "-"),
      outcome.status === "built" && outcome.cached ? "cached" : outcome.status,
      `${outcome.seconds.toFixed(1)} s`,
    ];
  });
  return `${table([["target", "image", "tags", "result", "time"], ...rows]).join("\n")}\n`;
}

/** The tags that are up, each once: several repositories carry the same. */
function tagsOf({ published }: Outcome): string {
  return [...new Set(published.map((reference) => reference.slice(reference.lastIndexOf(":") + 1)))].join(", ");
}

/** What went wrong, for people. */
export function failureText({ target, message, step, details, hint }: Failure, paint: Paint): string {
  const plain = `${paint.red("error")} ${target === null ? "" : `${paint.bold(target)}: `}${message}`;
  const lines = [
    step === null ? plain : formatFailure(step, paint),
    ...details.map((line) => `  ${line}`),
    ...(hint === null ? [] : [`  ${paint.dim(hint)}`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** The run's result for machines; also what --metadata-file holds. */
export function resultJson(draft: PlanDraft, { outcomes, failures }: RunResult): object {
  return {
    version: 1,
    buildTag: draft.buildTag,
    push: draft.push,
    pushReason: draft.pushReason,
    targets: outcomes.map((outcome) => {
      const target = draft.targets.find(({ name }) => name === outcome.target);
      return {
        name: outcome.target,
        image: target?.image ?? null,
        digest: outcome.digest,
        version: target?.version ?? null,
        tags: target?.tags ?? [],
        published: outcome.published,
        status: outcome.status,
        cached: outcome.cached,
        seconds: Number(outcome.seconds.toFixed(1)),
      };
    }),
    ...(failures.length === 0
      ? {}
      : {
          error: {
            code: "run-failed",
            message: failures
              .map(({ target, message }) => (target === null ? message : `${target}: ${message}`))
              .join("; "),
            failures,
          },
        }),
  };
}
