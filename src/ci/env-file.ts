import { parseEnv } from "node:util";

/** Reads `NAME=value` lines: comments, quotes and `export` as in Node's own --env-file. */
export function parseEnvFile(text: string): Record<string, string> {
  return { ...(parseEnv(text) as Record<string, string>) };
}
