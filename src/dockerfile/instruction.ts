import type { Escape, Flag, Instruction } from "./dockerfile.ts";
import { byEscape } from "./escape.ts";
import { splitPair } from "./words.ts";

const flag = byEscape(
  (e) => String.raw`\s*--((?:'(?:${e}[^]|[^'${e}])*(?:'|$)|"(?:${e}[^]|[^"${e}])*(?:"|$)|${e}[^]?|[^\s${e}'"])*)`,
  "y",
);
const quoted = byEscape(
  (e) => String.raw`'((?:${e}[^]|[^'${e}])*)(?:'|$)|"((?:${e}[^]|[^"${e}])*)(?:"|$)|(${e}[^]?)`,
  "g",
);
const escaped = byEscape((e) => String.raw`${e}([^]?)`, "g");

/** Takes one instruction apart: the keyword, the flags before the operands, the operands; of ONBUILD the trigger, too. */
export function parseInstruction(text: string, escape: Escape, line: number): Instruction {
  const instruction = parseOne(text, escape, line);
  // A trigger's own trigger is refused by BuildKit.
  const trigger = instruction.keyword === "ONBUILD" ? parseOne(instruction.operands, escape, line) : null;
  return { ...instruction, trigger };
}

function parseOne(text: string, escape: Escape, line: number): Instruction {
  const [, keyword = "", rest = ""] = /^(\S*)\s*([^]*)$/.exec(text.trim()) ?? [];
  return { keyword: keyword.toUpperCase(), ...readFlags(rest, escape), heredocs: [], trigger: null, line };
}

/** A lone `--` ends the flags. */
function readFlags(text: string, escape: Escape): { flags: Flag[]; operands: string } {
  const flags: Flag[] = [];
  const pattern = flag[escape];
  let at = 0;
  for (;;) {
    pattern.lastIndex = at;
    const written = pattern.exec(text)?.[1];
    if (written === undefined) break;
    at = pattern.lastIndex;
    if (written === "") break;
    const [name, value] = splitPair(unquote(written, escape));
    flags.push({ name, value: value ?? "" });
  }
  return { flags, operands: text.slice(at).trim() };
}

/** Unlike a shell, BuildKit lets the escape character work in single quotes too. */
function unquote(text: string, escape: Escape): string {
  return text.replace(quoted[escape], (_, ...parts: (string | undefined)[]) =>
    (parts[0] ?? parts[1] ?? parts[2] ?? "").replace(escaped[escape], "$1"),
  );
}
