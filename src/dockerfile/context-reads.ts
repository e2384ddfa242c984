import type { Escape, Instruction } from "./dockerfile.ts";
import { expandWord } from "./expand.ts";
import { contextPath } from "./path-pattern.ts";
import { boundPath } from "./sources.ts";

/** What an instruction can see of the build context. */
export interface ContextRead {
  /** Paths and patterns; "" is all of it. Of a folder everything in it is meant. */
  paths: string[];
  /** Patterns, relative to each of the paths, of what is left out. */
  exclude: string[];
}

/** What an instruction takes from outside of the stages. */
export interface Reads {
  context: ContextRead;
  /** What it fetches although nothing says what will come; null where there is nothing of the kind. */
  unknown: string | null;
}

const nothing: Reads = { context: { paths: [], exclude: [] }, unknown: null };

/** What COPY, ADD and the bind mounts of RUN read, apart from other stages and images. */
export function readsOf(instruction: Instruction, escape: Escape): Reads {
  const { keyword } = instruction;
  if (keyword === "RUN") return { ...nothing, context: { paths: mounted(instruction), exclude: [] } };
  if (keyword !== "COPY" && keyword !== "ADD") return nothing;
  const flags = (name: string) => instruction.flags.filter((flag) => flag.name === name).map(({ value }) => value);
  if (flags("from").some((from) => from !== "")) return nothing;
  const sources = sourceWords(instruction).flatMap((word) => (word.startsWith("<<") ? [] : [plainWord(word, escape)]));
  const remote = keyword === "ADD" ? sources.filter((source) => source !== null && isRemote(source)) : [];
  const isFixed = flags("checksum").some((checksum) => checksum !== "") || remote.every((one) => isCommit(one!));
  const paths = sources
    .filter((source) => !remote.includes(source))
    .map((source) => (source === null ? "" : contextPath(source)));
  // A pattern with a variable in it may leave out less than it seems to.
  const exclude = flags("exclude").filter((pattern) => !pattern.includes("$"));
  return { context: { paths, exclude }, unknown: remote.length > 0 && !isFixed ? remote[0]! : null };
}

/** All words but the last, which is where they go. */
function sourceWords({ operands }: Instruction): string[] {
  const words = jsonWords(operands) ?? operands.split(/\s+/);
  return words.slice(0, -1);
}

function jsonWords(operands: string): string[] | null {
  if (!operands.startsWith("[")) return null;
  try {
    const value: unknown = JSON.parse(operands);
    return Array.isArray(value) && value.every((word) => typeof word === "string") ? value : null;
  } catch {
    return null;
  }
}

/** Without its quotes; null where it depends on a variable, which may be set anywhere in the stage. */
function plainWord(word: string, escape: Escape): string | null {
  let isPlain = true;
  const { value, fault } = expandWord(word, escape, () => {
    isPlain = false;
    return "";
  });
  return isPlain && fault === null ? value : null;
}

/** https://docs.docker.com/reference/dockerfile/#adding-files-from-a-git-repository */
function isRemote(source: string): boolean {
  return /^(?:https?|git|ssh):\/\//.test(source) || /^[\w.-]+@[\w.-]+:/.test(source);
}

function isCommit(source: string): boolean {
  return /#(?:[0-9a-f]{40}|[0-9a-f]{64})(?::|$)/.test(source);
}

function mounted({ flags }: Instruction): string[] {
  return flags
    .flatMap(({ name, value }) => (name === "mount" ? (boundPath(value) ?? []) : []))
    .map((source) => (source.includes("$") ? "" : contextPath(source)));
}
