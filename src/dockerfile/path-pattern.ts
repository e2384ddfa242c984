import { posix } from "node:path";

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
  const pattern = contextPath(written);
  if (!isPattern(pattern)) return (path) => path === pattern;
  // So BuildKit has it: `**x` is whatever ends in x, and `x**` whatever begins so.
  const [, end] = /^\*\*([^*?[\]\\]+)$/.exec(pattern) ?? [];
  if (end !== undefined) return (path) => path.endsWith(end) || `/${path}` === end;
  const [, start] = /^([^*?[\]\\]+)\*\*$/.exec(pattern) ?? [];
  if (start !== undefined) return (path) => path.startsWith(start);
  const expression = compile(pattern);
  return (path) => expression.test(path);
}

/** Brackets that make no sense match nothing: BuildKit refuses them. */
function compile(pattern: string): RegExp {
  const source = Array.from(pattern.matchAll(/\*\*$|\*\*\/?|\\[^]|[^]/g), ([token]) => {
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token.startsWith("**")) return "(?:.*/)?";
    return token.length === 2
      ? token.slice(1).replace(special, String.raw`\$&`)
      : token.replace(plain, String.raw`\$&`);
  });
  try {
    return new RegExp(`^${source.join("").replace(/\(\?:\.\*\/\)\?$/, ".*")}$`, "s");
  } catch {
    return /[^\s\S]/;
  }
}

const special = /[\\^$.*+?()[\]{}|]/;
/** What stands for itself outside of brackets; `[`, `]` and `^` have their meaning. */
const plain = /[\\$.+(){}|]/;
