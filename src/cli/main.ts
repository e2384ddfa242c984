import { parseCommandLine, type CommandLine } from "./program.ts";
import { ExitCode, formatProblem, InputError, RunError } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import { Interrupted } from "../host/interruption.ts";
import { maskedHost } from "./mask.ts";
import { version } from "../core/version.ts";

/** The whole program: everything comes in through `host`, and the exit code goes out. The one place that catches. */
export async function main(system: Host): Promise<number> {
  const host = maskedHost(system);
  try {
    const line = await parseCommandLine(host);
    return typeof line === "number" ? line : await runCommand(host, line);
  } catch (error) {
    return report(host, error);
  }
}

/** Commands are loaded when they are asked for: `--version` needs none of them. */
async function runCommand(host: Host, { command, targets, flags }: CommandLine): Promise<number> {
  switch (command) {
    case "plan": {
      const { plan } = await import("../commands/plan.ts");
      return plan(host, targets, flags, null);
    }
    case "tags": {
      const { tags } = await import("../commands/tags.ts");
      return tags(host, targets, flags);
    }
    case "ref": {
      const { ref } = await import("../commands/ref.ts");
      return ref(host, targets[0]!, flags);
    }
    case "clean": {
      const { clean } = await import("../commands/clean.ts");
      return clean(host, flags);
    }
    default: {
      if (flags.dryRun === true) {
        const { plan } = await import("../commands/plan.ts");
        return plan(host, targets, flags, command);
      }
      const { build } = await import("../commands/build.ts");
      return build(host, command, targets, flags);
    }
  }
}

function report(host: Host, error: unknown): number {
  const { exitCode, code, text } = describe(error);
  if (host.argv.includes("--json")) {
    const problems = error instanceof InputError ? error.problems : undefined;
    const message = error instanceof Error ? error.message : String(error);
    host.print(`${host.json({ error: { code, message, ...(problems && { problems }) } })}\n`);
  }
  host.stderr.write(`${text}\n`);
  return exitCode;
}

function describe(error: unknown): { exitCode: number; code: string; text: string } {
  if (error instanceof InputError) {
    const text = error.problems.map((problem) => `error ${formatProblem(problem)}`).join("\n");
    return { exitCode: ExitCode.input, code: "input", text };
  }
  if (error instanceof RunError) {
    const hint = error.hint === undefined ? "" : `\n    ${error.hint}`;
    return { exitCode: ExitCode.failed, code: "run-failed", text: `error ${error.message}${hint}` };
  }
  if (error instanceof Interrupted) {
    const exitCode = { SIGINT: ExitCode.interrupted, SIGTERM: ExitCode.terminated, SIGHUP: ExitCode.hungUp }[error.by];
    return { exitCode, code: "interrupted", text: `${error.message}; nothing more is published` };
  }
  const stack = error instanceof Error ? error.stack : String(error);
  const about = `multistage-build ${version}, node ${process.version}, ${process.platform}`;
  return {
    exitCode: ExitCode.bug,
    code: "bug",
    text: `This is a bug in multistage-build, please report it.\n${about}\n${stack}`,
  };
}
