import type { Escape } from "./dockerfile.ts";

/**
 * One regular expression per escape character. `source` is given the character ready for use in and out of brackets.
 */
export function byEscape(source: (escape: string) => string, flags: string): Record<Escape, RegExp> {
  return { "\\": new RegExp(source(String.raw`\\`), flags), "`": new RegExp(source("`"), flags) };
}
