import { access, constants, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import type { Files } from "./host.ts";
import { readInput } from "./input-file.ts";
import { makeTemporary } from "./temporary.ts";

/** The real file system. */
export const systemFiles: Files = {
  read: async (file) => {
    const text = await readInput(file);
    return typeof text === "string" ? text : null;
  },
  readInput,
  write: (file, text) => writeFile(file, text),
  exists: (file) =>
    access(file).then(
      () => true,
      () => false,
    ),
  kind: (file) =>
    stat(file).then(
      (found) => (found.isFile() ? "file" : found.isDirectory() ? "folder" : "other"),
      () => null,
    ),
  writable: (file) =>
    access(file, constants.W_OK).then(
      () => true,
      () => false,
    ),
  list: (folder) =>
    readdir(folder).then(
      (names) => names.toSorted(),
      () => [],
    ),
  // What hashes is loaded only if there is something to hash.
  tree: async (folder, selection) => (await import("./file-tree.ts")).fileTree(folder, selection),
  makeTemporary,
  link: (target, file) => symlink(target, file),
  remove: (file) => rm(file, { recursive: true, force: true }),
};
