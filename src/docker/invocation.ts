import type { CommandKind, PlannedCommand } from "../plan/plan.ts";

/** A part of a command line: text as it is, or a variable's value with text behind it. */
export type Word = string | { variable: string; rest?: string };

/** One docker process to be, as data. */
export interface Invocation {
  kind: CommandKind;
  target: string | null;
  argv: readonly [string, ...Word[]];
  stdin: Word | null;
  /** Variables beyond docker's own that the process is given, by name. */
  env: readonly string[];
}

/** The variable that stands for the run's private temporary directory. */
export const workDirectory = "WORK";

/** One or more invocations of which each is run only if the one before has failed. */
export type Step = readonly Invocation[];

/** Steps as plain JSON: variables are shown as `$NAME`. */
export function toPlannedCommands(steps: readonly Step[]): PlannedCommand[] {
  return steps.flatMap((step) =>
    step.map(({ kind, target, argv, stdin, env }, at) => {
      const input = stdin === null ? null : show(stdin);
      return { kind, target, argv: argv.map(show), stdin: input, env: [...env], otherwise: at > 0 };
    }),
  );
}

function show(word: Word): string {
  return typeof word === "string" ? word : `$${word.variable}${word.rest ?? ""}`;
}

/** The last word, where that is known to be text: a reference, a registry. */
export function lastWord({ argv }: Invocation): string {
  const word = argv.at(-1);
  return typeof word === "string" ? word : "";
}

/** A word with its variable's value filled in. Throws on a variable that has none: that is a bug. */
export function fillIn(word: Word, values: Readonly<Record<string, string | undefined>>): string {
  if (typeof word === "string") return word;
  const value = values[word.variable];
  if (value === undefined) throw new Error(`no value for $${word.variable}`);
  return `${value}${word.rest ?? ""}`;
}

/** A step as a line for a POSIX shell, ready to be copied and run. */
export function toShell(step: Step): string {
  return step
    .map((invocation) =>
      invocation.kind === "inspect" ? `${commandLine(invocation)} >/dev/null 2>&1` : commandLine(invocation),
    )
    .join(" || ");
}

function commandLine({ argv, stdin }: Invocation): string {
  const line = argv.map(quoteWord).join(" ");
  if (stdin === null) return line;
  if (typeof stdin !== "string") return `printf %s ${quoteWord(stdin)} | ${line}`;
  const marker = hereMarker(stdin);
  return `${line} <<'${marker}'\n${stdin}\n${marker}`;
}

function quoteWord(word: Word): string {
  if (typeof word !== "string") return `"$${word.variable}"${word.rest === undefined ? "" : quote(word.rest)}`;
  return quote(word);
}

/** Quotes for a POSIX shell: nothing is special between single quotes. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A here-document's end marker that is no line of the text. */
function hereMarker(text: string): string {
  const lines = new Set(text.split("\n"));
  let marker = "END";
  while (lines.has(marker)) marker += "_";
  return marker;
}
