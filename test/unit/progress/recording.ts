import { readFileSync } from "node:fs";
import { formatEntry, formatFailure } from "../../../src/report/progress-lines.ts";
import type { ProgressTarget } from "../../../src/progress/owner.ts";
import { createPlainReader } from "../../../src/progress/plain.ts";
import type { Progress, ProgressEntry, ProgressReader } from "../../../src/progress/progress.ts";
import { createRawJsonReader } from "../../../src/progress/rawjson.ts";
import type { Paint } from "../../../src/report/paint.ts";

/** What was printed for a recording, and what is known at its end. */
export interface Played extends Progress {
  entries: ProgressEntry[];
}

const folder = new URL("../../fixtures/progress/", import.meta.url);
const same = (text: string): string => text;

/** No colours. */
export const noPaint: Paint = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same };

export function recordedLines(file: string): string[] {
  return readFileSync(new URL(file, folder), "utf8").replace(/\n$/, "").split("\n");
}

/** Targets that are the stages of one Dockerfile by the same names. */
export function stagesOf(names: readonly string[]): ProgressTarget[] {
  return names.map((name) => ({ name, stage: name, dockerfile: "multistage.Dockerfile" }));
}

export function play(lines: readonly string[], reader: ProgressReader): Played {
  const entries = lines.flatMap((line) => reader.read(line));
  return { entries, ...reader.finish() };
}

/** Plays what bake printed for these targets. */
export function playBake(file: string, ...names: string[]): Played {
  return play(recordedLines(file), createRawJsonReader(stagesOf(names)));
}

/** Plays what `docker build` printed for a target. */
export function playBuild(file: string, name: string): Played {
  return play(recordedLines(file), createPlainReader(name));
}

/** What a person reads. */
export function readable({ entries, failures }: Played): string {
  const width = Math.max(0, ...entries.map(({ target }) => target.length));
  const lines = [
    ...entries.map((entry) => formatEntry(entry, width, noPaint)),
    ...failures.map((failure) => formatFailure(failure, noPaint)),
  ];
  return `${lines.join("\n")}\n`;
}
