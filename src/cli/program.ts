import { Command, CommanderError, type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { builderNames } from "../builders/builder-name.ts";
import { ExitCode, InputError, type Problem } from "../core/errors.ts";
import { version } from "../core/version.ts";
import type { Host } from "../host/host.ts";
import type { CommandLine } from "../commands/options.ts";

/** Reads the command line; an exit code instead of a command means that all is said: help or the version. */
export async function parseCommandLine(host: Host): Promise<CommandLine | number> {
  let chosen: CommandLine | undefined;
  const program = commandLine(host, (line) => (chosen = line));
  try {
    await program.parseAsync([...host.argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return ExitCode.done;
    throw new InputError([explain(error, program.commands, host.argv)]);
  }
  return chosen ?? ExitCode.input;
}

/** The commands' own options are theirs alone, so that one which a command does not use is an error. */
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
    .option("--ci-env <file>", "the same, but Node, which knows --env-file too, does not read the file itself");

  type Name = CommandLine["command"];
  const command = (name: Name, description: string) =>
    program.command(name, { isDefault: name === "build" }).description(description);
  const take = (name: Name) => (targets: string[], _: unknown, self: { optsWithGlobals(): object }) =>
    choose({ command: name, targets, options: self.optsWithGlobals() } as CommandLine);
  const targets = "targets to work on; none means all";

  add(command("build", "build, and publish where the push policy says so (the default command)"), [
    ...publishing,
    new Option("--no-cache", "build every step anew"),
    new Option("--pull", "look for newer versions of the images that stages are FROM"),
    builder(),
    ...planning,
    ...colours,
  ])
    .argument("[targets...]", targets)
    .action(take("build"));
  add(command("push", "publish what an earlier step of this build has built"), [...publishing, ...planning, ...colours])
    .argument("[targets...]", targets)
    .action(take("push"));
  add(command("plan", "print what would be built, tagged and published"), [
    new Option("--push", "plan as if told to publish"),
    new Option("--no-push", "plan as if told not to publish"),
    builder(),
    ...planning,
    ...colours,
  ])
    .argument("[targets...]", targets)
    .action(take("plan"));
  add(command("tags", "print the tags, one a line"), [
    new Option("--explain", "say of every rule what it gave and why"),
    new Option(
      "--tags-file <file>",
      "write the tags to <file>, comma-separated, as Drone's plugins read them from .tags",
    ),
    ...planning,
  ])
    .argument("[target]", "the target; none means all")
    .action((name, _, self) => take("tags")(name === undefined ? [] : [name], _, self));
  add(command("ref", "print the reference that a target has in this build"), [pretending])
    .argument("<target>", "the target")
    .action((name, _, self) => take("ref")([name], _, self));
  add(command("clean", "remove this project's old images from the host, and nothing else"), [
    new Option("--keep <n>", "keep the images of the <n> newest builds (default: 5)"),
    new Option("--older <duration>", "remove only what is older, as 36h, 14d or 2w"),
    new Option("--dry-run", "print what would be removed"),
  ]).action((_, self) => take("clean")([], _, self));
  return program;
}

const pretending = new Option(
  "--as <what>",
  "pretend a build: branch:dev, pr:17, tag:v1.2.3, cron, promote:production",
);

const planning = [
  pretending,
  new Option("--tag <tag>", "one more tag for every target; may be repeated").argParser(
    (value: string, previous: string[] | undefined) => [...(previous ?? []), value],
  ),
];

const publishing = [
  new Option("--push", "publish, whatever the policy says"),
  new Option("--no-push", "do not publish"),
  new Option("--force", "take moving tags from later builds and higher versions, too"),
  new Option("--dry-run", "print the plan and the exact commands, and run nothing"),
  new Option("--metadata-file <file>", "write the result to <file> as JSON"),
  new Option("--tags-file <file>", "write the tags to <file>, comma-separated"),
  new Option("-q, --quiet", "print only the result and errors").conflicts("verbose"),
  new Option("-v, --verbose", "print what is usually left out"),
];

const colours = [new Option("--color", "colour, even where it is not expected"), new Option("--no-color", "no colour")];

function builder(): Option {
  return new Option(
    "--builder <name>",
    "buildx, docker (docker build per target), or auto: buildx where it is installed",
  )
    .choices(builderNames)
    .default("auto");
}

function add(command: Command, options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}

/** What commander found wrong. Of an option that belongs to other commands it is said to which. */
function explain(error: CommanderError, commands: readonly CommandUnknownOpts[], argv: readonly string[]): Problem {
  const message = error.message.replace(/^error: /, "");
  const flag = error.code === "commander.unknownOption" ? /'(--?[\w-]+)/.exec(message)?.[1] : undefined;
  const takers = commands.filter(({ options }) => options.some(({ long, short }) => long === flag || short === flag));
  if (flag === undefined || takers.length === 0) return { path: "command line", message };
  const own = argv.find((word) => commands.some((command) => command.name() === word)) ?? "build";
  const names = takers.map((command) => command.name());
  // Before the command's name it counts as one of the default command's.
  if (names.includes(own)) return { path: flag, message: "stands before its command", hint: `write ${own} ${flag}` };
  return { path: flag, message: `is not an option of ${own}`, hint: `it is one of: ${names.join(", ")}` };
}
