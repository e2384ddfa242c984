import { isPlainlyName, isSecretName } from "../secrets/secret-name.ts";
import type { Problem } from "../core/errors.ts";

/** So many mistakes are looked at; fewer are told. */
export const mostMistakes = 1000;

/** Something wrong with what is written, and the keys that lead to it. */
export interface Mistake {
  keys: readonly string[];
  message: string;
  got?: unknown;
  hint?: string;
}

/** A map of the config, or nothing where none stands. */
export function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return isMap(value) ? value : {};
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function problemOf({ keys, ...problem }: Mistake): Problem {
  return { path: shownKeys(keys).join(".") || "the config", ...problem };
}

/** What stands where a secret's or a credential's name should be may well be the secret itself. */
export function isConfidential(keys: readonly string[], value: unknown): boolean {
  if (keys[0] === "env") return typeof value !== "string" || !isPlainlyName(value);
  return keys.includes("secrets") || keys[0] === "registries" || keys.some(isSecretName);
}

/** A key may be a secret as well, where a name and its value were mixed up: that of a credential is a plain word. */
function shownKeys(keys: readonly string[]): string[] {
  const from = keys[0] === "registries" ? 2 : keys.includes("secrets") ? keys.indexOf("secrets") + 2 : keys.length;
  return keys.map((key, at) => (at < from || /^[a-z_-]{1,20}$/i.test(key) ? key : "…"));
}

/** The maps that a config may hold, by the keys that lead to them. */
function maps(config: unknown): [keys: string[], value: unknown][] {
  const top = asMap(config);
  const targets = Object.entries(asMap(top.targets)).filter(([, target]) => !isRepositories(target));
  const long: [string[], unknown][] = [
    [["defaults"], top.defaults],
    ...targets.map(([name, target]): [string[], unknown] => [["targets", name], target]),
  ];
  return [
    [[], config],
    [["targets"], top.targets],
    [["registries"], top.registries],
    ...Object.entries(asMap(top.registries)).map(([name, one]): [string[], unknown] => [["registries", name], one]),
    ...long.flatMap(([keys, target]): [string[], unknown][] => [
      [keys, target],
      ...["args", "labels", "annotations", "secrets", "contexts"].map((key): [string[], unknown] => [
        [...keys, key],
        asMap(target)[key],
      ]),
    ]),
  ];
}

/** The short form of a target may be a list, and so may what was meant to be one. */
function isRepositories(target: unknown): boolean {
  return Array.isArray(target) && target.some((one) => typeof one === "string");
}

/** What JavaScript's objects keep for themselves: a schema's maps lose these names without a word. */
const unusable = ["__proto__", "constructor", "prototype"];

/**
 * What no schema of objects sees: a list where a map belongs, as in Compose's `args: [A=1]`, is taken for one with the
 * keys 0, 1, 2, and with the methods of lists; and names that an object has of its own are passed over.
 */
export function shapeMistakes(config: unknown): Mistake[] {
  return maps(config).flatMap(([keys, value]): Mistake[] => {
    if (Array.isArray(value)) {
      const hint = keys.length === 0 ? { hint: "write targets:, and under it what is built" } : {};
      return [
        {
          keys,
          message: "must be a map (NAME: value), not a list",
          ...(!isConfidential(keys, value) && { got: value }),
          ...hint,
        },
      ];
    }
    const names = unusable.filter((name) => Object.hasOwn(asMap(value), name));
    return names.map((name) => ({ keys: [...keys, name], message: "cannot be a name here; choose another one" }));
  });
}

/** The config without the keys that are the user's own: `x-…`, of the whole and of a target. */
export function withoutOwnKeys(config: unknown): unknown {
  if (!isMap(config)) return config;
  const top = ownDropped(config);
  const targets = isMap(top.targets) ? mapValues(top.targets, ownDropped) : top.targets;
  return {
    ...top,
    ...("targets" in top && { targets }),
    ...("defaults" in top && { defaults: ownDropped(top.defaults) }),
  };
}

function ownDropped<T>(value: T): T {
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith("x-"))) as T;
}

function mapValues(map: Record<string, unknown>, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

/** The config without what is wrong with it, so that the rest can be checked, too. */
export function without(config: unknown, mistakes: readonly Mistake[]): unknown {
  if (mistakes.length === 0) return config;
  const copy: unknown = structuredClone(config);
  for (const { keys } of mistakes) drop(copy, keys);
  return withoutHoles(copy);
}

function drop(root: unknown, keys: readonly string[]): void {
  const parent = keys
    .slice(0, -1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], root);
  const last = keys.at(-1);
  if (typeof parent !== "object" || parent === null || last === undefined || !Object.hasOwn(parent, last)) return;
  // A target whose value is wrong is still a target that others may need.
  const isTarget = keys.length === 2 && keys[0] === "targets" && targetName.test(last);
  if (isTarget) (parent as Record<string, unknown>)[last] = false;
  else delete (parent as Record<string, unknown>)[last];
}

/** What a target may be called. */
export const targetName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Lists from which an entry was deleted. */
function withoutHoles(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter(() => true).map(withoutHoles);
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutHoles(one)])) : value;
}
