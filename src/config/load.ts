import path from "node:path";
import { pathToFileURL } from "node:url";
import { encodingFault } from "../core/encoding.ts";
import { InputError } from "../core/errors.ts";
import type { Files } from "../host/host.ts";

const name = "multistage-build";

/** Where a config may be, in the order of search. YAML comes first: a script is somebody's code to run. */
export const configPlaces = [
  ...["yaml", "yml", "json", "js", "mjs", "cjs", "ts"].map((extension) => `${name}.config.${extension}`),
  ...["", ".yaml", ".yml", ".json"].map((extension) => `.${name}rc${extension}`),
  "package.json",
];

/** A config file's path and what it holds, not yet checked. */
export interface LoadedConfig {
  filepath: string;
  value: unknown;
}

/**
 * Finds and reads the config: the file `explicit` (relative to `cwd`), or the first place from `cwd` up to the
 * project's root. Throws an InputError if there is none, or if it cannot be read.
 */
export async function loadConfig(
  files: Pick<Files, "exists" | "readInput">,
  cwd: string,
  explicit: string | undefined,
): Promise<LoadedConfig> {
  const found = explicit === undefined ? await search(files, cwd) : await loadNamed(files, cwd, explicit);
  if (found === null) {
    const hint = `write ${configPlaces[0]}:\n      targets:\n        app1: my-registry.com/myproject/app1`;
    throw new InputError([{ path: "config", message: `no config found in ${cwd}, nor above it in the project`, hint }]);
  }
  if (found.value === undefined || found.value === null) {
    throw new InputError([{ path: found.filepath, message: "is empty" }]);
  }
  return found;
}

/** The first place that holds a config, upwards as far as the folder that has a package.json. */
async function search(files: Pick<Files, "exists" | "readInput">, from: string): Promise<LoadedConfig | null> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    for (const place of configPlaces) {
      const filepath = path.join(folder, place);
      const text = await files.readInput(filepath);
      if (typeof text !== "string") {
        if (text.missing) continue;
        throw new InputError([{ path: filepath, message: text.fault, hint: text.hint }]);
      }
      const value = await valueOf(filepath, text);
      // Other programs' package.json has nothing for us in it.
      if (value !== undefined || place !== "package.json") return { filepath, value };
    }
    const isTop = folder === path.dirname(folder);
    if (isTop || (await files.exists(path.join(folder, "package.json")))) return null;
  }
}

async function loadNamed(files: Pick<Files, "readInput">, cwd: string, explicit: string): Promise<LoadedConfig> {
  const filepath = path.resolve(cwd, explicit);
  const text = await files.readInput(filepath);
  if (typeof text === "string") return { filepath, value: await valueOf(filepath, text) };
  throw new InputError([{ path: "--config", message: text.fault, got: explicit, hint: text.hint }]);
}

/** What a config file says. Throws an InputError if it cannot be told. */
async function valueOf(filepath: string, text: string): Promise<unknown> {
  const fault = encodingFault(text);
  if (fault !== null) throw new InputError([{ path: filepath, message: fault, hint: "save it as UTF-8" }]);
  if (text.trim() === "") return undefined;
  try {
    const extension = path.extname(filepath);
    if (/^\.[mc]?js$/.test(extension)) return await importDefault(filepath);
    if (extension === ".ts") return await importTypeScript(filepath);
    const { defaultLoaders } = await import("cosmiconfig");
    const load = extension === ".json" ? defaultLoaders[".json"] : defaultLoaders[".yaml"];
    const value: unknown = load(filepath, text);
    if (path.basename(filepath) !== "package.json") return value;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  } catch (error) {
    throw unreadable(error, filepath);
  }
}

async function importDefault(filepath: string): Promise<unknown> {
  const loaded = (await import(pathToFileURL(filepath).href)) as { default?: unknown };
  return loaded.default;
}

async function importTypeScript(filepath: string): Promise<unknown> {
  try {
    return await importDefault(filepath);
  } catch (error) {
    // Node runs TypeScript by itself from 22.18 on. https://nodejs.org/api/typescript.html
    if ((error as { code?: string }).code !== "ERR_UNKNOWN_FILE_EXTENSION") throw error;
    const hint = "use a YAML, JSON or JavaScript config, or a newer Node";
    const message = `a TypeScript config needs Node 22.18 or later, this is ${process.version}`;
    throw new InputError([{ path: filepath, message, hint }]);
  }
}

function unreadable(error: unknown, where: string): InputError {
  if (error instanceof InputError) return error;
  const fault = error instanceof Error ? error : new Error(String(error));
  const lines = (fault.stack ?? fault.message).split("\n");
  // The user's own line is in the first frames of a script's stack; ours below are noise.
  const own = lines.filter((line) => line.includes(where) && line.trimStart().startsWith("at ")).slice(0, 3);
  const message = `cannot be read: ${fault.name === "Error" ? "" : `${fault.name}: `}${fault.message}`;
  return new InputError([
    { path: where, message, ...(own.length === 0 ? {} : { hint: own.map((l) => l.trim()).join("\n    ") }) },
  ]);
}
