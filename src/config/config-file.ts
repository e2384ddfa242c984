import { InputError, type Problem } from "../core/errors.ts";
import { readYamlTree, type YamlNode } from "./yaml-tree.ts";

/** A config as it was written: what it holds, not yet checked, and where each part of it stands. */
export interface ConfigFile {
  value: unknown;
  /** What is wrong with it as YAML or JSON, though it can be read. */
  problems: Problem[];
  /** What stands at a problem's path; null where nothing does, or where the file is a script. */
  find: (path: string) => Place | null;
}

/** Where something is written. */
export interface Place {
  line: number;
  /** How a number is written: YAML reads 1.10 as 1.1. */
  number: string | null;
}

/** A config that no text was read for. */
export function configWithoutText(value: unknown): ConfigFile {
  return { value, problems: [], find: () => null };
}

/** Reads YAML. Throws an InputError if it is none, or if it is empty. */
export function readYaml(file: string, text: string): ConfigFile {
  const tree = readYamlTree(text);
  if ("reason" in tree) {
    const { reason } = tree;
    const lines = text.trimEnd().split("\n");
    // What is not closed is missed after the last line.
    const line = tree.line === null ? null : Math.min(tree.line, lines.length);
    const hint = line === null ? null : syntaxHint(reason, lines[line - 1] ?? "");
    const problem = {
      path: file,
      message: `is not valid YAML: ${withoutSource(reason)}`,
      ...(hint !== null && { hint }),
    };
    throw new InputError([{ ...problem, ...(line !== null && { line }) }]);
  }
  // Comments alone, or nothing after "---".
  if (tree.value === null || tree.value === undefined) throw new InputError([emptyProblem(file)]);
  const problems = [...doubled(tree, ""), ...unquoted(tree, "")];
  return { value: tree.value, problems, find: (path) => placeOf(tree, path, null) };
}

/**
 * Reads JSON; `key` is where in the file the config stands, if it is not the whole: null if it is not there. Throws an
 * InputError if the file is none.
 */
export function readJson(file: string, text: string, key: string | null): ConfigFile | null {
  const whole = jsonValue(file, text.replace(/^\uFEFF/, ""));
  const inside = typeof whole === "object" && whole !== null ? (whole as Record<string, unknown>) : {};
  if (key !== null && !Object.hasOwn(inside, key)) return null;
  const value = key === null ? whole : inside[key];
  // YAML's parser knows the lines, and JSON is YAML.
  const tree = readYamlTree(text);
  if ("reason" in tree) return configWithoutText(value);
  const own = key === null ? tree : (tree.entries.find((entry) => entry.key === key)?.node ?? tree);
  return { value, problems: doubled(own, ""), find: (path) => placeOf(own, path, null) };
}

/** What a config without any content is told. */
export function emptyProblem(file: string): Problem {
  return { path: file, message: "is empty", hint: "write targets:, or delete the file so that another is looked for" };
}

function jsonValue(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const said = (error as SyntaxError).message;
    const position = /at position (\d+)/.exec(said)?.[1];
    const fault = readYamlTree(text);
    const line = position === undefined ? null : text.slice(0, Number(position)).split("\n").length;
    const at = line ?? ("reason" in fault ? fault.line : null);
    throw new InputError([
      { path: file, message: `is not valid JSON: ${withoutSource(said)}`, ...(at !== null && { line: at }) },
    ]);
  }
}

function syntaxHint(reason: string, line: string): string | null {
  if (line.includes("{{")) return 'put what holds {{…}} in quotes, as in "{{branch}}-x"';
  if (/\btab\b/.test(reason) || /^\s*\t/.test(line)) return "indent with spaces: YAML takes no tabs";
  if (/[:-]\s+[*&!%@`]/.test(line)) return "put a value that starts with a sign in quotes";
  return /:\s.*:\s/.test(line) ? 'put a value that has ": " in it in quotes' : null;
}

/** Keys that are written twice in one map: the last one would win without a word. */
function doubled(node: YamlNode, path: string): Problem[] {
  const first = new Map<string, number>();
  return node.entries.flatMap(({ key, line, node: inner }) => {
    const before = first.get(key);
    first.set(key, before ?? line);
    const at = `${path}${key}`;
    const hint = `it is there in line ${before} already; keep one of the two`;
    const own = before === undefined || key === "<<" ? [] : [{ path: at, message: "is written twice", hint, line }];
    return [...own, ...(isAlias(inner) ? [] : doubled(inner, `${at}.`))];
  });
}

/**
 * `X: {{branch}}` is a map with a map for its key to YAML. It is taken for the text that was meant, so that nothing else
 * is said of it.
 */
function unquoted(node: YamlNode, path: string): Problem[] {
  return node.entries.flatMap(({ key, node: inner }): Problem[] => {
    const at = `${path}${key}`;
    if (isAlias(inner)) return [];
    if (!inner.text.startsWith("{{") || typeof inner.value !== "object") return unquoted(inner, `${at}.`);
    (node.value as Record<string, unknown>)[key] = inner.text;
    return [{ path: at, message: "is a map to YAML", hint: `put it in quotes: "${inner.text}"` }];
  });
}

/** What an alias stands for is looked at where its anchor is. */
function isAlias({ text }: YamlNode): boolean {
  return text.startsWith("*");
}

const indexes = new WeakMap<YamlNode["entries"], Map<string, YamlNode["entries"][number]>>();

/** A map's entries by their keys; of a key that is written twice, the last one counts. */
function byKey(entries: YamlNode["entries"]): Map<string, YamlNode["entries"][number]> {
  const index = indexes.get(entries) ?? new Map(entries.map((entry) => [entry.key, entry]));
  indexes.set(entries, index);
  return index;
}

/** Follows a path whose keys may have dots in them, as far as it goes; the longest key that fits is the one. */
function placeOf({ entries }: YamlNode, path: string, above: Place | null): Place | null {
  for (let end = path.length; end > 0; end = path.lastIndexOf(".", end - 1)) {
    const entry = byKey(entries).get(path.slice(0, end));
    if (entry === undefined) continue;
    const { line, node } = entry;
    const number = end === path.length && typeof node.value === "number" ? node.text : null;
    return placeOf(node, path.slice(end + 1), { line, number });
  }
  return above;
}

/** A parser's words without what it has read: a password may be in that. */
function withoutSource(said: string): string {
  return said.replace(/,?\s*(?:\.{3})?"[^]*"(?:\.{3})?(?: is not valid JSON)?/g, "");
}
