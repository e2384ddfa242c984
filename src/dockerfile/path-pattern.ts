import { posix } from "node:path";
import { compileSequence, type Part, type Test } from "../core/sequence.ts";

/** A path in a build context as it stands in a listing: no `/` before it, no `.` or `..` in it. The context itself is "". */
export function contextPath(written: string): string {
  return posix.normalize(`/${written}`).replace(/^\/+|\/+$/g, "");
}

/** Whether a path has to be compared with others to know what it stands for. */
export function isPattern(written: string): boolean {
  return /[*?[\]\\]/.test(written);
}

/**
 * A pattern of an ignore file or of COPY, for whole paths: `*` and `?` stop at a `/`, `**` does not, a backslash takes a
 * character as it is. https://github.com/moby/patternmatcher/blob/main/patternmatcher.go
 */
export function pathPattern(written: string): (path: string) => boolean {
  // What leads out of the context matches nothing that is in it; `/../a` is `a`, as there is nothing above `/`.
  if (/^\.\.(?:\/|$)/.test(posix.normalize(written))) return () => false;
  const pattern = contextPath(written);
  if (!isPattern(pattern)) return (path) => path === pattern;
  // So BuildKit has it: `**x` is whatever ends in x, and `x**` whatever begins so.
  const [, end] = /^\*\*([^*?[\]\\]+)$/.exec(pattern) ?? [];
  if (end !== undefined) return (path) => path.endsWith(end) || `/${path}` === end;
  const [, start] = /^([^*?[\]\\]+)\*\*$/.exec(pattern) ?? [];
  if (start !== undefined) return (path) => path.startsWith(start);
  const parts = readParts(pattern);
  return parts === null ? () => false : compileSequence(parts);
}

const isAny: Test = () => true;
const isNoSlash: Test = (char) => char !== "/";
const isSlash: Test = (char) => char === "/";
const folders: Part = { either: [[], [{ many: isAny }, { one: isSlash }]] };

/**
 * Null for what matches nothing: brackets that make no sense, which BuildKit refuses, and a `^`, which it takes for a
 * line's beginning where there is a pattern.
 */
function readParts(pattern: string): Part[] | null {
  const parts: Part[] = [];
  for (const [token] of pattern.matchAll(/\*\*$|\*\*\/?|\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]|[^]/gu)) {
    if (token === "*") parts.push({ many: isNoSlash });
    else if (token === "?") parts.push({ one: isNoSlash });
    else if (token.startsWith("**")) parts.push(folders);
    else if (token === "[" || token === "^") return null;
    else if (token.startsWith("[")) {
      const fits = readClass(token);
      if (fits === null) return null;
      parts.push({ one: fits });
    } else {
      const literal = token.replace(/^\\(?=[^])/u, "");
      parts.push({ one: (char) => char === literal });
    }
  }
  if (parts.at(-1) === folders) parts[parts.length - 1] = { many: isAny };
  return parts;
}

/** `[a-z]` and `[^a]`; null where a range runs backwards. */
function readClass(written: string): Test | null {
  const [, not = "", inner = ""] = /^\[(\^?)([^]*)\]$/u.exec(written) ?? [];
  const ranges = Array.from(inner.matchAll(/(\\[^]|[^])(?:-(\\[^]|[^]))?/gu), ([, from = "", to = from]) => [
    from.replace(/^\\/, ""),
    to.replace(/^\\/, ""),
  ]);
  if (ranges.some(([from = "", to = ""]) => from > to)) return null;
  return (char) => ranges.some(([from = "", to = ""]) => from <= char && char <= to) !== (not === "^");
}
