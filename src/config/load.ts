import path from "node:path";
import { pathToFileURL } from "node:url";
import type { PublicExplorer } from "cosmiconfig";
import { encodingFault } from "../core/encoding.ts";
import { InputError, throwProblems } from "../core/errors.ts";
import type { Files } from "../host/host.ts";
import { type ConfigFile, configWithoutText, emptyProblem, readJson, readYaml } from "./config-file.ts";
import { plainConfig } from "./plain-data.ts";

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
  config: ConfigFile;
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
  const { cosmiconfig } = await import("cosmiconfig");
  // cosmiconfig's own loaders know no lines, and would hide the user's error behind one of theirs.
  const explorer = cosmiconfig(name, { searchPlaces: configPlaces, loaders });
  if (explicit !== undefined) return loadNamed(files, explorer, cwd, explicit);
  const found = await search(files, explorer, cwd);
  if (found !== null) return found;
  const hint = `write ${configPlaces[0]}:\n      targets:\n        app1: my-registry.com/myproject/app1`;
  throw new InputError([{ path: "config", message: `no config found in ${cwd}, nor above it in the project`, hint }]);
}

/**
 * The first place that holds a config, upwards as far as the folder that has a package.json. cosmiconfig's own search
 * would wait for a named pipe, and pass over what it may not read.
 */
async function search(
  files: Pick<Files, "exists" | "readInput">,
  explorer: PublicExplorer,
  from: string,
): Promise<LoadedConfig | null> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    for (const place of configPlaces) {
      const filepath = path.join(folder, place);
      const text = await files.readInput(filepath);
      if (typeof text !== "string") {
        if (text.missing) continue;
        throw new InputError([{ path: filepath, message: text.fault, hint: text.hint }]);
      }
      // Other programs' package.json has nothing for us in it.
      const config = await read(explorer, filepath, text);
      if (config !== null) return { filepath, config };
    }
    const isTop = folder === path.dirname(folder);
    if (isTop || (await files.exists(path.join(folder, "package.json")))) return null;
  }
}

async function loadNamed(
  files: Pick<Files, "readInput">,
  explorer: PublicExplorer,
  cwd: string,
  explicit: string,
): Promise<LoadedConfig> {
  const filepath = path.resolve(cwd, explicit);
  const text = await files.readInput(filepath);
  if (typeof text !== "string") {
    throw new InputError([{ path: "--config", message: text.fault, got: explicit, hint: text.hint }]);
  }
  const config = await read(explorer, filepath, text);
  if (config !== null) return { filepath, config };
  throw new InputError([{ path: filepath, message: `has no key "${name}"` }]);
}

/** What a config file holds; null if it is a package.json without our key. Throws an InputError if it cannot be told. */
async function read(explorer: PublicExplorer, filepath: string, text: string): Promise<ConfigFile | null> {
  const fault = encodingFault(text);
  if (fault !== null) throw new InputError([{ path: filepath, message: fault, hint: "save it as UTF-8" }]);
  if (text.trim() === "") throw new InputError([emptyProblem(filepath)]);
  try {
    const result = await explorer.load(filepath);
    return result === null ? null : plain(result.config as ConfigFile);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError([{ path: filepath, message: `cannot be read: ${(error as Error).message}` }]);
  }
}

function plain(config: ConfigFile): ConfigFile {
  const { value, problems } = plainConfig(config.value);
  throwProblems(problems);
  return { ...config, value };
}

type Loader = (filepath: string, text: string) => unknown;

const loaders: Readonly<Record<string, Loader>> = {
  ".yaml": readYaml,
  ".yml": readYaml,
  noExt: readYaml,
  ".json": loadJson,
  ".js": loadScript,
  ".mjs": loadScript,
  ".cjs": loadScript,
  ".ts": loadScript,
};

/** cosmiconfig takes our key out of a package.json, so the document stands in its place. */
function loadJson(filepath: string, text: string): unknown {
  if (path.basename(filepath) !== "package.json") return readJson(filepath, text, null);
  return { [name]: readJson(filepath, text, name) };
}

async function loadScript(filepath: string): Promise<ConfigFile> {
  try {
    return configWithoutText(await exported(filepath));
  } catch (error) {
    throw error instanceof InputError ? error : scriptError(error, filepath);
  }
}

/** What a script exports, or what the promise that it exports comes to. */
async function exported(filepath: string): Promise<unknown> {
  const loaded = (await importScript(filepath)) as { default?: unknown };
  const value = await loaded.default;
  const hint = "write export default { targets: … }";
  if (value === undefined) throw new InputError([{ path: filepath, message: "has no default export", hint }]);
  if (typeof value !== "function") return value;
  throw new InputError([{ path: filepath, message: "exports a function, not the config itself", hint }]);
}

async function importScript(filepath: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(filepath).href);
  } catch (error) {
    // Node runs TypeScript by itself from 22.18 on. https://nodejs.org/api/typescript.html
    if (!isError(error) || error.code !== "ERR_UNKNOWN_FILE_EXTENSION") throw error;
    const hint = "use a YAML, JSON or JavaScript config, or a newer Node";
    const message = `a TypeScript config needs Node 22.18 or later, this is ${process.version}`;
    throw new InputError([{ path: filepath, message, hint }]);
  }
}

/** A script may throw anything at all. The user's own lines are in the first frames of its stack; ours are noise. */
function scriptError(error: unknown, filepath: string): InputError {
  if (!isError(error)) {
    return new InputError([{ path: filepath, message: "cannot be read: it throws what is no error", got: error }]);
  }
  const frames = typeof error.stack === "string" ? error.stack.split("\n") : [];
  const own = frames.filter((line) => line.includes(filepath) && line.trimStart().startsWith("at ")).slice(0, 3);
  const message = `cannot be read: ${error.name === "Error" ? "" : `${error.name}: `}${error.message}`;
  const hint = own.length === 0 ? {} : { hint: own.map((line) => line.trim()).join("\n    ") };
  return new InputError([{ path: filepath, message, ...hint }]);
}

function isError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error;
}
