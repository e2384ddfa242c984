import { Command, CommanderError, type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { type CommandName, commandNames } from "../core/command-names.ts";
import { ExitCode, InputError, type Problem, throwProblems } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { version } from "../core/version.ts";
import type { Host } from "../host/host.ts";
import type { CommandLine } from "../commands/options.ts";
import { beforeCommand, mistake } from "./mistakes.ts";

/** Reads the command line; an exit code instead of a command means that all is said: help or the version. */
export async function parseCommandLine(host: Host): Promise<CommandLine | number> {
  let chosen: CommandLine | undefined;
  let said = "";
  const program = commandLine(
    (text) => (said += text),
    (line) => (chosen = line),
  );
  for (const command of [program, ...program.commands]) {
    command.exitOverride((error) => {
      if (error.exitCode === 0) throw error;
      throw new InputError([mistake(error, { command, program, meant: commandMeant(program, host.argv) })]);
    });
  }
  try {
    await program.parseAsync([...host.argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const what = error.code === "commander.version" ? "version" : "help";
    if (wantsJson(host.argv)) host.print(`${host.json({ [what]: said.trimEnd() })}\n`);
    else host.stdout.write(`${said.trimEnd()}\n`);
    return ExitCode.done;
  }
  const line = chosen!;
  throwProblems([...misplaced(program, host.argv), ...emptyValues(line.options)]);
  return line;
}

/** Whether --json is said, whatever else is wrong with the command line. */
export function wantsJson(argv: readonly string[]): boolean {
  const ignore = () => undefined;
  return survey(commandLine(ignore, ignore), argv).json;
}

/** The command whose name is the first word that is one, and neither an option nor an option's value. */
function commandMeant(program: CommandUnknownOpts, argv: readonly string[]): CommandUnknownOpts | undefined {
  const { words } = survey(program, argv);
  return program.commands.find((command) => command.name() === words.find((word) => isCommandName(word)));
}

/** Reads a command line by the options of all commands at once, so that no option's value is taken for a word. */
function survey(
  { options, commands }: CommandUnknownOpts,
  argv: readonly string[],
): { json: boolean; words: readonly string[] } {
  const every = new Command().exitOverride().configureOutput({ outputError: () => undefined });
  const all = new Map(
    [...options, ...commands.flatMap((command) => command.options)].map(({ flags }) => [flags, flags]),
  );
  for (const flags of all.keys()) every.addOption(new Option(flags));
  let words: readonly string[] = [];
  try {
    const { operands, unknown } = every.parseOptions([...argv]);
    words = [...operands, ...unknown];
  } catch {
    // The last option has no value; what stands before it has been read.
  }
  return { json: every.getOptionValue("json") === true, words };
}

/** An option that is one of the default command's, and of the command whose name comes after it. */
function misplaced(program: CommandUnknownOpts, argv: readonly string[]): Problem[] {
  const [first = ""] = program.args;
  const command = isCommandName(first) ? undefined : commandMeant(program, argv);
  return command === undefined ? [] : [beforeCommand(first.replace(/=.*/s, ""), command)];
}

function isCommandName(word: string | undefined): boolean {
  return commandNames.some((name) => name === word);
}

/** An option whose value is empty, as of a variable that is not set, says nothing. */
function emptyValues(options: object): Problem[] {
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    if (value !== "" && !(Array.isArray(value) && value.includes(""))) return [];
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return [{ path: flag, message: "its value is empty", hint: "give it one, or leave the option out" }];
  });
}

/** The commands' own options are theirs alone, so that one which a command does not use is an error. */
function commandLine(say: (text: string) => void, choose: (line: CommandLine) => void) {
  const program = new Command("multistage-build")
    .description("Builds every image of a multi-stage Dockerfile once, on one base, with the right tags.")
    .configureOutput({
      writeOut: say,
      // The one place that reports errors does it.
      outputError: () => undefined,
      // A fixed width: the same help on every terminal and in the README.
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError(false)
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .option("-c, --config <file>", "the config file, instead of searching for one")
    .option("-C, --cwd <folder>", "run as if started in <folder>")
    .option("--json", "print one JSON document on stdout, errors included")
    .option("--env-file <file>", "take CI's variables from a file of NAME=value lines")
    .addOption(
      new Option(
        "--ci-env <file>",
        "the same, but Node, which knows --env-file too, does not read the file itself",
      ).conflicts("envFile"),
    );

  const command = (name: CommandName, description: string) =>
    program.command(name, { isDefault: name === "build" }).description(description);
  const take = (name: CommandLine["command"]) => (targets: string[], _: unknown, self: { optsWithGlobals(): object }) =>
    choose({
      command: name,
      targets,
      options: self.optsWithGlobals(),
      ...(name === "build" && { isDefault: !isCommandName(program.args[0]) }),
    } as CommandLine);
  const targets = "targets to work on; none means all";

  add(command("build", "build, and publish where the push policy says so (the default command)"), [
    ...publishing,
    new Option("--no-cache", "build every step anew"),
    new Option("--no-reuse", "build what an earlier build has made from the very same, too"),
    new Option("--pull", "ask registries which images stages are FROM now, and build on those"),
    new Option("--no-pull", "take the images that stages are FROM as they are on this host"),
    builder(),
    part,
    new Option("--load", "bring the images to this host, to test them, and publish nothing").conflicts("push"),
    anew,
    ...planning,
    ...colours,
  ])
    .argument("[targets...]", targets)
    .action(take("build"));
  add(command("push", "publish what an earlier step of this build has built"), [
    ...publishing,
    part,
    anew,
    ...planning,
    ...colours,
  ])
    .argument("[targets...]", targets)
    .action(take("push"));
  add(command("promote", "publish another build's images under this build's moving tags, and build nothing"), [
    new Option("--from <build>", "the build, by its number or build tag (default: the one that CI promotes)"),
    ...publishing,
    ...planning,
    ...colours,
  ])
    .argument("[targets...]", targets)
    .action(take("promote"));
  add(command("join", "make one image of what agents of several architectures have published, and move its tags"), [
    ...publishing,
    ...planning,
    ...colours,
  ])
    .argument("[targets...]", targets)
    .action(take("join"));
  add(command("plan", "print what would be built, tagged and published"), [
    new Option("--push", "plan as if told to publish"),
    new Option("--no-push", "plan as if told not to publish"),
    new Option("--explain", "ask the registries of each target whether it would be built, and why"),
    builder(),
    part,
    anew,
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
  add(command("ref", "print the reference that a target has in this build"), [part, anew, pretending])
    .argument("<target>", "the target")
    .action((name, _, self) => take("ref")([name], _, self));
  add(command("outdated", "list published images whose base has moved on; exit code 3 if there are any"), [pretending])
    .argument("[targets...]", targets)
    .action(take("outdated"));
  add(command("clean", "remove this project's old images from the host, and nothing else"), [
    new Option("--registry", "remove its old build tags from registries instead, where nothing that stays needs them"),
    new Option("--keep <n>", "keep the images of the <n> newest builds (default: 5)"),
    new Option("--older <duration>", "remove only what is older, as 36h, 14d or 2w"),
    new Option("--dry-run", "print what would be removed"),
    ...colours,
  ]).action((_, self) => take("clean")([], _, self));
  command("help", "print this help, or a command's")
    .argument("[command]", "the command")
    .action((name) => (name === undefined ? program : commandCalled(name, program.commands)).help());
  command("version", "print the version").action(() => {
    say(version);
    throw new CommanderError(ExitCode.done, "commander.version", version);
  });
  return program;
}

const pretending = new Option(
  "--as <what>",
  "pretend a build: branch:dev, pr:17, tag:v1.2.3, cron, promote:production",
);

const part = new Option(
  "--platform <platform>",
  "make only this platform's part of each image, as other agents make the others",
);

const anew = new Option("--no-promote", "build a promotion or rollback anew, instead of publishing what it is of");

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
    "a buildx builder, or buildx, docker (docker build per target), auto: buildx where it is installed",
  );
}

function add(command: Command, options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}

function commandCalled(name: string, commands: readonly CommandUnknownOpts[]): CommandUnknownOpts {
  const found = commands.find((command) => command.name() === name);
  if (found !== undefined) return found;
  throw new InputError([
    { path: "help", message: "is not a command", got: name, hint: didYouMean(name, commandNames) },
  ]);
}
