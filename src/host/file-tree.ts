import { createHash } from "node:crypto";
import { closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats } from "node:fs";
import path from "node:path";
import type { TreeEntry, TreePart } from "./host.ts";

/** So long the event loop waits at most, in milliseconds: a signal is heard meanwhile. */
const turn = 40;
const chunk = 1024 * 1024;
/** More links than this in a row lead in a circle. */
const mostLinks = 40;

/**
 * Lists a part of a folder with what the files hold, sorted by path. What is not there is not listed. Throws what the
 * system says of a file that cannot be read. Without a promise for each file it takes half the time.
 */
export async function fileTree(
  folder: string,
  { roots, followsLinks, isLeftOut, isClosed }: TreePart,
): Promise<TreeEntry[]> {
  const found = new Map<string, TreeEntry>();
  const seen = new Set<string>();
  const queue = roots.flatMap((root) => follow(folder, root, found));
  let since = performance.now();
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const stats = statOf(folder, at);
    if (stats === null) continue;
    if (at === "" || !isLeftOut(at)) found.set(at, entryOf(folder, at, stats));
    if (stats.isSymbolicLink() && followsLinks) queue.push(...follow(folder, at, found));
    if (stats.isDirectory() && (at === "" || !isClosed(at))) {
      for (const name of readdirSync(path.join(folder, at))) queue.push(at === "" ? name : `${at}/${name}`);
    }
    if (performance.now() - since < turn) continue;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  }
  addFolders(folder, found);
  return [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** A folder is there for what it holds, though an ignore file names it. */
function addFolders(folder: string, found: Map<string, TreeEntry>): void {
  for (const at of found.keys()) {
    for (let above = at; above.includes("/");) {
      above = above.slice(0, above.lastIndexOf("/"));
      const stats = found.has(above) ? null : statOf(folder, above);
      if (stats === null) break;
      found.set(above, entryOf(folder, above, stats));
    }
  }
}

/** Where a path leads to once its links are followed, which are noted; nothing if it leads nowhere. */
function follow(folder: string, root: string, found: Map<string, TreeEntry>): string[] {
  let [at, rest] = ["", root.split("/").filter((part) => part !== "")];
  for (let links = 0; rest.length > 0;) {
    const next = at === "" ? rest[0]! : `${at}/${rest[0]}`;
    rest = rest.slice(1);
    const stats = statOf(folder, next);
    if (stats === null) return [];
    if (!stats.isSymbolicLink()) {
      at = next;
      continue;
    }
    const link = entryOf(folder, next, stats);
    found.set(next, link);
    if (++links > mostLinks) return [];
    rest = [...link.leadsTo.split("/").filter((part) => part !== ""), ...rest];
    at = "";
  }
  return [at];
}

function statOf(folder: string, at: string): Stats | null {
  try {
    return lstatSync(path.join(folder, at), { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    // Below what is no folder there is nothing.
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return null;
    throw error;
  }
}

function entryOf(folder: string, at: string, stats: Stats): TreeEntry {
  const file = path.join(folder, at);
  const mode = stats.mode & 0o7777;
  if (stats.isFile()) return { path: at, kind: "file", mode, content: sha256(file, stats.size), leadsTo: "" };
  if (!stats.isSymbolicLink()) {
    return { path: at, kind: stats.isDirectory() ? "folder" : "other", mode, content: "", leadsTo: "" };
  }
  const content = readlinkSync(file);
  // No link leads out of a build context: its top is all that there is above.
  const from = content.startsWith("/") ? "/" : path.posix.join("/", path.posix.dirname(at));
  return { path: at, kind: "link", mode: 0, content, leadsTo: path.posix.join(from, content).slice(1) };
}

function sha256(file: string, size: number): string {
  // Nothing waits for the other end of a pipe that has taken the file's place.
  const opened = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const hash = createHash("sha256");
    const buffer = Buffer.allocUnsafe(Math.min(chunk, size + 1));
    for (let read = readSync(opened, buffer); read > 0; read = readSync(opened, buffer)) {
      hash.update(buffer.subarray(0, read));
    }
    return hash.digest("hex");
  } finally {
    closeSync(opened);
  }
}
