import type { Escape, Instruction } from "./dockerfile.ts";
import { readArgs, readEnv } from "./words.ts";

/** An ARG that a stage passes on to stages FROM it, and that an image of the stage would not. */
interface Inherited {
  name: string;
  /** The ARG has a default of its own, so its value is not the one that an ARG without default gets elsewhere. */
  ownDefault: boolean;
  line: number;
}

/** By name. */
export type InheritedArgs = ReadonlyMap<string, Inherited>;

/** The ARGs still in force after these instructions. An ENV of the same name ends one: it goes into the image. */
export function inheritedArgs(instructions: readonly Instruction[], escape: Escape): InheritedArgs {
  const left = new Map<string, Inherited>();
  for (const { keyword, operands, line } of instructions) {
    if (keyword === "ENV") for (const { name } of readEnv(operands, escape)) left.delete(name);
    if (keyword !== "ARG") continue;
    for (const { name, value } of readArgs(operands, escape, line)) {
      const ownDefault = value !== null || (left.get(name)?.ownDefault ?? false);
      left.set(name, { name, ownDefault, line });
    }
  }
  return left;
}

/** The first instruction of a stage that may see an inherited ARG's value; else the ARGs that are in force after it. */
export type Reach = { use: Instruction; of: Inherited } | { left: InheritedArgs };

/**
 * How far inherited ARGs reach into these instructions: a RUN has them in its environment, others where they mention
 * them. Once a name is set again, nothing sees the old value. All are looked for at once: there may be thousands.
 *
 * @param isGlobal whether a name has a value before the first FROM, which an ARG without default takes
 */
export function reachOf(
  args: InheritedArgs,
  isGlobal: (name: string) => boolean,
  instructions: readonly Instruction[],
  escape: Escape,
): Reach {
  const left = new Map(args);
  for (const instruction of instructions) {
    const { keyword, operands, flags, heredocs } = instruction;
    // Of a name that is not made of word characters nobody can say where it is mentioned.
    const any = keyword === "RUN" ? first(left) : oddName(left);
    if (any !== null) return { use: instruction, of: any };
    if (keyword === "ARG" || keyword === "ENV") {
      for (const { name, value } of keyword === "ARG" ? readArgs(operands, escape, 0) : readEnv(operands, escape)) {
        const of = mentioned(value ?? "", left) ?? taken(left.get(name), value, isGlobal);
        if (of !== null) return { use: instruction, of };
        left.delete(name);
      }
    } else {
      const of = mentioned([operands, ...flags.map(({ value }) => value), ...heredocs].join("\n"), left);
      if (of !== null) return { use: instruction, of };
    }
  }
  return { left };
}

function first(args: InheritedArgs): Inherited | null {
  return args.values().next().value ?? null;
}

function oddName(args: InheritedArgs): Inherited | null {
  for (const arg of args.values()) if (/\W|^$/.test(arg.name)) return arg;
  return null;
}

function mentioned(text: string, args: InheritedArgs): Inherited | null {
  if (args.size === 0) return null;
  for (const [word] of text.matchAll(/\w+/g)) {
    const arg = args.get(word);
    if (arg !== undefined) return arg;
  }
  return null;
}

/** An ARG without default takes the inherited value, where that is another than the one that it would get elsewhere. */
function taken(
  arg: Inherited | undefined,
  value: string | null,
  isGlobal: (name: string) => boolean,
): Inherited | null {
  return arg !== undefined && value === null && arg.ownDefault && !isGlobal(arg.name) ? arg : null;
}
