import type { Escape, Warning } from "./dockerfile.ts";

/** What the parser directives at the top of a Dockerfile say. */
export interface Directives {
  syntax: string | null;
  escape: Escape;
  warnings: Warning[];
}

const directive = /^\s*#\s*([a-z][a-z0-9]*)\s*=\s*(.+)$/i;
const known = new Set(["syntax", "escape", "check"]);

/**
 * Reads the directives. They end at the first line of any other kind: blank, a plain comment, an instruction.
 * https://docs.docker.com/reference/dockerfile/#parser-directives
 */
export function readDirectives(lines: readonly string[]): Directives {
  const found = new Map<string, string>();
  const warnings: Warning[] = [];
  for (const [index, line] of lines.entries()) {
    const [, key = "", written = ""] = directive.exec(line) ?? [];
    const [name, value] = [key.toLowerCase(), written.trimEnd()];
    if (!known.has(name)) break;
    if (found.has(name)) warnings.push({ line: index + 1, message: `only one ${name} directive is allowed` });
    if (name === "escape" && !isEscape(value)) {
      warnings.push({
        line: index + 1,
        message: `the escape character must be \\ or \`, not ${value}`,
      });
    }
    found.set(name, value);
  }
  const escape = found.get("escape") ?? "\\";
  // The image may be followed by options for the frontend.
  return {
    syntax: found.get("syntax")?.split(" ", 1)[0] ?? null,
    escape: isEscape(escape) ? escape : "\\",
    warnings,
  };
}

function isEscape(text: string): text is Escape {
  return text === "\\" || text === "`";
}
