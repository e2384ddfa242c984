import { pushAll } from "../core/push-all.ts";
import { readDirectives } from "./directives.ts";
import type { Dockerfile, Instruction, Stage, Warning } from "./dockerfile.ts";
import { readInstructions, withoutReturns } from "./instructions.ts";
import { readArgs } from "./words.ts";

export type * from "./dockerfile.ts";

/** BuildKit's own rule, so that no name can be taken for an index. */
const stageName = /^[a-z][a-z0-9-_.]*$/;

/**
 * Reads a Dockerfile as BuildKit does. Never throws: what BuildKit would refuse is a warning and the rest is read.
 * https://docs.docker.com/reference/dockerfile/
 */
export function parseDockerfile(text: string): Dockerfile {
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  const { syntax, escape, warnings } = readDirectives(lines.map(withoutReturns));
  const read = readInstructions(lines, escape);
  const file: Dockerfile = {
    syntax,
    escape,
    globalArgs: [],
    stages: [],
    warnings: [...warnings, ...read.warnings],
  };
  for (const instruction of read.instructions) addInstruction(file, instruction);
  if (file.stages.length === 0) file.warnings.push({ line: lines.length, message: "there is no FROM" });
  return file;
}

function addInstruction(file: Dockerfile, instruction: Instruction): void {
  const { keyword, operands, line } = instruction;
  const current = file.stages.at(-1);
  if (keyword === "FROM") file.stages.push(readFrom(instruction, file.stages.length, file.warnings));
  else if (current !== undefined) current.instructions.push(instruction);
  else if (keyword === "ARG") pushAll(file.globalArgs, readArgs(operands, file.escape, line));
  else file.warnings.push({ line, message: `${keyword} before the first FROM` });
}

function readFrom({ operands, flags, line }: Instruction, index: number, warnings: Warning[]): Stage {
  const [base = "", as, written, ...more] = operands.split(/\s+/);
  const named = written !== undefined && as?.toLowerCase() === "as" && more.length === 0;
  if (base === "" || (as !== undefined && !named)) {
    warnings.push({ line, message: "FROM takes an image and, optionally, AS and a name" });
  }
  const name = named ? written.toLowerCase() : null;
  const valid = name === null || stageName.test(name);
  if (!valid) warnings.push({ line, message: `${written} cannot be a stage's name` });
  const platform = flags.find((flag) => flag.name === "platform")?.value ?? null;
  return { index, name: valid ? name : null, base, platform, line, instructions: [] };
}
