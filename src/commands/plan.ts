import type { Flags } from "../cli.ts";
import { type Invocation, toShell, workDirectory } from "../docker/invocation.ts";
import { quote } from "../docker/invocation.ts";
import { ExitCode } from "../errors.ts";
import type { Host } from "../host.ts";
import { planTree } from "../report/tree.ts";
import { buildOptions, draftPlan, invocationsOf, wholePlan } from "./draft.ts";
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
  const invocations = invocationsOf(dryRunOf ?? "build", draft, project, options);
  const out = consoleFor(host, flags);
  const commands = dryRunOf === null ? "" : `\n${out.paint.bold("commands")}\n${script(invocations, options.directory)}`;
  out.result(planTree(draft, out.paint) + commands, wholePlan(draft, invocations));
  return ExitCode.done;
}

/** The commands as a script that can be copied into a shell. */
function script(invocations: readonly Invocation[], directory: string): string {
  const needsWork = invocations.some(({ argv }) =>
    argv.some((word) => typeof word !== "string" && word.variable === workDirectory),
  );
  const lines = [
    `cd ${quote(directory)}`,
    "export DOCKER_BUILDKIT=1",
    ...(needsWork ? [`${workDirectory}=$(mktemp -d)`] : []),
    ...invocations.map(toShell),
  ];
  return `${lines.join("\n")}\n`;
}
