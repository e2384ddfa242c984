import type { Escape, Instruction } from "./dockerfile.ts";
import { expandWord } from "./expand.ts";
import { contextPath } from "./path-pattern.ts";
import { boundPath } from "./sources.ts";

/** What an instruction can see of the build context. */
export interface ContextRead {
  /** Paths and patterns; "" is all of it. Of a folder everything in it is meant. */
  paths: string[];
  /** Patterns, relative to each of the paths, of what is left out; the last that matches decides, and `!` takes back in. */
  exclude: string[];
  /** The folders above are made as they are there, too. */
  parents: boolean;
}

/** What an instruction takes from outside of the stages. */
export interface Reads {
  context: ContextRead;
  /** What it fetches although nothing says what will come; null where there is nothing of the kind. */
  unknown: string | null;
}

const nothing: Reads = { context: { paths: [], exclude: [], parents: false }, unknown: null };

/** What COPY, ADD and the bind mounts of RUN read, apart from other stages and images. */
export function readsOf(instruction: Instruction, escape: Escape): Reads {
  const { keyword } = instruction;
  if (keyword === "RUN") return { ...nothing, context: { ...nothing.context, paths: mounted(instruction) } };
  if (keyword !== "COPY" && keyword !== "ADD") return nothing;
  const flags = (name: string) => instruction.flags.filter((flag) => flag.name === name).map(({ value }) => value);
  if (flags("from").some((from) => from !== "")) return nothing;
  const words = sourceWords(instruction).filter((word) => !word.startsWith("<<"));
  const sources = words.map((word) => ({ word, plain: plainWord(word, escape) }));
  const isElsewhere = ({ word, plain }: Source) =>
    keyword === "ADD" && (plain === null ? mayBeRemote(word) : isRemote(plain));
  const isFixed = flags("checksum").some((checksum) => checksum !== "");
  const open = isFixed ? undefined : sources.find((source) => isElsewhere(source) && !isCommit(source.plain ?? ""));
  const paths = sources.filter((source) => !isElsewhere(source)).map(({ plain }) => contextPath(plain ?? ""));
  const context = { paths, exclude: excluded(flags("exclude")), parents: flags("parents").some(isOn) };
  return { context, unknown: open?.word ?? null };
}

/** A source as written, and without its quotes; that is null where it depends on a variable. */
interface Source {
  word: string;
  plain: string | null;
}

function isOn(value: string): boolean {
  return !/^(?:false|f|0)$/i.test(value);
}

/** Patterns that surely leave something out. One with a variable in it does not; it may even take something back in. */
function excluded(patterns: readonly string[]): string[] {
  if (patterns.some((pattern) => pattern.includes("$") && /^\s*[!$]/.test(pattern))) return [];
  // Unlike in an ignore file, what begins with a `/` matches nothing.
  return patterns.filter((pattern) => !pattern.includes("$") && !/^\s*!?\//.test(pattern));
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

/** Whether a variable's value may make it one. */
function mayBeRemote(word: string): boolean {
  const start = word.slice(0, word.indexOf("$")).replaceAll(/["'\\`]/g, "");
  if (start.includes(":") || /^[\w.-]+@/.test(start)) return true;
  return ["http:", "https:", "git:", "ssh:"].some((scheme) => scheme.startsWith(start));
}

/** Of a repository of git; behind another URL a `#` says nothing. */
function isCommit(source: string): boolean {
  return /^(?:https?:.*\.git|(?!https?:).*)#(?:[0-9a-f]{40}|[0-9a-f]{64})(?::|$)/.test(source);
}

function mounted({ flags }: Instruction): string[] {
  return flags
    .flatMap(({ name, value }) => (name === "mount" ? (boundPath(value) ?? []) : []))
    .map((source) => (source.includes("$") ? "" : contextPath(source)));
}
