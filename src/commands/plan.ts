import type { Flags } from "../cli/program.ts";
import { quote, type Step, toShell, workDirectory } from "../docker/invocation.ts";
import { ExitCode } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import { planTree } from "../report/tree.ts";
import { buildOptions, draftPlan, stepsOf, wholePlan } from "./draft.ts";
import { consoleFor } from "../cli/console.ts";
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

/** So that the password goes when the script does: a configuration of its own, with the user's plugins. */
const ownDockerConfig = [
  `theirs=\${DOCKER_CONFIG:-$HOME/.docker}; export DOCKER_CONFIG="$${workDirectory}"`,
  `[ ! -d "$theirs/cli-plugins" ] || ln -s "$theirs/cli-plugins" "$DOCKER_CONFIG/"`,
].join("\n");

/** The commands as a script that can be copied into a shell. */
function script(steps: readonly Step[], directory: string): string {
  const commands = steps.flat();
  const logsIn = commands.some(({ kind }) => kind === "login");
  const needsWork = logsIn || commands.some(({ argv }) => argv.some((word) => typeof word !== "string"));
  // A shell of its own: it ends at the first failure, and what it changes and leaves behind is gone with it.
  const lines = [
    "(",
    "set -eu",
    `cd ${quote(directory)}`,
    "export DOCKER_BUILDKIT=1",
    ...(needsWork ? [`${workDirectory}=$(mktemp -d)`, `trap 'rm -rf "$${workDirectory}"' EXIT`] : []),
    ...(logsIn ? [ownDockerConfig] : []),
    ...steps.map(toShell),
    ")",
  ];
  return `${lines.join("\n")}\n`;
}
