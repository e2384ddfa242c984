import type { Late, Text } from "../core/text.ts";

/** One process to be, as data: `docker` and its arguments. */
export interface Invocation {
  argv: readonly [string, ...Text[]];
  stdin: Text | null;
  /** Variables beyond docker's own that the process is given, by name. */
  env: readonly string[];
  /** Variables that it is given with values of others in them, for what must not stand in argv. */
  set?: Readonly<Record<string, Text>>;
  /** How long it may take, in milliseconds, where that is not as long as any quick question. */
  limit?: number;
  /** The registry that it brings an image to or from: it takes as long as there is progress. */
  registry?: string;
}

/** The variable that stands for the run's private temporary directory. */
export const workDirectory = "WORK";

/** A docker process that reads nothing and needs no variables of its own. */
export function docker(...args: readonly Text[]): Invocation {
  return { argv: ["docker", ...args], stdin: null, env: [] };
}

/** What late pieces stand for in a run. */
export interface LateValues {
  variables: Readonly<Record<string, string | undefined>>;
  digests: ReadonlyMap<string, string>;
}

/** Makes one text of it, each late piece put as `put` says. */
export function render(text: Text, put: (late: Late) => string): string {
  return typeof text === "string" ? text : text.map((part) => (typeof part === "string" ? part : put(part))).join("");
}

/** The text as a run uses it. Throws on a variable that has no value: that is a bug. */
export function fillIn(text: Text, { variables, digests }: LateValues): string {
  return render(text, (late) => {
    if ("digest" in late) return digests.get(late.digest) ?? "";
    if ("pin" in late) return digests.has(late.pin) ? `@${digests.get(late.pin)}` : "";
    const value = variables[late.variable];
    if (value === undefined) throw new Error(`no value for $${late.variable}`);
    return value;
  });
}

/** The name of the shell variable that holds a target's digest. Two targets never share one. */
export function digestVariable(target: string): string {
  const plain = target.replaceAll(/[^A-Za-z0-9]/g, (character) => `_${character.codePointAt(0)!.toString(16)}_`);
  return `DIGEST_${plain}`;
}

/** The text as people read it: late pieces as `$NAME`. */
export function show(text: Text): string {
  return render(text, (late) => {
    if ("pin" in late) return `@$${digestVariable(late.pin)}`;
    return `$${"digest" in late ? digestVariable(late.digest) : late.variable}`;
  });
}
