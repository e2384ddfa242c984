import { cleanLine as clean } from "../core/printable.ts";

/**
 * What a terminal would show of a line in the end: a progress bar's last state, without colours, titles and cursor
 * movement. Those would garble a log that many steps write to.
 */
export function cleanLine(line: string): string {
  let end = line.length;
  while (line[end - 1] === "\r") end -= 1;
  const text = line.slice(0, end);
  return clean(text.slice(text.lastIndexOf("\r") + 1));
}
