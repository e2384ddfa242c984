import * as v from "valibot";
import { nearest } from "../core/suggest.ts";
import type { Problem } from "../core/errors.ts";
import { listsForMaps } from "./lists.ts";
import { configSchema, registryKeys, targetKeys, type WrittenConfig } from "./schema.ts";

/** The config, if what was written has the right shape; otherwise every place where it does not. */
export function validateConfig(written: unknown): { config: WrittenConfig | null; problems: Problem[] } {
  const lists = listsForMaps(written);
  const result = v.safeParse(configSchema, written);
  if (result.success && lists.length === 0) return { config: result.output, problems: [] };
  const problems = (result.issues ?? []).flatMap((issue) => problemsOf(issue, []));
  const isBelow = ({ path }: Problem) => lists.some((list) => path === list.path || path.startsWith(`${list.path}.`));
  return { config: null, problems: [...lists, ...problems.filter((problem) => !isBelow(problem))] };
}

type Issue = v.BaseIssue<unknown>;

function problemsOf(issue: Issue, above: readonly string[]): Problem[] {
  const path = [...above, ...(issue.path ?? []).map((item) => String(item.key))];
  // A union says only that no branch fits. Where a branch got inside the value, what it found there says more.
  const inner = (issue.issues ?? []).filter((sub) => sub.path !== undefined);
  if (issue.type === "union" && inner.length > 0) return inner.flatMap((sub) => problemsOf(sub, path));
  if (issue.expected === "never") return unknownKeys(path, issue.path?.at(-1)?.input);
  // What stands where a secret's or a credential's name should be may well be the secret itself.
  const confidential = path.includes("secrets") || path[0] === "registries";
  const got = confidential ? {} : { got: issue.input };
  return [{ path: path.join(".") || "the config", message: messageOf(issue), ...got }];
}

function messageOf({ type, received, message, expected, input }: Issue): string {
  if (type === "strict_object" && received === "undefined") return "is missing";
  if (!message.startsWith("Invalid")) return message;
  const quote = expected === "string" && typeof input === "number" ? "; put it in quotes" : "";
  return `must be ${expected === "Object" ? "a map" : (expected ?? "something else")}${quote}`;
}

/** The schema stops at the first unknown key of a map; all of them are wanted. */
function unknownKeys(path: readonly string[], map: unknown): Problem[] {
  const known = knownKeys(path);
  const unknown = Object.keys(map ?? {}).filter((key) => !known.includes(key));
  return unknown.map((key) => {
    const near = nearest(key, known);
    const hint = near === null ? {} : { hint: `did you mean "${near}"?` };
    return { path: [...path.slice(0, -1), key].join("."), message: "unknown key", ...hint };
  });
}

function knownKeys(path: readonly string[]): string[] {
  const [first] = path;
  if (path.length === 1) return Object.keys(configSchema.entries);
  if (path.length === 2 && first === "defaults") return targetKeys;
  if (path.length === 3 && first === "targets") return targetKeys;
  return path.length === 3 && first === "registries" ? registryKeys : [];
}
