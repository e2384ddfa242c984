import type { TreeEntry } from "../host/host.ts";
import type { ContextRead } from "./context-reads.ts";
import { withFolders } from "./ignore.ts";
import { isPattern, pathPattern } from "./path-pattern.ts";

/** What is in a build context, as far as its Dockerfile reads it; what is ignored is not there. */
export interface ContextFiles {
  /** What an instruction sees: files and folders, and what links stand for. Sorted by path. */
  seenBy(read: ContextRead): TreeEntry[];
}

/** `entries` are sorted by path. */
export function contextFiles(entries: readonly TreeEntry[]): ContextFiles {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));

  /** All that is below a folder: it stands together. */
  const inside = (folder: string) => {
    if (folder === "") return entries;
    const [start, end] = [`${folder}/`, `${folder}0`];
    return entries.slice(firstFrom(entries, start), firstFrom(entries, end));
  };

  /** A path with its links followed, and the links. */
  const follow = (path: string): { path: string; links: TreeEntry[] } => {
    const links: TreeEntry[] = [];
    let [at, rest] = ["", path.split("/")];
    while (rest.length > 0 && links.length < 40) {
      const next = at === "" ? rest[0]! : `${at}/${rest[0]}`;
      const entry = byPath.get(next);
      if (entry?.kind === "link") {
        links.push(entry);
        rest = [...entry.leadsTo.split("/").filter((part) => part !== ""), ...rest.slice(1)];
        at = "";
      } else {
        at = next;
        rest = rest.slice(1);
      }
    }
    return { path: at, links };
  };

  const rootsOf = (path: string) => {
    if (!isPattern(path)) return [path];
    const matches = pathPattern(path);
    return entries.flatMap((entry) => (matches(entry.path) ? [entry.path] : []));
  };

  const below = (root: string, exclude: readonly ((path: string) => boolean)[]): TreeEntry[] => {
    const { path, links } = follow(root);
    const own = byPath.get(path);
    const start = path === "" ? 0 : path.length + 1;
    const isIncluded = (entry: TreeEntry) =>
      exclude.length === 0 || !withFolders(entry.path.slice(start)).some((one) => exclude.some((is) => is(one)));
    return [...links, ...(own === undefined ? [] : [own]), ...inside(path).filter(isIncluded)];
  };

  return {
    seenBy({ paths, exclude }) {
      const excluded = exclude.map(pathPattern);
      const seen = paths.flatMap(rootsOf).flatMap((root) => below(root, excluded));
      return [...new Map(seen.map((entry) => [entry.path, entry])).values()].toSorted(byName);
    },
  };
}

/** The index of the first entry whose path does not come before `path`. */
function firstFrom(entries: readonly TreeEntry[], path: string): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]!.path < path) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byName(a: TreeEntry, b: TreeEntry): number {
  if (a.path === b.path) return 0;
  return a.path < b.path ? -1 : 1;
}
