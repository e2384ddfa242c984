import type { Instruction } from "./dockerfile.ts";

/** Where a heredoc's body ends. */
export interface Heredoc {
  terminator: string;
  /** `<<-`: tabs before the terminator do not matter. */
  chomp: boolean;
}

const keywords = new Set(["RUN", "COPY", "ADD"]);
/** Whatever the escape directive says, heredocs follow the shell's quoting. White space may follow `<<`. */
const words = /(?:'[^']*'|"(?:\\[^]|[^"\\])*"|\\[^]|\\$|<<[\t\r ]*|[^\s'"\\])+/g;
const heredocWord = /^\d*<<(-?)\s*([^<]*)$/;

/**
 * The heredocs that an instruction's line opens, in order. Only RUN, COPY and ADD have them, after ONBUILD too. The
 * JSON form never has any: all of it is in quotes. https://docs.docker.com/reference/dockerfile/#here-documents
 */
export function heredocsOf(instruction: Instruction, text: string): Heredoc[] {
  const { keyword } = instruction.trigger ?? instruction;
  if (!text.includes("<<") || !keywords.has(keyword)) return [];
  // Where a quote is left open the line has no heredocs.
  if (text.replace(words, "").trim() !== "") return [];
  return (text.match(words) ?? []).flatMap((word) => {
    const [, dash, name = ""] = heredocWord.exec(word) ?? [];
    const terminator = unquote(name);
    return terminator === "" ? [] : [{ terminator, chomp: dash === "-" }];
  });
}

function unquote(text: string): string {
  return text.replace(
    /'([^']*)'|"((?:\\[^]|[^"\\])*)"|\\([^]?)/g,
    (_, single?: string, double?: string, plain?: string) =>
      single ?? double?.replace(/\\(["$\\])/g, "$1") ?? plain ?? "",
  );
}
