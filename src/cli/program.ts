import { Command, CommanderError, Option } from "@commander-js/extra-typings";
import { ExitCode, InputError } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import type { commandNames } from "../plan/select.ts";
import { version } from "../core/version.ts";

/** The name of a command and what was said on the command line, for {@link runCommand}. */
export interface CommandLine {
  command: (typeof commandNames)[number];
  /** The targets that are named. */
  targets: string[];
  flags: Flags;
}

/** Every flag, as given; a command looks at those that it offers. */
export interface Flags {
  config?: string;
  cwd?: string;
  json?: boolean;
  envFile?: string;
  ciEnv?: string;
  as?: string;
  quiet?: boolean;
  verbose?: boolean;
  color?: boolean;
  push?: boolean;
  cache?: boolean;
  pull?: boolean;
  tag?: string[];
  metadataFile?: string;
  tagsFile?: string;
  dryRun?: boolean;
  force?: boolean;
  builder?: "auto" | "buildx" | "docker";
  explain?: boolean;
  keep?: string;
  older?: string;
}

/** Reads the command line; an exit code instead of a command means that all is said: help or the version. */
export async function parseCommandLine(host: Host): Promise<CommandLine | number> {
  let chosen: CommandLine | undefined;
  const program = commandLine(host, (line) => (chosen = line));
  try {
    await program.parseAsync([...host.argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return ExitCode.done;
    throw new InputError([{ path: "command line", message: error.message.replace(/^error: /, "") }]);
  }
  return chosen ?? ExitCode.input;
}

function commandLine(host: Host, choose: (line: CommandLine) => void) {
  const program = new Command("multistage-build")
    .description("Builds every image of a multi-stage Dockerfile once, on one base, with the right tags.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      // The one place that reports errors does it.
      outputError: () => undefined,
      // A fixed width: the same help on every terminal and in the README.
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .option("-c, --config <file>", "the config file, instead of searching for one")
    .option("-C, --cwd <folder>", "run as if started in <folder>")
    .option("--json", "print one JSON document on stdout, errors included")
    .option("--env-file <file>", "take CI's variables from a file of NAME=value lines")
    .option("--ci-env <file>", "the same, but Node, which knows --env-file too, does not read the file itself")
    .option("--as <what>", "pretend a build: branch:dev, pr:17, tag:v1.2.3, cron, promote:production")
    .option("--tag <tag>", "one more tag for every target; may be repeated", collect)
    .option("-q, --quiet", "print only the result and errors")
    .option("-v, --verbose", "print what is usually left out")
    .option("--color", "colour, even where it is not expected")
    .option("--no-color", "no colour");

  const command = (name: CommandLine["command"], description: string) =>
    program.command(name, { isDefault: name === "build" }).description(description);
  const targets = "targets to work on; none means all";
  const take = (name: CommandLine["command"]) => (names: string[], _: unknown, self: { optsWithGlobals(): Flags }) =>
    choose({ command: name, targets: names, flags: self.optsWithGlobals() });

  publishing(command("build", "build, and publish where the push policy says so (the default command)"))
    .option("--no-cache", "build every step anew")
    .option("--pull", "look for newer versions of the images that stages are FROM")
    .addOption(builderOption())
    .argument("[targets...]", targets)
    .action(take("build"));
  publishing(command("push", "publish what an earlier step of this build has built"))
    .argument("[targets...]", targets)
    .action(take("push"));
  command("plan", "print what would be built, tagged and published, as a tree")
    .option("--push", "plan as if told to publish")
    .option("--no-push", "plan as if told not to publish")
    .addOption(builderOption())
    .argument("[targets...]", targets)
    .action(take("plan"));
  command("tags", "print the tags, one a line")
    .option("--explain", "say of every rule what it gave and why")
    .option("--tags-file <file>", "write the tags to <file>, comma-separated, as Drone's plugins read them from .tags")
    .argument("[target]", "the target; none means all")
    .action((name, _, self) =>
      choose({ command: "tags", targets: name === undefined ? [] : [name], flags: self.optsWithGlobals() }),
    );
  command("ref", "print the reference that a target has in this build")
    .argument("<target>", "the target")
    .action((name, _, self) => choose({ command: "ref", targets: [name], flags: self.optsWithGlobals() }));
  command("clean", "remove this project's old images from the host, and nothing else")
    .option("--keep <n>", "keep the images of the <n> newest builds (default: 5)")
    .option("--older <duration>", "remove only what is older, as 36h, 14d or 2w")
    .option("--dry-run", "print what would be removed")
    .action((_, self) => choose({ command: "clean", targets: [], flags: self.optsWithGlobals() }));
  return program;
}

function publishing(command: Command) {
  return command
    .option("--push", "publish, whatever the policy says")
    .option("--no-push", "do not publish")
    .option("--force", "take moving tags from later builds and higher versions, too")
    .option("--dry-run", "print the plan and the exact commands, and run nothing")
    .option("--metadata-file <file>", "write the result to <file> as JSON")
    .option("--tags-file <file>", "write the tags to <file>, comma-separated");
}

function builderOption() {
  return new Option("--builder <name>", "buildx, docker (docker build per target), or auto")
    .choices(["auto", "buildx", "docker"] as const)
    .default("auto" as const);
}

function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}
