import { stripVTControlCharacters } from "node:util";

const [escape, bell] = ["\u001B", "\u0007"];
/** A terminal's title or link. Node's own function removes it only in part if there are spaces in it. */
const title = new RegExp(`${escape}\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)`, "g");

/**
 * What a terminal would show of a line in the end: a progress bar's last state, without colours, titles and cursor
 * movement. Those would garble a log that many steps write to.
 */
export function cleanLine(line: string): string {
  const text = line.replace(/\r+$/, "");
  const shown = text.slice(text.lastIndexOf("\r") + 1);
  return stripVTControlCharacters(shown.replace(title, ""))
    .replace(/[^\P{Cc}\t]/gu, "")
    .trimEnd();
}
