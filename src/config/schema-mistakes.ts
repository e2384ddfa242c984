import type * as v from "valibot";
import { fixedVariable, shellVariable } from "../templates/shell-variable.ts";
import { attestKeys, buildTagKeys, configSchema, registryKeys, secretKeys, targetKeys } from "./schema.ts";
import { keyHint, type MapKind } from "./other-words.ts";
import { asMap, isConfidential, isMap, type Mistake, mostMistakes } from "./shape.ts";

type Issue = v.BaseIssue<unknown>;

const keysOf: Readonly<Record<MapKind, readonly string[]>> = {
  config: Object.keys(configSchema.entries),
  target: targetKeys,
  registry: registryKeys,
  secret: secretKeys,
  attest: attestKeys,
  buildTag: buildTagKeys,
};

/** What the schema found, in our words. */
export function mistakesOf(issue: Issue, above: readonly string[]): Mistake[] {
  const keys = [...above, ...(issue.path ?? []).map((item) => String(item.key))];
  if (kindOf(keys) === "secret" && isMap(issue.input)) return secretMistakes(keys, issue.input);
  const inner = branchOf(issue);
  if (inner.length > 0) return inner.flatMap((sub) => mistakesOf(sub, keys));
  if (issue.expected === "never") return unknownKeys(keys.slice(0, -1), asMap(issue.path?.at(-1)?.input));
  const hint = hintOf(issue, keys);
  const withValue = !isConfidential(keys, issue.input) && issue.input !== null && issue.input !== undefined;
  return [
    {
      keys,
      message: messageOf(issue),
      ...(withValue && { got: issue.input }),
      ...(hint !== null && { hint }),
    },
  ];
}

/** A union says only that no branch fits. Where a branch got inside the value, what it found there says more. */
function branchOf(issue: Issue): Issue[] {
  if (issue.type !== "union") return [];
  return (issue.issues ?? []).flatMap((sub) => {
    if (sub.path === undefined) return branchOf(sub);
    // The methods of a list are not keys that somebody wrote.
    return Array.isArray(issue.input) && sub.path[0]?.type === "object" ? [] : [sub];
  });
}

function messageOf({ type, received, message, expected, input }: Issue): string {
  if (type === "strict_object" && received === "undefined") return "is missing";
  if (input === null || input === undefined) return "is empty";
  if (message.startsWith("Invalid")) return `must be ${inWords(expected ?? "")}`;
  // What is said of numbers is of no use to others.
  return typeof input === "number" ? message : message.replace(/; quote a number.*/, "");
}

const words: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  boolean: "true or false",
  Object: "a map (NAME: value)",
  Array: "a list",
};

/** The names of JavaScript's types, as valibot lists them: `(string | Array)`. */
function inWords(expected: string): string {
  const names = expected.replaceAll(/[()]/g, "").split(" | ");
  return [...new Set(names.map((name) => (Object.hasOwn(words, name) ? words[name] : name)))].join(" or ");
}

const targetsHint = "write under it what is built, and where it is published: app1: my-registry.com/myproject/app1";

function hintOf(issue: Issue, keys: readonly string[]): string | null {
  const { input, expected, message } = issue;
  if (isMap(input) && "from_secret" in input) {
    return "from_secret is the pipeline's: set a variable from it there (environment: …), and name that variable here";
  }
  if (keys.length === 1 && keys[0] === "targets" && !isMap(input)) return targetsHint;
  const isRepo = keys.at(-1) === "repo" || (keys.length === 2 && keys[0] === "targets");
  if (isRepo && (input === null || input === ""))
    return "write a repository, or false for a target that is never published";
  if (input === null) return "write a value, or leave the key out";
  if (typeof input === "string")
    return isConfidential(keys, input) ? flagHint(input, message) : textHint(issue, input, keys);
  const isText = typeof input === "number" && /\bstring\b/.test(expected ?? "") && !message.includes("quote");
  return isText ? "put it in quotes" : null;
}

/** What to write instead of a text. */
function textHint({ expected, message }: Issue, input: string, keys: readonly string[]): string | null {
  const takesTemplates = ["prefix", "suffix", "platforms"].some((key) => keys.includes(key));
  const literal = takesTemplates ? shellVariable(input) : fixedVariable(input);
  if (literal !== null) return `${literal.message}; ${literal.hint}`;
  if (expected === "Object") return "write NAME: value, one a line";
  return expected === "Array" ? `write [${input}]` : flagHint(input, message);
}

/** `yes` is true to YAML 1.1 alone. */
function flagHint(input: string, message: string): string | null {
  const isFlag = /^(?:yes|no|on|off|true|false)$/i.test(input) && /true|boolean/i.test(message);
  return isFlag ? `write ${/^(?:yes|on|true)$/i.test(input)}` : null;
}

/** The schema stops at the first unknown key of a map; all of them are wanted. */
function unknownKeys(keys: readonly string[], map: Readonly<Record<string, unknown>>): Mistake[] {
  const kind = kindOf(keys);
  if (kind === null) return [];
  return Object.keys(map)
    .filter((key) => !keysOf[kind].includes(key))
    .slice(0, mostMistakes)
    .map((key) => {
      const hint =
        keyHint(key, kind, keysOf) ?? (kind === "secret" ? "a secret has env: NAME, or else file: path" : null);
      return { keys: [...keys, key], message: "unknown key", ...(hint !== null && { hint }) };
    });
}

/** A secret is one of two maps, and the schema would say of both what is wrong. */
function secretMistakes(keys: readonly string[], secret: Readonly<Record<string, unknown>>): Mistake[] {
  const message = "must be { env: NAME } or { file: path }";
  const both = "env" in secret && "file" in secret ? [{ keys, message: `${message}, not both` }] : [];
  const unknown = "from_secret" in secret ? [] : unknownKeys(keys, secret);
  if (both.length > 0 || unknown.length > 0) return [...both, ...unknown];
  const hint = hintOf({ input: secret, message } as Issue, keys);
  const value = secret.env ?? secret.file;
  const named = "env" in secret ? "must be the name of an environment variable" : "must be a path";
  if (value === undefined || hint !== null) return [{ keys, message, ...(hint !== null && { hint }) }];
  return [{ keys: [...keys, "env" in secret ? "env" : "file"], message: value === null ? "is empty" : named }];
}

function kindOf(keys: readonly string[]): MapKind | null {
  if (keys.length === 0) return "config";
  const [first] = keys;
  const inTarget = first === "defaults" ? keys.slice(1) : first === "targets" && keys.length > 1 ? keys.slice(2) : null;
  if (inTarget !== null) {
    const [key] = inTarget;
    if (inTarget.length === 1 && (key === "attest" || key === "buildTag")) return key;
    return inTarget.length === 0 ? "target" : key === "secrets" && inTarget.length === 2 ? "secret" : null;
  }
  if (first === "attest" && keys.length === 1) return "attest";
  return first === "registries" && keys.length === 2 ? "registry" : null;
}
