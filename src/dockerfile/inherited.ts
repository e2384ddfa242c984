import type { Escape, Instruction } from "./dockerfile.ts";
import { readArgs, readEnv } from "./words.ts";

/** An ARG that a stage passes on to stages FROM it, and that an image of the stage would not. */
export interface Inherited {
  name: string;
  /** The ARG has a default of its own, so its value is not the one that an ARG without default gets elsewhere. */
  ownDefault: boolean;
  line: number;
}

/** The ARGs still in force after these instructions. An ENV of the same name ends one: it goes into the image. */
export function inheritedArgs(instructions: readonly Instruction[], escape: Escape): Inherited[] {
  const left = new Map<string, Inherited>();
  for (const { keyword, operands, line } of instructions) {
    if (keyword === "ENV") for (const { name } of readEnv(operands, escape)) left.delete(name);
    if (keyword !== "ARG") continue;
    for (const { name, value } of readArgs(operands, escape, line)) {
      const ownDefault = value !== null || (left.get(name)?.ownDefault ?? false);
      left.set(name, { name, ownDefault, line });
    }
  }
  return [...left.values()];
}

/**
 * The first instruction that may see the inherited ARG's value, if there is one: a RUN has it in its environment,
 * others where they mention it. Once the name is set again, nothing sees the old value.
 *
 * @param isGlobal the name has a value before the first FROM, which an ARG without default takes
 */
export function firstUse(
  { name, ownDefault }: Inherited,
  isGlobal: boolean,
  instructions: readonly Instruction[],
  escape: Escape,
): Instruction | null {
  const mentions = (text: string) =>
    new RegExp(String.raw`(?<!\w)${name.replace(/\W/g, String.raw`\$&`)}(?!\w)`).test(text);
  for (const instruction of instructions) {
    const { keyword, operands, flags, heredocs } = instruction;
    if (keyword === "RUN") return instruction;
    if (keyword === "ARG" || keyword === "ENV") {
      const pairs = keyword === "ARG" ? readArgs(operands, escape, 0) : readEnv(operands, escape);
      for (const pair of pairs) {
        if (pair.value !== null && mentions(pair.value)) return instruction;
        if (pair.name !== name) continue;
        return pair.value === null && ownDefault && !isGlobal ? instruction : null;
      }
    } else if (mentions([operands, ...flags.map(({ value }) => value), ...heredocs].join("\n"))) {
      return instruction;
    }
  }
  return null;
}
