import type { Escape } from "./dockerfile.ts";

/** The same regular expression for either escape character; `source` gets it ready for use in and out of brackets. */
export function byEscape(source: (escape: string) => string, flags: string): Record<Escape, RegExp> {
  return { "\\": new RegExp(source(String.raw`\\`), flags), "`": new RegExp(source("`"), flags) };
}
