import { constants, type Stats } from "node:fs";
import { lstat, open, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { FileFault } from "./host.ts";

/** Far more than anybody writes by hand. In bytes. */
const largest = 8 * 1024 * 1024;

/** Implements `Files.readInput`. */
export async function readInput(file: string, within?: string): Promise<string | FileFault> {
  try {
    const place = await realpath(file);
    if (within !== undefined && !isIn(await realpath(within), place)) return outside;
    // Opening a device can do things, so it is looked at before; and again, should something else have taken its place.
    return kindFault(await stat(place)) ?? (await readRegular(place));
  } catch (error) {
    return faultOf(error as NodeJS.ErrnoException, file);
  }
}

async function readRegular(place: string): Promise<string | FileFault> {
  // Who opens a FIFO waits for a writer unless it says so.
  const handle = await open(place, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    const fault = kindFault(stats);
    if (fault !== null) return fault;
    // What the kernel makes up as it is read says that it has no size.
    const buffer = Buffer.alloc((stats.size === 0 ? largest : stats.size) + 1);
    let size = 0;
    for (let more = -1; more !== 0 && size < buffer.length; size += more) {
      more = (await handle.read(buffer, size, buffer.length - size)).bytesRead;
    }
    return size > largest ? tooLarge : buffer.toString("utf8", 0, size).replace(/^\uFEFF/, "");
  } finally {
    await handle.close();
  }
}

function isIn(folder: string, file: string): boolean {
  const way = path.relative(folder, file);
  return way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

const outside = given("lies outside the config file's folder", "copy it there, or move the config up");
const tooLarge = given(`is larger than ${largest / 1024 / 1024} MiB`, "is it the file that you mean?");

function kindFault(stats: Stats): FileFault | null {
  if (stats.isDirectory()) return given("is a folder", "name a file");
  if (!stats.isFile()) return given("is a pipe, a socket or a device", "only regular files are read");
  return stats.size > largest ? tooLarge : null;
}

const faults: Readonly<Record<string, FileFault>> = {
  EACCES: given("may not be read", "let the user that this runs as read it"),
  EPERM: given("may not be read", "let the user that this runs as read it"),
  ELOOP: given("is a link that leads in a circle", "name the file itself"),
  ENAMETOOLONG: given("has a name that is too long for a file", "name a file"),
  ERR_INVALID_ARG_VALUE: given("has a NUL character in its name", "name a file"),
};

async function faultOf({ code = "", message }: NodeJS.ErrnoException, file: string): Promise<FileFault> {
  if (code !== "ENOENT" && code !== "ENOTDIR") return faults[code] ?? given(`cannot be read: ${message}`, "");
  const isLink = await lstat(file).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
  if (isLink) return given("is a link to a file that is not there", "make the file, or name another one");
  return { missing: true, fault: "there is no such file", hint: "make the file, or name another one" };
}

function given(fault: string, hint: string): FileFault {
  return { missing: false, fault, hint };
}
