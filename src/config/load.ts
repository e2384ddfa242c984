import path from "node:path";
import { pathToFileURL } from "node:url";
import { InputError } from "../core/errors.ts";

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
export async function loadConfig(cwd: string, explicit: string | undefined): Promise<LoadedConfig> {
  const { cosmiconfig } = await import("cosmiconfig");
  const explorer = cosmiconfig(name, {
    searchPlaces: configPlaces,
    searchStrategy: "project",
    ignoreEmptySearchPlaces: false,
    // cosmiconfig's own loaders would hide the user's error behind one of theirs.
    loaders: { ".js": importDefault, ".mjs": importDefault, ".cjs": importDefault, ".ts": importTypeScript },
  });
  const file = explicit === undefined ? undefined : path.resolve(cwd, explicit);
  const result = await (file === undefined ? explorer.search(cwd) : explorer.load(file)).catch((error: unknown) => {
    throw unreadable(error, file, explicit);
  });
  if (result === null) {
    const hint = `write ${configPlaces[0]}:\n      targets:\n        app1: my-registry.com/myproject/app1`;
    throw new InputError([{ path: "config", message: `no config found in ${cwd}, nor above it in the project`, hint }]);
  }
  if (result.isEmpty === true) throw new InputError([{ path: result.filepath, message: "is empty" }]);
  return { filepath: result.filepath, value: result.config };
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

function unreadable(error: unknown, file: string | undefined, explicit: string | undefined): InputError {
  if (error instanceof InputError) return error;
  const fault = error instanceof Error ? error : new Error(String(error));
  const where = file ?? (fault as { filepath?: string }).filepath ?? "config";
  if ((fault as { code?: string }).code === "ENOENT" && explicit !== undefined && fault.message.includes(where)) {
    return new InputError([{ path: "--config", message: "there is no such file", got: explicit }]);
  }
  const lines = (fault.stack ?? fault.message).split("\n");
  // The user's own line is in the first frames of a script's stack; ours below are noise.
  const own = lines.filter((line) => line.includes(where) && line.trimStart().startsWith("at ")).slice(0, 3);
  const message = `cannot be read: ${fault.name === "Error" ? "" : `${fault.name}: `}${fault.message}`;
  return new InputError([
    { path: where, message, ...(own.length === 0 ? {} : { hint: own.map((l) => l.trim()).join("\n    ") }) },
  ]);
}
