import type { Escape, Instruction, Warning } from "./dockerfile.ts";
import { byEscape } from "./escape.ts";
import { heredocsOf } from "./heredoc.ts";
import { parseInstruction } from "./instruction.ts";

/** An escape character at the end, unless it is escaped itself. */
const continued = byEscape((e) => String.raw`(^|[^${e}])${e}[ \t]*$`, "");
const blankOrComment = /^\s*(?:#|$)/;

/** Lines, and how far they have been read. */
interface Reader {
  lines: readonly string[];
  at: number;
}

/** Reads the file's instructions, comments and blank lines left out. */
export function readInstructions(
  lines: readonly string[],
  escape: Escape,
): { instructions: Instruction[]; warnings: Warning[] } {
  const instructions: Instruction[] = [];
  const warnings: Warning[] = [];
  const reader = { lines, at: 0 };
  while (reader.at < lines.length) {
    const line = reader.at + 1;
    const text = readLogicalLine(reader, continued[escape]);
    const instruction = parseInstruction(text, escape, line);
    if (instruction.keyword === "") continue;
    if (instruction.trigger?.keyword === "ONBUILD") warnings.push({ line, message: "ONBUILD cannot add an ONBUILD" });
    for (const { terminator, chomp } of heredocsOf(instruction, text)) {
      const body = readHeredoc(reader, terminator, chomp);
      if (body === null) {
        warnings.push({ line, message: `the heredoc ${terminator} is not terminated` });
        break;
      }
      instruction.heredocs.push(body);
    }
    instructions.push(instruction);
  }
  return { instructions, warnings };
}

/** Joins a line with its continuation lines; comments and blank lines between them do not count. */
function readLogicalLine(reader: Reader, continuation: RegExp): string {
  const next = () => withoutReturns(reader.lines[reader.at++] ?? "");
  const first = next();
  if (blankOrComment.test(first)) return "";
  let text = first.trimStart();
  const parts: string[] = [];
  while (continuation.test(text)) {
    parts.push(text.replace(continuation, "$1"));
    while (blankOrComment.test(reader.lines[reader.at] ?? "x")) reader.at++;
    text = next();
  }
  return parts.join("") + text;
}

/**
 * The lines up to the terminator, carriage returns and all: they get into the image. Without one the rest of the file is used
 * up, and the result is null.
 */
function readHeredoc(reader: Reader, terminator: string, chomp: boolean): string | null {
  const start = reader.at;
  while (reader.at < reader.lines.length) {
    const line = withoutReturns(reader.lines[reader.at++] ?? "");
    if ((chomp ? line.replace(/^\t+/, "") : line) === terminator) {
      return reader.lines.slice(start, reader.at - 1).join("\n");
    }
  }
  return null;
}

/** A line without carriage returns at its end. A regular expression would look at each of them from each. */
export function withoutReturns(line: string): string {
  let end = line.length;
  while (line[end - 1] === "\r") end--;
  return line.slice(0, end);
}
