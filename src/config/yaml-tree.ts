import { CORE_SCHEMA, load, type State, Type, YAMLException } from "js-yaml";

/** A value of a YAML text, and where it stands. */
export interface YamlNode {
  value: unknown;
  /** Counted from 1. */
  line: number;
  /** As it is written. */
  text: string;
  /** What a map holds, as often as it is written, or a list, by its indices. */
  entries: Entry[];
}

interface Entry {
  key: string;
  line: number;
  node: YamlNode;
}

/** Why a text is not YAML. */
export interface YamlFault {
  reason: string;
  /** Null where it is of the whole text. */
  line: number | null;
}

interface Opened {
  start: number;
  line: number;
  children: (YamlNode & { kind: string | null })[];
}

// "<<" is no part of YAML 1.2, but what everybody knows; dates are none of it either, and stay texts.
const merge = new Type("tag:yaml.org,2002:merge", { kind: "scalar", resolve: (text: unknown) => text === "<<" });
const schema = CORE_SCHEMA.extend({ implicit: [merge] });

/** Reads a text of one document. Every value is told when its reading starts and when it ends, so the lines are known. */
export function readYamlTree(text: string): YamlNode | YamlFault {
  const open: Opened[] = [];
  let root: YamlNode | null = null;
  const known = new Map<object, YamlNode>();
  const listener = (event: "open" | "close", state: State) => {
    if (event === "open") {
      open.push({ start: state.position, line: state.line + 1, children: [] });
      return;
    }
    const node = closed(open.pop()!, state, text, known);
    open.at(-1)?.children.push(node);
    root = node;
  };
  try {
    // A key that is written twice is not lost, but found in the tree.
    load(text, { schema, json: true, listener });
  } catch (error) {
    if (!(error instanceof YAMLException)) return { reason: "it is nested too deeply", line: null };
    const mark = error.mark as { line?: number } | undefined;
    return { reason: error.reason, line: mark?.line === undefined ? null : mark.line + 1 };
  }
  return root ?? { value: null, line: 1, text: "", entries: [] };
}

function closed(opened: Opened, state: State, text: string, known: Map<object, YamlNode>): Opened["children"][number] {
  const { kind, result: value } = state as State & { result: unknown };
  const written = text.slice(opened.start, state.position);
  const node = { value, kind, line: opened.line, text: written.trim(), entries: entriesOf(kind, value, opened) };
  if (typeof value !== "object" || value === null) return node;
  // An alias has the very value of its anchor.
  const anchor = known.get(value);
  if (anchor !== undefined && node.entries.length === 0) return { ...node, entries: anchor.entries };
  known.set(value, node);
  return node;
}

/** What stands in a map or list; nothing where it cannot be told for sure, as in `{a, b: 1}`. */
function entriesOf(kind: string | null, value: unknown, { children }: Opened): Entry[] {
  if (kind === "sequence") {
    const isWhole = Array.isArray(value) && value.length === children.length;
    return isWhole ? children.map((node, at) => ({ key: String(at), line: node.line, node })) : [];
  }
  if (kind !== "mapping" || typeof value !== "object" || value === null) return [];
  const entries: Entry[] = [];
  for (let at = 0; at + 1 < children.length; at += 2) {
    const [written, node] = [children[at]!, children[at + 1]!];
    const key = String(written.value);
    if (key !== "<<" && !Object.hasOwn(value, key)) return [];
    entries.push({ key, line: written.line, node });
  }
  return entries;
}
