import type { TreeEntry } from "../host/host.ts";
import type { ContextRead } from "./context-reads.ts";
import { fixedPart, type Ignore, ignoreOf, withFolders } from "./ignore.ts";
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

  /** Links before a pattern's first part that is to be compared are followed, later ones are not. */
  const rootsOf = (path: string): { roots: string[]; links: TreeEntry[] } => {
    if (!isPattern(path)) return { roots: [path], links: [] };
    const fixed = fixedPart(path);
    const { path: folder, links } = follow(fixed.slice(0, -1));
    const [start, matches] = [startOf(folder), pathPattern(path.slice(fixed.length))];
    return { roots: inside(folder).flatMap((one) => (matches(one.path.slice(start)) ? [one.path] : [])), links };
  };

  const below = (root: string, excluded: Ignore | null): TreeEntry[] => {
    const { path, links } = follow(root);
    const own = byPath.get(path);
    const all = [...links, ...(own === undefined ? [] : [own])];
    if (excluded === null) return [...all, ...inside(path)];
    const start = startOf(path);
    const kept = inside(path).filter((entry) => !excluded.isLeftOut(entry.path.slice(start)));
    // The folders that they are in are made for them.
    return [
      ...all,
      ...kept,
      ...kept.flatMap((entry) => foldersOf(entry.path)).filter((one) => one.path.length > start),
    ];
  };

  const foldersOf = (path: string) => withFolders(path).flatMap((one) => (one === path ? [] : (byPath.get(one) ?? [])));

  return {
    seenBy({ paths, exclude, parents }) {
      const excluded = exclude.length === 0 ? null : ignoreOf(exclude);
      const seen = paths
        .map(rootsOf)
        .flatMap(({ roots, links }) => [
          ...links,
          ...roots.flatMap((root) => [...(parents ? foldersOf(root) : []), ...below(root, excluded)]),
        ]);
      return [...new Map(seen.map((entry) => [entry.path, entry])).values()].toSorted(byName);
    },
  };
}

/** Where paths relative to a folder begin. */
function startOf(folder: string): number {
  return folder === "" ? 0 : folder.length + 1;
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
