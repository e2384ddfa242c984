import { readdir, readFile } from "node:fs/promises";

/** The ids of the processes, but for this one, that have a text on their command line or in their environment. */
export async function processesWith(text: string): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const read = (id: string, file: string) => readFile(`/proc/${id}/${file}`, "utf8").catch(() => "");
  const found = await Promise.all(
    ids.map(async (id) => ((await read(id, "cmdline")) + (await read(id, "environ"))).includes(text)),
  );
  return ids.filter((_, at) => found[at]);
}
