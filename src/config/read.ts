import path from "node:path";
import { distinct, type Problem } from "../core/errors.ts";
import type { Files } from "../host/host.ts";
import type { Config } from "./config.ts";
import type { Place } from "./config-file.ts";
import { loadConfig } from "./load.ts";
import { resolveConfig } from "./resolve.ts";
import { mostMistakes } from "./shape.ts";
import { validateConfig } from "./validate.ts";

/** A config that was found, and all that is wrong with it by itself. */
export interface ReadConfig {
  /** The file's whole path, and the folder that it is in. */
  file: string;
  directory: string;
  /** What is usable of it: with problems it is not what was meant. Null if nothing is. */
  config: Config | null;
  problems: Problem[];
  /**
   * The problems that are found later on, with the lines that they are about: first what is wrong with the config all the same,
   * then what else is, without what merely follows.
   */
  others: (ofConfig: readonly Problem[], found: readonly Problem[]) => Problem[];
}

/** Finds, reads and checks the config. Throws an InputError if there is none, or if it cannot be read. */
export async function readConfig(
  files: Pick<Files, "exists" | "readInput">,
  cwd: string,
  explicit: string | undefined,
): Promise<ReadConfig> {
  const { filepath, config: written } = await loadConfig(files, cwd, explicit);
  const directory = path.dirname(filepath);
  const name = path.basename(filepath);
  const validated = validateConfig(written.value);
  const resolved = validated.config === null ? null : resolveConfig(validated.config, directory);
  const locate = (problem: Problem) => located(problem, name, written.find(problem.path));
  const wrong = [...written.problems.slice(0, mostMistakes), ...validated.problems];
  const more = (resolved?.problems.slice(0, mostMistakes) ?? []).filter(
    ({ path: at }) => !wrong.some((one) => one.path.startsWith(`${at}.`)),
  );
  const problems = distinct([...wrong, ...more]).map(locate);
  const others = (ofConfig: readonly Problem[], found: readonly Problem[]) => {
    const causes = [...wrong, ...ofConfig];
    const later = found.slice(0, mostMistakes).filter((one) => !follows(one, causes));
    return [...ofConfig.slice(0, mostMistakes), ...later].map(locate);
  };
  return { file: filepath, directory, config: resolved?.config ?? null, problems, others };
}

/** A problem with where it is written. */
function located(problem: Problem, file: string, place: Place | null): Problem {
  if (problem.line !== undefined) return { ...problem, file };
  if (place === null) return problem;
  const isNumber = typeof problem.got === "number" && place.number !== null;
  return { ...problem, file, line: place.line, ...(isNumber && { hint: `write "${place.number}"` }) };
}

/** Whether a stage or a Dockerfile may be missing only because what names it is wrong. */
function follows({ path: at }: Problem, wrong: readonly Problem[]): boolean {
  const target = /^targets\.([^.]+)(?:\.target|\.dockerfile)?$/.exec(at)?.[1];
  if (target === undefined) return false;
  return wrong.some((problem) => {
    if (problem.path.startsWith("targets.")) return `${problem.path}.`.startsWith(`targets.${target}.`);
    return /\b(?:dockerfile|context|defaults)\b/.test(`${problem.path} ${problem.hint ?? ""}`);
  });
}
