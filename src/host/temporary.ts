import { rmSync } from "node:fs";
import { mkdtemp, readdir, readlink, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** A folder of a run in another container may be in use however dead its process looks from here, but not for so long, in milliseconds. */
const longestRun = 24 * 3_600_000;

/**
 * Makes an empty private directory (0700) that is gone when the process is. It does not lie in `workspace`, which others
 * may see and keep: where TMPDIR is in there another place is taken. What dead runs have left goes: it may hold a password.
 */
export async function makeTemporary(prefix: string, workspace: string): Promise<string> {
  // A process's id says something only together with its host and its namespace: containers may share both folder and name.
  const space = await readlink("/proc/self/ns/pid").catch(() => "");
  const own = `${prefix}${os.hostname()}-${/\d+/.exec(space)?.[0] ?? "0"}-`;
  let fault: unknown = null;
  for (const place of places(workspace)) {
    await sweep(place, prefix, own);
    try {
      const folder = await mkdtemp(path.join(place, `${own}${process.pid}-`));
      if (temporary.size === 0) process.once("exit", removeTemporary);
      temporary.add(folder);
      return folder;
    } catch (error) {
      fault ??= error;
    }
  }
  throw fault;
}

/** Where temporary folders may be, the preferred place first. */
function places(workspace: string): string[] {
  const all = [os.tmpdir(), "/dev/shm", "/tmp", "/var/tmp"].map((place) => path.resolve(place));
  // A workspace that is the root of everything has no outside, and is not looked at.
  const inside = `${path.resolve(workspace)}${path.sep}`;
  return [...new Set(all)].filter((place) => !`${place}${path.sep}`.startsWith(inside));
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
