import path from "node:path";
import type { Files } from "../../../src/host/host.ts";
import { systemFiles } from "../../../src/host/system-files.ts";

/**
 * Files in memory: those of a project folder, and whatever a run writes. Nothing is read from the disk, so that a run is
 * held up by nothing but what a test holds up. What a test changes later it has to `write` here.
 */
export function memoryFiles(folder: string, project: Readonly<Record<string, string | object>>): Files {
  const texts = new Map<string, string>();
  for (const [name, content] of Object.entries(project)) {
    texts.set(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  let temporary = 0;
  const within = (file: string, parent: string) => file === parent || file.startsWith(parent + path.sep);
  return {
    ...systemFiles,
    read: async (file) => texts.get(file) ?? null,
    readInput: async (file) => texts.get(file) ?? { missing: true, fault: "there is no such file", hint: "make it" },
    write: async (file, text) => void texts.set(file, text),
    exists: async (file) => [...texts.keys()].some((one) => within(one, file)),
    list: async (parent) => {
      const inside = [...texts.keys()].filter((one) => one !== parent && within(one, parent));
      return [...new Set(inside.map((one) => path.relative(parent, one).split(path.sep)[0]!))].toSorted();
    },
    makeTemporary: async (prefix) => path.join(folder, `.tmp-${prefix}${++temporary}`),
    link: (target, file) => Promise.reject(new Error(`the test did not expect a link from ${file} to ${target}`)),
    remove: async (file) => {
      for (const one of texts.keys()) if (within(one, file)) texts.delete(one);
    },
  };
}
