import { NotExpected } from "./words.ts";

/** An instruction of a stage. */
interface Instruction {
  word: string;
  rest: string;
  /** The line that it begins on, counted from 1. */
  line: number;
}

/** A stage of a Dockerfile. */
export interface Stage {
  /** In lower case; `stage-1` where it has none. */
  name: string;
  from: string;
  line: number;
  instructions: Instruction[];
}

/** A Dockerfile as far as the scripted builder understands it. */
export interface Dockerfile {
  /** The ARGs before the first FROM with their defaults. */
  globals: Record<string, string>;
  stages: Stage[];
}

const understood = new Set([
  "ARG",
  "RUN",
  "COPY",
  "ADD",
  "WORKDIR",
  "LABEL",
  "ENV",
  "CMD",
  "ENTRYPOINT",
  "EXPOSE",
  "USER",
]);

/**
 * Reads a simple Dockerfile: no parser directives, no here-documents. It has nothing of the program's own reader, which
 * is what is tested. Throws at what it does not understand.
 */
export function readDockerfile(text: string): Dockerfile {
  const file: Dockerfile = { globals: {}, stages: [] };
  for (const { word, rest, line } of instructions(text)) {
    const stage = file.stages.at(-1);
    if (word === "FROM") {
      const [, from = "", name = `stage-${file.stages.length}`] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(rest) ?? [];
      if (from === "") throw new NotExpected(`FROM ${rest}`);
      file.stages.push({ name: name.toLowerCase(), from, line, instructions: [] });
    } else if (!understood.has(word) || rest.includes("<<")) {
      throw new NotExpected(`the instruction ${word} ${rest}`);
    } else if (stage === undefined) {
      if (word !== "ARG") throw new NotExpected(`${word} before the first FROM`);
      Object.assign(file.globals, argument(rest));
    } else {
      stage.instructions.push({ word, rest, line });
    }
  }
  return file;
}

function* instructions(text: string): Generator<Instruction> {
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let whole = lines[at]!.trim();
    if (whole === "" || whole.startsWith("#")) continue;
    while (whole.endsWith("\\")) whole = `${whole.slice(0, -1)} ${lines[++at] ?? ""}`.trim();
    const [, word = "", rest = ""] = /^(\S+)\s*([^]*)$/.exec(whole) ?? [];
    yield { word: word.toUpperCase(), rest, line };
  }
}

/** `NAME`, or `NAME=default`. */
export function argument(text: string): Record<string, string> {
  const [, name = "", value = ""] =
    /^(\w+)(?:=(?:"([^"]*)"|(\S*)))?$/.exec(text)?.filter((part) => part !== undefined) ?? [];
  if (name === "") throw new NotExpected(`ARG ${text}`);
  return { [name]: value };
}

/** `KEY=value` and `KEY="a value"`, as many as there are. */
export function labels(text: string): Record<string, string> {
  const found = text.matchAll(/([^\s=]+)=(?:"([^"]*)"|(\S*))/g);
  return Object.fromEntries([...found].map(([, key = "", quoted, plain = ""]) => [key, quoted ?? plain]));
}

/** Puts the values of `$NAME` and `${NAME}` into a word; a name that has none is left as it is. */
export function expand(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (all, braced?: string, plain?: string) => values[braced ?? plain ?? ""] ?? all,
  );
}
