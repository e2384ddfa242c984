import { ExitCode, formatMasked, InputError, moreProblems } from "../core/errors.ts";
import { version } from "../core/version.ts";
import type { Host } from "../host/host.ts";
import { maskedHost } from "./mask.ts";
import type { CommandLine } from "../commands/options.ts";
import { parseCommandLine, wantsJson } from "./program.ts";

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
async function runCommand(host: Host, line: CommandLine): Promise<number> {
  switch (line.command) {
    case "build":
    case "push":
    case "promote":
    case "join": {
      if (line.options.dryRun === true) {
        const { dryRun } = await import("../commands/plan.ts");
        return dryRun(host, line);
      }
      const { build } = await import("../commands/build.ts");
      return build(host, line);
    }
    case "plan": {
      const { plan } = await import("../commands/plan.ts");
      return plan(host, line);
    }
    case "tags": {
      const { tags } = await import("../commands/tags.ts");
      return tags(host, line.targets, line.options);
    }
    case "ref": {
      const { ref } = await import("../commands/ref.ts");
      return ref(host, line.targets[0], line.options);
    }
    case "outdated": {
      const { outdated } = await import("../commands/outdated.ts");
      return outdated(host, line.targets, line.options);
    }
    case "clean": {
      const { clean } = await import("../commands/clean.ts");
      return clean(host, line.options);
    }
  }
}

/** The user's mistakes, and ours. What goes wrong in a run is in its result. */
function report(host: Host, error: unknown): number {
  const isInput = error instanceof InputError;
  const told = isInput ? error.problems.map((problem) => formatMasked(problem, host.mask)) : [];
  const more = isInput && error.more > 0 ? [moreProblems(error.more)] : [];
  if (wantsJson(host.argv)) {
    const message = isInput ? [...told, ...more].join("\n") : error instanceof Error ? error.message : String(error);
    const code = isInput ? "input" : "bug";
    host.print(
      `${host.json({ error: { code, message, hint: null, ...(isInput && { problems: error.problems }) } })}\n`,
    );
  }
  const lines = isInput ? [...told.map((problem) => `error ${problem}`), ...more] : [bug(error)];
  host.stderr.write(`${lines.join("\n")}\n`);
  return isInput ? ExitCode.input : ExitCode.bug;
}

function bug(error: unknown): string {
  const stack = error instanceof Error ? error.stack : String(error);
  const about = `multistage-build ${version}, node ${process.version}, ${process.platform}`;
  return `This is a bug in multistage-build, please report it.\n${about}\n${stack}`;
}
