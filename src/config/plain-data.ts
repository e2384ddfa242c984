import type { Problem } from "../core/errors.ts";

/** So many maps, lists and values a config may come to, each alias counted as often as it stands for something. */
export const mostValues = 200_000;
/** So deep they may stand in each other; no key of ours is deeper than eight. */
export const deepest = 100;

interface Copying {
  left: number;
  problems: Problem[];
  /** The maps and lists that the one being copied stands in. */
  around: Set<object>;
}

/**
 * A copy of what a config file gave, of maps, lists and plain values only: nothing that it holds can run, change, or
 * hold itself any more. YAML's anchors make a small file come to billions of values, and a script may export anything.
 */
export function plainConfig(value: unknown): { value: unknown; problems: Problem[] } {
  const copying: Copying = { left: mostValues, problems: [], around: new Set() };
  const copied = copy(value, [], copying);
  const tooMany = { path: "the config", message: `comes to more than ${mostValues} values`, hint: aliasHint };
  return { value: copied, problems: copying.left < 0 ? [tooMany] : copying.problems };
}

const hints: Readonly<Record<string, string>> = { "a Date": "put it in quotes: YAML reads 2020-01-31 as a date" };
const aliasHint = "an alias (*name) stands for all that its anchor holds, each time";

function copy(value: unknown, path: readonly string[], copying: Copying): unknown {
  copying.left -= 1;
  if (copying.left < 0) return null;
  if (typeof value !== "object" || value === null) return leaf(value, path, copying);
  const kind = kindOf(value);
  if (kind !== null) return refuse(path, `must be plain data, not ${kind}`, copying, hints[kind]);
  if (copying.around.has(value)) return refuse(path, "holds itself", copying);
  if (path.length === deepest) return refuse(path.slice(0, 4), `is nested more than ${deepest} levels deep`, copying);
  copying.around.add(value);
  const copied = Array.isArray(value) ? copyList(value, path, copying) : copyMap(value, path, copying);
  copying.around.delete(value);
  return copied;
}

function leaf(value: unknown, path: readonly string[], copying: Copying): unknown {
  if (typeof value !== "function" && typeof value !== "symbol" && typeof value !== "bigint") return value;
  return refuse(path, `must be plain data, not a ${typeof value}`, copying);
}

/** What an object is that is neither a map nor a list; null for those. */
function kindOf(value: object): string | null {
  try {
    if (Array.isArray(value)) return null;
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    return tag === "Object" ? null : `a ${tag}`;
  } catch {
    return "a Proxy";
  }
}

function copyList(list: readonly unknown[], path: readonly string[], copying: Copying): unknown[] {
  const copied: unknown[] = [];
  for (let at = 0; at < list.length && copying.left >= 0; at += 1) {
    copied.push(copy(read(list, String(at), path, copying), [...path, String(at)], copying));
  }
  return copied;
}

function copyMap(map: object, path: readonly string[], copying: Copying): Record<string, unknown> {
  const copied: Record<string, unknown> = {};
  for (const key of keysOf(map, path, copying)) {
    if (copying.left < 0) break;
    const value = copy(read(map, key, path, copying), [...path, key], copying);
    // A plain assignment to __proto__ would change what the map is.
    Object.defineProperty(copied, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return copied;
}

function keysOf(map: object, path: readonly string[], copying: Copying): string[] {
  try {
    return Object.keys(map);
  } catch (error) {
    refuse(path, `cannot be read: ${thrownMessage(error)}`, copying);
    return [];
  }
}

function read(from: object, key: string, path: readonly string[], copying: Copying): unknown {
  try {
    return (from as Record<string, unknown>)[key];
  } catch (error) {
    return refuse([...path, key], `cannot be read: ${thrownMessage(error)}`, copying);
  }
}

function refuse(path: readonly string[], message: string, { problems }: Copying, hint?: string): null {
  problems.push({ path: path.join(".") || "the config", message, ...(hint === undefined ? {} : { hint }) });
  return null;
}

/** What a thrown value says, which may be anything at all. */
function thrownMessage(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return "it throws what is no error";
  }
}
