import type { CommanderError, CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import type { Problem } from "../core/errors.ts";
import { nearest } from "../core/suggest.ts";

/** What the reader of the command line knows beside what commander says. */
export interface Reading {
  program: CommandUnknownOpts;
  /** The command that commander was reading for; the program itself where it had not got that far. */
  command: CommandUnknownOpts;
  /** The command whose name stands on the command line: where it stands too late, it is not the one that was read for. */
  meant: CommandUnknownOpts | undefined;
}

/** What commander found wrong, in our own form. */
export function mistake(error: CommanderError, reading: Reading): Problem {
  const { command } = reading;
  const [first = "", second = ""] = [...error.message.matchAll(/'([^']*)'/g)].map(([, text = ""]) => text);
  switch (error.code) {
    case "commander.unknownOption":
      return unknownOption(/'([^=]*)(?:=[^]*)?'$/.exec(error.message)?.[1] ?? "", reading);
    case "commander.optionMissingArgument":
      return { path: longest(first), message: "needs a value", hint: `write ${withValue(first)}` };
    case "commander.conflictingOption":
      return { path: longest(first), message: `cannot be used with ${longest(second)}`, hint: "leave one of them out" };
    case "commander.missingArgument":
      return { path: command.name(), message: `<${first}> is missing`, hint: `write ${usage(command)}` };
    case "commander.excessArguments":
      return { path: command.name(), message: "too many words", got: extra(command), hint: `write ${usage(command)}` };
    default:
      return { path: command.name(), message: error.message.replace(/^error: /, "") };
  }
}

/** An option that stands where only the options of all commands may stand. */
export function beforeCommand(flag: string, command: CommandUnknownOpts): Problem {
  return { path: flag, message: "stands before its command", hint: `write ${command.name()} ${flag}` };
}

/** Of an option that belongs to other commands it is said to which. */
function unknownOption(flag: string, { program, command, meant = command }: Reading): Problem {
  const takers = program.commands.filter((one) =>
    one.options.some(({ long, short }) => long === flag || short === flag),
  );
  if (takers.includes(meant)) return beforeCommand(flag, meant);
  const message = `is not an option of ${meant.name()}`;
  if (takers.length > 0) {
    return { path: flag, message, hint: `it is an option of ${takers.map((one) => one.name()).join(", ")}` };
  }
  // The dashes are no part of a name: with them, short names would look alike.
  const names = optionsOf(meant).flatMap(({ long }) => long?.slice(2) ?? []);
  const near = flag.startsWith("--") ? nearest(flag.slice(2), names) : null;
  const hint = near === null ? `multistage-build help ${meant.name()} lists its options` : `did you mean "--${near}"?`;
  return { path: flag, message, hint };
}

function optionsOf(command: CommandUnknownOpts): Option[] {
  return [...command.options, ...(command.parent?.options ?? [])];
}

/** `--tag` of `-t, --tag <tag>`. */
function longest(flags: string): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}

/** `--tag <tag>` of `-t, --tag <tag>`. */
function withValue(flags: string): string {
  return flags.slice(flags.indexOf("--"));
}

function usage(command: CommandUnknownOpts): string {
  return `multistage-build ${command.name()} ${command.usage()}`.trimEnd();
}

/** The first word that no argument is left for. */
function extra(command: CommandUnknownOpts): string | undefined {
  return command.args[command.registeredArguments.length];
}
