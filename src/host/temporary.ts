import { rmSync } from "node:fs";
import { mkdtemp, readdir, readFile, readlink, realpath, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** A folder of a run in another container may be in use however dead its process looks from here, but not for so long, in milliseconds. */
const longestRun = 7 * 24 * 3_600_000;

/**
 * Makes an empty private directory (0700) that is gone when the process is. It lies in none of the `workspaces`, which
 * others may see and keep: where TMPDIR is in there another place is taken. What dead runs have left goes: it may hold a
 * password. Throws where TMPDIR is set to what cannot be used, as docker would stumble over it, too.
 */
export async function makeTemporary(prefix: string, workspaces: readonly string[]): Promise<string> {
  const own = `${prefix}${await processSpace()}-`;
  const preferred = await real(os.tmpdir());
  let fault: unknown = null;
  for (const place of await places(preferred, workspaces)) {
    await sweep(place, prefix, own);
    try {
      const folder = await mkdtemp(path.join(place, `${own}${process.pid}-`));
      if (temporary.size === 0) process.once("exit", removeTemporary);
      temporary.add(folder);
      return folder;
    } catch (error) {
      fault ??= error;
      if (place === preferred && isChosen()) break;
    }
  }
  throw fault;
}

/** Whether the place for temporary files is the user's choice: os.tmpdir() heeds these. */
function isChosen(): boolean {
  return [process.env.TMPDIR, process.env.TMP, process.env.TEMP].some((folder) => (folder ?? "") !== "");
}

/**
 * Where a process's id says something: containers may share a folder and the name of their host, machines the number of
 * a namespace. Where it cannot be told it is nowhere else, so that nothing of others is taken for a dead process's.
 */
async function processSpace(): Promise<string> {
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  const space = /\d+/.exec(await readlink("/proc/self/ns/pid").catch(() => ""))?.[0];
  if (space !== undefined && boot !== "") return `${boot.slice(0, 8)}-${space}`;
  return process.platform === "linux" ? `unknown-${process.pid}-${Date.now()}` : os.hostname();
}

/** A path without symbolic links, as far as it exists. */
async function real(file: string): Promise<string> {
  return realpath(file).catch(() => path.resolve(file));
}

/** Where temporary folders may be, the preferred place first. */
async function places(preferred: string, workspaces: readonly string[]): Promise<string[]> {
  const all = [preferred, ...(await Promise.all(["/dev/shm", "/tmp", "/var/tmp"].map(real)))];
  // A workspace that is the root of everything has no outside, and is not looked at.
  const inside = (await Promise.all(workspaces.map(real))).map((folder) => `${folder}${path.sep}`);
  const isInside = (place: string) => inside.some((start) => `${place}${path.sep}`.startsWith(start));
  return [...new Set(all)].filter((place) => !isInside(place));
}

/** What is to be gone when the process is: whoever sends a second signal does not wait for the run to clean up. */
const temporary = new Set<string>();

function removeTemporary(): void {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true });
}

async function sweep(place: string, prefix: string, own: string): Promise<void> {
  const names = (await readdir(place).catch(() => [])).filter((name) => name.startsWith(prefix));
  const remove = async (name: string) => {
    const folder = path.join(place, name);
    if (await isLeft(folder, name, own)) await rm(folder, { recursive: true, force: true });
  };
  await Promise.allSettled(names.map(remove));
}

async function isLeft(folder: string, name: string, own: string): Promise<boolean> {
  const pid = name.startsWith(own) ? /^(\d+)-/.exec(name.slice(own.length))?.[1] : undefined;
  if (pid !== undefined) return !isAlive(Number(pid));
  return Date.now() - (await stat(folder)).mtimeMs > longestRun;
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
