/** A Dockerfile as it is written: nothing is expanded and no name is looked up. */
export interface Dockerfile {
  /** The frontend that `# syntax=` asks for. */
  syntax: string | null;
  escape: Escape;
  /** The ARGs before the first FROM, in order. */
  globalArgs: Arg[];
  stages: Stage[];
  /** What BuildKit would refuse. */
  warnings: Warning[];
}

/** The character that continues a line and escapes the character after it. */
export type Escape = "\\" | "`";

/** One `NAME` or `NAME=value` of an ARG instruction. */
export interface Arg {
  name: string;
  /** As written, quotes and all; null if there is no default. */
  value: string | null;
  line: number;
}

/** A FROM and what follows it. */
export interface Stage {
  index: number;
  /** Lower case. */
  name: string | null;
  /** As written. */
  base: string;
  /** The value of `--platform`, as written. */
  platform: string | null;
  line: number;
  instructions: Instruction[];
}

/** One instruction, its continuation lines joined. */
export interface Instruction {
  /** Upper case. */
  keyword: string;
  flags: Flag[];
  /** What follows the flags. */
  operands: string;
  /** The bodies of its heredocs. */
  heredocs: string[];
  /** For ONBUILD: the instruction that it adds to a stage FROM this one. */
  trigger: Instruction | null;
  /** The line it begins on; the first is 1. */
  line: number;
}

/** `--name=value`; the value is "" where there is no `=`. */
export interface Flag {
  name: string;
  value: string;
}

/** Something that BuildKit refuses, or that does not mean what it seems to mean. */
export interface Warning {
  line: number;
  message: string;
}
