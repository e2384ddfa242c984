import { contextPath, isPattern, pathPattern } from "./path-pattern.ts";

/** What an ignore file leaves out of a build context. Paths are as in `src/main.c`. */
export interface Ignore {
  isLeftOut(path: string): boolean;
  /** Whether all that is in a folder is left out as well. */
  isClosed(path: string): boolean;
}

interface Rule {
  pattern: string;
  matches: (path: string) => boolean;
  /** It begins with `!`. */
  takesBack: boolean;
}

/**
 * Reads an ignore file as BuildKit does: the last pattern that matches a path or a folder above it decides, and one that
 * begins with `!` takes it back in. https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
export function parseIgnoreFile(text: string): Ignore {
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  return ignoreOf(lines.filter((line) => !line.startsWith("#")));
}

/** The same of patterns, as those of `COPY --exclude`. */
export function ignoreOf(patterns: readonly string[]): Ignore {
  const rules = patterns.flatMap(readRule);
  const takenBack = rules.filter(({ takesBack }) => takesBack).map(({ pattern }) => fixedPart(pattern));
  const folders = new Map([["", -1]]);
  /** The index of the last rule that matches a path or a folder above it. */
  const lastMatch = (path: string): number => {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    const above = folders.get(folder) ?? lastMatch(folder);
    folders.set(folder, above);
    return Math.max(
      above,
      rules.findLastIndex(({ matches }, at) => at > above && matches(path)),
    );
  };
  const isLeftOut = (path: string) => rules[lastMatch(path)]?.takesBack === false;
  return {
    isLeftOut,
    isClosed: (path) =>
      isLeftOut(path) && !takenBack.some((fixed) => fixed.startsWith(`${path}/`) || `${path}/`.startsWith(fixed)),
  };
}

function readRule(line: string): Rule[] {
  const written = line.trim();
  const takesBack = written.startsWith("!");
  const pattern = (takesBack ? written.slice(1) : written).trim();
  return pattern === "" ? [] : [{ pattern, matches: pathPattern(pattern), takesBack }];
}

/** What a pattern begins with, up to its first part that is to be compared; with a `/` behind it. "" if nothing. */
export function fixedPart(pattern: string): string {
  const parts = contextPath(pattern).split("/");
  const at = parts.findIndex(isPattern);
  return (at === -1 ? parts : parts.slice(0, at)).map((part) => `${part}/`).join("");
}

/** A path and all folders that it is in: `a/b/c`, `a/b`, `a`. */
export function withFolders(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, at) => parts.slice(0, parts.length - at).join("/"));
}
