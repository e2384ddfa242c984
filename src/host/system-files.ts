import { access, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import type { Files } from "./host.ts";
import { makeTemporary } from "./temporary.ts";

/** The real file system. */
export const systemFiles: Files = {
  read: async (file) => {
    try {
      return await readFile(file, "utf8");
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  },
  write: (file, text) => writeFile(file, text),
  exists: (file) =>
    access(file).then(
      () => true,
      () => false,
    ),
  list: (folder) =>
    readdir(folder).then(
      (names) => names.toSorted(),
      () => [],
    ),
  makeTemporary,
  link: (target, file) => symlink(target, file),
  remove: (file) => rm(file, { recursive: true, force: true }),
};

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}
