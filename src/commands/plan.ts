import type { Flags } from "../cli.ts";
import { quote, type Step, toShell, workDirectory } from "../docker/invocation.ts";
import { ExitCode } from "../errors.ts";
import type { Host } from "../host.ts";
import { planTree } from "../report/tree.ts";
import { buildOptions, draftPlan, stepsOf, wholePlan } from "./draft.ts";
import { consoleFor } from "./output.ts";
import { loadProject } from "./project.ts";

/** `plan`, and `--dry-run` of build and push, which also prints the exact commands. Needs no docker. */
export async function plan(
  host: Host,
  names: readonly string[],
  flags: Flags,
  dryRunOf: "build" | "push" | null,
): Promise<number> {
  const project = await loadProject(host, flags);
  const draft = await draftPlan(host, project, names, flags);
  const options = buildOptions(project, flags);
  const steps = stepsOf(dryRunOf ?? "build", draft, project, options);
  const out = consoleFor(host, flags);
  const commands = dryRunOf === null ? "" : `\n${out.paint.bold("commands")}\n${script(steps, options.directory)}`;
  out.result(planTree(draft, out.paint) + commands, wholePlan(draft, steps));
  return ExitCode.done;
}

/** The commands as a script that can be copied into a shell. */
function script(steps: readonly Step[], directory: string): string {
  const needsWork = steps
    .flat()
    .some(({ argv }) => argv.some((word) => typeof word !== "string" && word.variable === workDirectory));
  const lines = [
    `cd ${quote(directory)}`,
    "export DOCKER_BUILDKIT=1",
    ...(needsWork ? [`${workDirectory}=$(mktemp -d)`] : []),
    ...steps.map(toShell),
  ];
  return `${lines.join("\n")}\n`;
}
