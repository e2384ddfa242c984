import { pieceFinder } from "./pieces.ts";
import { otherReadings } from "./readings.ts";

/** One text that is not to be seen. */
export interface SecretWord {
  text: string;
  /** It could stand anywhere by chance: it is hidden only where it is a word of its own. */
  plain: boolean;
}

/** From and to; `to` is behind the last character. */
export type Span = readonly [from: number, to: number];

interface Node {
  next: Map<string, Node>;
  /** Whether a word ends here, and whether that is a plain one. */
  ends: "plain" | "odd" | null;
}

/** Longer words are looked for by their lines only. */
const longestWord = 8192;

/** Finds words in a text, in whatever form quoting and encoding have brought them into. */
export type Finder = (text: string) => Span[];

/**
 * A word is found as it is, and where each of its characters may be written in the way of a shell, JSON, Go, a URL, HTML or a
 * bake file, in any mixture. With `pieces` it is also found where a line's end has cut it in two: output may be wrapped. The
 * time is that of the text's length, whatever the number of words.
 */
export function wordFinder(words: readonly SecretWord[], pieces: boolean): Finder {
  const root = trie(words.filter(({ text }) => text.length <= longestWord));
  if (root.next.size === 0) return () => [];
  const cut = pieces ? pieceFinder(words.filter(({ plain, text }) => !plain && text.length <= longestWord)) : () => [];
  return (text) => {
    const spans: Span[] = [...cut(text)];
    for (let at = 0; at < text.length; at++) {
      const to = endOf(root, text, at);
      if (to !== -1) spans.push([at, to]);
    }
    return merged(spans);
  };
}

/** The text with something in place of what was found. */
export function replaceSpans(text: string, spans: readonly Span[], by: string): string {
  let at = 0;
  let shown = "";
  for (const [from, to] of spans) {
    shown += text.slice(at, from) + by;
    at = to;
  }
  return shown + text.slice(at);
}

function trie(words: readonly SecretWord[]): Node {
  const root: Node = { next: new Map(), ends: null };
  for (const { text, plain } of words) {
    let node = root;
    for (let at = 0; at < text.length; at++) {
      const known = node.next.get(text[at]!) ?? { next: new Map(), ends: null };
      node.next.set(text[at]!, known);
      node = known;
    }
    if (node !== root) node.ends = plain && node.ends !== "odd" ? "plain" : "odd";
  }
  return root;
}

/** Where the longest word ends that begins at `from`; -1 if none does. */
function endOf(root: Node, text: string, from: number): number {
  let longest = -1;
  if (!root.next.has(text[from]!) && !mayMeanAnother.test(text[from]!)) return longest;
  // All ways of reading go on side by side; the same place in text and word is reached only once.
  let states: [Node, number][] = step(root, text, from);
  const seen = new Map<Node, Set<number>>();
  while (states.length > 0) {
    const after: [Node, number][] = [];
    for (const [node, at] of states) {
      const places = seen.get(node) ?? new Set();
      if (places.has(at)) continue;
      seen.set(node, places.add(at));
      if (at > longest && (node.ends === "odd" || (node.ends === "plain" && isWord(text, from, at)))) longest = at;
      if (node.next.size === 0) continue;
      for (let place = at, skipped = 0; place < text.length && skipped <= 4; skipped++) {
        after.push(...step(node, text, place));
        const skip = noise(text, place);
        if (skip === place) break;
        place = skip;
      }
    }
    states = after;
  }
  return longest;
}

function step(node: Node, text: string, at: number): [Node, number][] {
  const plain = node.next.get(text[at]!);
  const found: [Node, number][] = plain === undefined ? [] : [[plain, at + 1]];
  for (const [meant, to] of otherReadings(text, at)) {
    let reached: Node | undefined = node;
    for (const unit of meant.split("")) reached = reached?.next.get(unit);
    if (reached !== undefined && reached !== node) found.push([reached, to]);
  }
  return found;
}

/** Behind a sign that quoting has put between the characters of a word, or a line's end where it is wrapped. */
function noise(text: string, at: number): number {
  const written = otherReadings(text, at).find(([meant]) => /^[\\'"$%]$/.test(meant));
  if (written !== undefined) return written[1];
  if (/[\\'"$%]/.test(text[at]!)) return at + 1;
  return /[\r\n]/.test(text[at]!) ? (otherReadings(text, at)[0]?.[1] ?? at) : at;
}

const mayMeanAnother = /[\\%$&+_-]/;

function isWord(text: string, from: number, to: number): boolean {
  return !/[\p{L}\p{N}]/u.test((text[from - 1] ?? "") + (text[to] ?? ""));
}

function merged(spans: readonly Span[]): Span[] {
  const result: [number, number][] = [];
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}
