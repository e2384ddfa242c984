import path from "node:path";
import type { Target } from "../config/config.ts";
import { type ContextFiles, contextFiles } from "../dockerfile/context-files.ts";
import { readsOf } from "../dockerfile/context-reads.ts";
import { fixedPart, parseIgnoreFile } from "../dockerfile/ignore.ts";
import { parseDockerfile } from "../dockerfile/parse.ts";
import { isPattern } from "../dockerfile/path-pattern.ts";
import type { FileFault, Host } from "../host/host.ts";
import type { InputSources } from "../plan/inputs.ts";

/** A part of a folder that some targets take files from. */
interface Wanted {
  folder: string;
  roots: string[];
  /** Some are found by a pattern, and links among those are followed. */
  hasPatterns: boolean;
  /** Ignore files, the first of which that is there counts. */
  ignoreFiles: string[];
}

/** So long an ignore file may be, in characters: each of its patterns is compared with each of the files. */
const longestIgnoreFile = 100_000;

/**
 * Lists what the targets take from their build contexts. Of a context only what some instruction of its Dockerfile names
 * is looked at, as only that is sent to the builder.
 */
export async function readContexts(
  host: Host,
  directory: string,
  targets: readonly Target[],
  dockerfiles: ReadonlyMap<string, string | FileFault>,
): Promise<InputSources["files"]> {
  const wanted = new Map<string, Wanted>();
  const reads = new Map(
    [...dockerfiles].map(([file, text]) => [file, typeof text === "string" ? contextReads(text) : noReads]),
  );
  for (const { dockerfile, context, contexts } of targets) {
    const read = reads.get(dockerfile) ?? noReads;
    const own = { folder: context, ...read, ignoreFiles: [`${dockerfile}.dockerignore`] };
    wanted.set(key(dockerfile, context), { ...own, ignoreFiles: [...own.ignoreFiles, inFolder(context)] });
    for (const folder of Object.values(contexts)) {
      // Its own ignore file counts, whatever the Dockerfile is called.
      const all = { folder, roots: [""], hasPatterns: false, ignoreFiles: [inFolder(folder)] };
      if (!folder.includes(":")) wanted.set(key("", folder), all);
    }
  }
  const listed = new Map<string, ContextFiles | string>();
  for (const [name, one] of wanted) listed.set(name, await list(host, directory, one));
  return ({ dockerfile, context: main }, context) =>
    listed.get(key(context === main ? dockerfile : "", context)) ?? `the context ${context} is not a folder`;
}

function key(dockerfile: string, context: string): string {
  return JSON.stringify([dockerfile, context]);
}

function inFolder(folder: string): string {
  return path.join(folder, ".dockerignore");
}

const noReads: Pick<Wanted, "roots" | "hasPatterns"> = { roots: [], hasPatterns: false };

/** What all instructions of a Dockerfile read, whatever is built of it: paths, up to their first pattern. */
function contextReads(text: string): Pick<Wanted, "roots" | "hasPatterns"> {
  const file = parseDockerfile(text);
  const instructions = file.stages.flatMap((stage) => stage.instructions).flatMap((one) => [one, one.trigger ?? one]);
  const paths = instructions.flatMap((one) => readsOf(one, file.escape).context.paths);
  return {
    roots: [...new Set(paths.map((one) => fixedPart(one).replace(/\/$/, "")))],
    hasPatterns: paths.some(isPattern),
  };
}

async function list(
  host: Host,
  directory: string,
  { folder, roots, hasPatterns, ignoreFiles }: Wanted,
): Promise<ContextFiles | string> {
  if (roots.length === 0) return contextFiles([]);
  if (/^[a-z][a-z0-9+.-]*:/i.test(folder)) return `the context ${folder} is not a folder`;
  try {
    let text: string | null = null;
    for (const file of ignoreFiles) {
      const found: string | FileFault = text ?? (await host.files.readInput(path.resolve(directory, file)));
      if (typeof found === "string") text = found;
      else if (!found.missing) return `${file} ${found.fault}`;
    }
    if (text !== null && text.length > longestIgnoreFile)
      return `${folder}: its ignore file is longer than ${longestIgnoreFile} characters`;
    const ignore = parseIgnoreFile(text ?? "");
    return contextFiles(
      await host.files.tree(path.resolve(directory, folder), { roots, followsLinks: hasPatterns, ...ignore }),
    );
  } catch (error) {
    return `the context ${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
