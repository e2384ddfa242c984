import { stripVTControlCharacters } from "node:util";

const [escape, bell] = ["\u001B", "\u0007"];
/** A terminal's title or link. Node's own function removes it only in part if there are spaces in it. */
const title = new RegExp(`(?:${escape}\\]|\u009D)[^${bell}${escape}\u009C\n]*(?:${bell}|${escape}\\\\|\u009C)?`, "g");
/** What turns a line's direction, cannot be seen, or is a line's end to some: \p{Cf} are Unicode's format characters. */
const unseen = /[^\P{Cc}\n\t]|\p{Cf}|[\u2028\u2029\u115F\u1160\u3164]|\p{Variation_Selector}/gu;
/** Commands to a CI that reads its log: GitHub, Azure DevOps (anywhere in a line), TeamCity, GitLab. */
const commands = /^([ \t]*:)(?=:[a-z])|(#)(?=#(?:\[|vso\[|teamcity\[))|\b(section_(?:start|end))(?=:)/gim;

/**
 * Text from outside, fit to be printed: without what moves the cursor, colours the log, turns its direction or cannot be seen,
 * and without anything that a CI would take for its own command. Lines stay lines.
 */
export function cleanText(text: string): string {
  return stripVTControlCharacters(text.replaceAll("\r\n", "\n").replaceAll(title, ""))
    .replaceAll(/[\u2028\u2029\u0085\v\f\r]+/g, " ")
    .replaceAll(unseen, "")
    .replaceAll(commands, (_, colon?: string, hash?: string, section?: string) => `${colon ?? hash ?? section} `);
}

/** The same in one line: a name or a message from outside begins no line that could pass for ours. */
export function cleanLine(text: string): string {
  const [first = "", ...more] = cleanText(text).split("\n");
  const lines = [first.trimEnd(), ...more.map((line) => line.trim())];
  return lines.filter((line) => line !== "").join(" ");
}

/** Whether text may be printed as it is. */
export function isPrintable(text: string): boolean {
  return cleanText(text) === text;
}

/** Text from outside below a line of ours: what it goes on with is set in, and begins no line that could pass for ours. */
export function indented(text: string): string {
  return cleanText(text).replaceAll("\n", "\n    ");
}

/** JSON with escapes for what a log would act on. It is read as the same value. */
export function cleanJson(json: string): string {
  return json
    .replaceAll(/[^\P{Cc}\n]|\p{Cf}|[\u2028\u2029]/gu, (sign) =>
      sign
        .split("")
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
        .join(""),
    )
    .replaceAll(/##(?=\[|vso\[|teamcity\[)/gi, "#\\u0023");
}

/** What is left of our own text that leaves the program: colours may be in it, but nothing else that a terminal acts on. */
export function cleanOutput(text: string): string {
  const parts = text.split(colour);
  return parts.map((part, at) => (at % 2 === 1 ? part : part.replaceAll(unseen, ""))).join("");
}

const colour = new RegExp(`(${escape}\\[[0-9;]*m)`);
