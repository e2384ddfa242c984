import { cleanJson, cleanLine, cleanText } from "./printable.ts";

/** Process exit codes. 78 is never used: Drone's runner reads it as "skip the later steps". */
export const ExitCode = {
  done: 0,
  /** Docker, the registry or the network failed. */
  failed: 1,
  /** The user's input is wrong: flags, config, Dockerfile or environment. */
  input: 2,
  /** Published images stand on a base that has moved on. */
  outdated: 3,
  /** A bug in this program (sysexits' EX_SOFTWARE). */
  bug: 70,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** The exit code of a run that this signal has ended. */
export function exitCodeOf(signal: string): number {
  if (signal === "SIGINT") return ExitCode.interrupted;
  return signal === "SIGHUP" ? ExitCode.hungUp : ExitCode.terminated;
}

/** One mistake in the user's input, described so that it can be corrected. */
export interface Problem {
  /** Where: a config path (`targets.app1.repo`), a flag (`--as`), a file, or an environment variable. */
  path: string;
  /** What is wrong, without the path and the value. */
  message: string;
  /** The offending value, as far as it is safe and useful to show. */
  got?: unknown;
  /** What to do about it. */
  hint?: string;
  /** The file that it is written in, and the line, where they are known. */
  file?: string;
  line?: number;
}

/** So many problems are told; whoever has more has one cause for most of them. */
const mostTold = 100;

/** The user's input is wrong. Carries every problem that was found, not only the first. Exit code 2. */
export class InputError extends Error {
  override readonly name = "InputError";
  /** The first ones, their values cut to what can be read. */
  readonly problems: readonly Problem[];
  /** How many more there are. */
  readonly more: number;

  constructor(problems: readonly Problem[]) {
    const told = problems.slice(0, mostTold).map(withShortValue);
    const more = problems.length - told.length;
    super([...told.map(formatProblem), ...(more === 0 ? [] : [moreProblems(more)])].join("\n"));
    this.problems = told;
    this.more = more;
  }
}

/** What stands below the problems that are told, where there are more. */
export function moreProblems(count: number): string {
  return `and ${count} more`;
}

/** `file:line: path: what is wrong (got …)`, and the hint on a line of its own. */
export function formatProblem(problem: Problem): string {
  return formatMasked(problem, (text) => text);
}

/**
 * The same for output. What was got is cut where it is long, and `mask` takes the secrets out of it before. No line of it but
 * the first is one that could pass for another problem's.
 */
export function formatMasked(problem: Problem, mask: (text: string) => string): string {
  const got = problem.got === undefined ? "" : ` (got ${formatValue(problem.got, mask)})`;
  const hint = problem.hint === undefined ? "" : `\n${cleanText(problem.hint)}`;
  const at = problem.line === undefined ? "" : `${problem.file ?? problem.path}:${problem.line}: `;
  const path = at !== "" && problem.file === undefined ? "" : `${problem.path}: `;
  const [first = "", ...more] = `${cleanText(problem.message)}${got}${hint}`.split("\n");
  const below = more.map((line) => (line.startsWith("    ") ? line : `    ${line}`));
  return [cleanLine(at + path + first), ...below].join("\n");
}

/** The problems without those that are told by the same words. */
export function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()];
}

/** Throws an {@link InputError} with all of `problems`, if there are any; what several targets share is said once. */
export function throwProblems(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InputError(distinct(problems));
}

const longestShown = 100;
const longestKept = 100_000;

function formatValue(value: unknown, mask: (text: string) => string): string {
  const text = cleanJson(mask(preview(value, longestKept)));
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

/** A value may come to millions of characters. What is kept of it is masked before it is cut. */
function withShortValue(problem: Problem): Problem {
  const isLong = preview(problem.got, longestKept).length > longestKept;
  return isLong ? { ...problem, got: "something very long" } : problem;
}

/** A value as JSON would write it, as far as `room` characters and little more. */
function preview(value: unknown, room: number): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, room + 1));
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  const isList = Array.isArray(value);
  let text = "";
  for (const key in value) {
    if (text.length > room) break;
    const name = isList ? "" : `${JSON.stringify(key.slice(0, room + 1))}:`;
    const left = room - text.length;
    text += `${text === "" ? "" : ","}${name}${left > 0 ? preview((value as Record<string, unknown>)[key], left) : ""}`;
  }
  return isList ? `[${text}]` : `{${text}}`;
}
