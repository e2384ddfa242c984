import { copyFile, mkdir, mkdtemp, readFile, symlink } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { programs } from "./clients.js";
import { docker, Unable } from "./docker.js";
import { unpack } from "./packages.js";

/** @typedef {import("./docker.js").Context} Context */

/** The commands of the stand-in: all that the build steps of tests, benchmark and demo use. */
const commands = ["sh", "cat", "date", "echo", "false", "head", "ls", "sleep", "test", "touch", "true", "wc"];

/**
 * Gives the engine an image to build on that comes from no registry: a shell and a few commands, made of a busybox.
 *
 * @param {Context} context
 * @param {string} busybox A static one, as {@link findBusybox} finds it.
 * @param {string} name What the image will be called; let it be a name that no image of anybody's has.
 * @param {string} temporary
 */
export async function importStandIn(context, busybox, name, temporary) {
  const root = await mkdtemp(path.join(temporary, "stand-in-"));
  await mkdir(path.join(root, "bin"));
  await mkdir(path.join(root, "tmp"));
  await copyFile(busybox, path.join(root, "bin/busybox"));
  for (const command of commands) await symlink("busybox", path.join(root, "bin", command));
  await execa(busybox, ["tar", "-C", root, "-cf", `${root}.tar`, "."]);
  const { exitCode, stderr } = await docker(context, "import", `${root}.tar`, name);
  if (exitCode !== 0) throw new Unable(`docker import of an image made of ${busybox} failed:\n  ${stderr}`);
}

/**
 * A busybox that needs no libraries, and so runs in an empty image: this machine's own, or else the one of Debian's
 * package, unpacked into a folder in `temporary`. Null where there is neither.
 *
 * @param {Context} context
 * @param {string} temporary
 * @returns {Promise<string | null>}
 */
export async function findBusybox(context, temporary) {
  if (process.platform !== "linux") return null;
  for (const file of await programs("busybox", context.env)) if (isStatic(await readFile(file))) return file;
  if ((await programs("apt-get", context.env)).length === 0) return null;
  const folder = path.join(temporary, "busybox");
  await mkdir(folder, { recursive: true });
  try {
    await unpack(context, "busybox-static", folder);
  } catch (error) {
    if (error instanceof Unable) return null;
    throw error;
  }
  const unpacked = ["bin", "usr/bin"].map((bin) => path.join(folder, bin)).join(path.delimiter);
  return (await programs("busybox", { PATH: unpacked }))[0] ?? null;
}

/**
 * Whether a program for Linux asks for no interpreter (PT_INTERP), which is what loads libraries. Only 64-bit
 * little-endian ELF is understood. https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html
 *
 * @param {Buffer} program
 */
export function isStatic(program) {
  const isElf64 = program.length >= 64 && program.readUInt32BE(0) === 0x7f454c46 && program.readUInt16BE(4) === 0x0201;
  if (!isElf64) return false;
  const headers = Number(program.readBigUInt64LE(32));
  const size = program.readUInt16LE(54);
  const kinds = Array.from({ length: program.readUInt16LE(56) }, (_, at) => program.readUInt32LE(headers + at * size));
  return !kinds.includes(3);
}
