import * as v from "valibot";
import { nearest } from "../core/suggest.ts";
import type { Problem } from "../errors.ts";
import { configSchema, targetKeys, type WrittenConfig } from "./schema.ts";

/** What was written, if it has the config's shape, and every place where it has not. */
export function validateConfig(written: unknown): { config: WrittenConfig | null; problems: Problem[] } {
  const result = v.safeParse(configSchema, written);
  if (result.success) return { config: result.output, problems: [] };
  return { config: null, problems: result.issues.flatMap((issue) => problemsOf(issue, [])) };
}

type Issue = v.BaseIssue<unknown>;

function problemsOf(issue: Issue, above: readonly string[]): Problem[] {
  const path = [...above, ...(issue.path ?? []).map((item) => String(item.key))];
  // A union says only that no branch fits. Where a branch got inside the value, what it found there says more.
  const inner = (issue.issues ?? []).filter((sub) => sub.path !== undefined);
  if (issue.type === "union" && inner.length > 0) return inner.flatMap((sub) => problemsOf(sub, path));
  if (issue.expected === "never") return [unknownKey(path)];
  const message =
    issue.type === "strict_object" && issue.received === "undefined"
      ? "is missing"
      : issue.message.startsWith("Invalid")
        ? `must be ${issue.expected ?? "something else"}`
        : issue.message;
  // What stands where a secret's or a credential's name should be may well be the secret itself.
  const confidential = path.includes("secrets") || path[0] === "registries";
  return [{ path: path.join(".") || "the config", message, ...(confidential ? {} : { got: issue.input }) }];
}

function unknownKey(path: readonly string[]): Problem {
  const key = path.at(-1) ?? "";
  const inTarget = path.length === 3 || (path.length === 2 && path[0] === "defaults");
  const known = path.length === 1 ? Object.keys(configSchema.entries) : inTarget ? targetKeys : [];
  const near = nearest(key, known);
  return {
    path: path.join("."),
    message: "unknown key",
    ...(near === null ? {} : { hint: `did you mean "${near}"?` }),
  };
}
