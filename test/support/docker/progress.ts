import { createHash } from "node:crypto";
import type { Step } from "./builder.ts";

/** Tells of a build as BuildKit's client does. */
export interface Progress {
  /** A piece of work, done. `parts` are what it consisted of. */
  vertex(name: string, how?: { cached?: boolean; error?: string | null; parts?: readonly string[] }): void;
  /** A line that is no progress. */
  line(text: string): void;
}

/** `--progress=rawjson`: each vertex is told of three times, as it is known, starts and ends. */
export function rawProgress(say: (line: string) => void, now: () => number): Progress {
  return {
    vertex: (name, { cached = false, error = null, parts = [] } = {}) => {
      const time = new Date(now()).toISOString();
      const digest = digestOf(name);
      const started = { digest, name, started: time };
      const print = (message: object) => say(JSON.stringify(message));
      print({ vertexes: [{ digest, name }] });
      if (!cached) print({ vertexes: [started] });
      for (const id of parts) {
        print({ statuses: [{ id, vertex: digest, current: 0, timestamp: time, started: time, completed: time }] });
      }
      const ended = { ...(cached ? { cached } : {}), ...(error === null ? {} : { error }) };
      print({ vertexes: [{ ...started, completed: time, ...ended }] });
    },
    line: say,
  };
}

/** `--progress=plain`, as Docker 20.10 prints it. */
export function plainProgress(say: (line: string) => void): Progress {
  let number = 0;
  return {
    vertex: (name, { cached = false, error = null, parts = [] } = {}) => {
      number++;
      const tell = (text: string) => say(`#${number} ${text}`);
      tell(name);
      tell(digestOf(name));
      for (const part of parts) tell(`${part} done`);
      tell(error === null ? (cached ? "CACHED" : "DONE 0.0s") : `ERROR: ${error}`);
      if (error === null) say("");
      else for (const line of ["------", ` > ${name}:`, "------"]) say(line);
    },
    line: say,
  };
}

/** `[app1 base 2/3] RUN …`; the target is named where there are several. */
export function stepName(target: string | null, { stage, index, of, text }: Step): string {
  return `[${target === null ? "" : `${target} `}${stage} ${index}/${of}] ${text}`;
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
