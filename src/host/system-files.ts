import { rmSync } from "node:fs";
import { access, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Files } from "./host.ts";

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
  makeTemporary: async (prefix) => {
    // Containers may share the folder: a process's id says something only with the name of its host.
    const own = `${prefix}${os.hostname()}-`;
    await sweep(own);
    // mkdtemp makes it 0700. The process's id tells later runs whether it is still in use.
    const folder = await mkdtemp(path.join(os.tmpdir(), `${own}${process.pid}-`));
    if (temporary.size === 0) process.once("exit", removeTemporary);
    temporary.add(folder);
    return folder;
  },
  link: (target, file) => symlink(target, file),
  remove: (file) => rm(file, { recursive: true, force: true }),
};

/** What is to be gone when the process is: whoever sends a second signal does not wait for the run to clean up. */
const temporary = new Set<string>();

function removeTemporary(): void {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true });
}

/** Removes what a run that was killed could not: it may hold a password. */
async function sweep(prefix: string): Promise<void> {
  const names = await readdir(os.tmpdir()).catch(() => []);
  const left = names.filter((name) => {
    const pid = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    return pid !== undefined && !isAlive(Number(pid));
  });
  await Promise.allSettled(left.map((name) => rm(path.join(os.tmpdir(), name), { recursive: true, force: true })));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is alive, and somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}
