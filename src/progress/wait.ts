import { parseVertexName } from "./vertex-name.ts";

/** What the builder is at. */
export interface Wait {
  /** In words, for a line that says so. */
  what: string;
  /** The image or repository that it is about, as the builder writes it; null where that is not said, or it is about none. */
  image: string | null;
  /**
   * What would come first: an answer of a registry; bytes, which are told of; or the end of a transfer whose bytes are not
   * told of. `work` is none of a registry's: a RUN may be silent for hours.
   */
  next: "answer" | "bytes" | "end" | "work";
}

/** Knows what the builder is at: it takes what the builder says of its work. Statuses are parts of one piece of work. */
export interface Waits {
  begin(id: string, name: string): void;
  end(id: string): void;
  status(id: string, part: string, state: { current: number; completed: boolean }): void;
  /** Something happened that is none of the above, such as a line that a step printed. */
  note(): void;
  /** How often anything has changed so far. What is only said again is no change. */
  changes(): number;
  /** What is waited for now; `work` as long as there is any. Null where nothing is known of. */
  now(): Wait | null;
}

interface Work {
  name: string;
  parts: Map<string, { current: number; completed: boolean }>;
}

/** Knows of nothing yet. */
export function createWaits(): Waits {
  const open = new Map<string, Work>();
  let changes = 0;
  return {
    begin(id, name) {
      if (open.has(id)) return;
      open.set(id, { name, parts: new Map() });
      changes++;
    },
    end(id) {
      if (open.delete(id)) changes++;
    },
    status(id, part, state) {
      const parts = open.get(id)?.parts;
      const before = parts?.get(part);
      if (before?.current === state.current && before.completed === state.completed) return;
      parts?.set(part, state);
      if (parts !== undefined) changes++;
    },
    note: () => void changes++,
    changes: () => changes,
    now() {
      const waits = [...open.values()].map(waitOf);
      return waits.find(({ next }) => next === "work") ?? waits[0] ?? null;
    },
  };
}

/** https://github.com/moby/buildkit/tree/master/util/push and …/util/pull/pullprogress, buildx's build/build.go */
function waitOf({ name, parts }: Work): Wait {
  const { kind, text } = parseVertexName(name, []);
  const open = [...parts].flatMap(([part, { completed }]) => (completed ? [] : part));
  if (kind === "push") {
    const image = text.replace("pushing ", "");
    const isDone = parts.size > 0 && open.length === 0;
    return { what: isDone ? text : withBytes(text, parts), image, next: isDone ? "answer" : "bytes" };
  }
  const asked = /^(?:importing cache manifest from|load metadata for|resolve image config for) (\S+)/.exec(text)?.[1];
  if (asked !== undefined) return { what: text, image: withoutScheme(asked), next: "answer" };
  if (/^\[auth\] .* token for \S+$/.test(name)) return { what: `login for ${text}`, image: null, next: "answer" };
  const pulled = kind === "from" ? text.replace(/^(?:\S+ )?FROM /, "") : /^docker-image:\/\/\S+$/.exec(text)?.[0];
  // What is unpacked is here already.
  if (pulled !== undefined && !open.some((part) => part.startsWith("extracting "))) {
    return { what: withBytes(text, parts), image: withoutScheme(pulled), next: "bytes" };
  }
  return open.flatMap((part) => exporting(part) ?? [])[0] ?? { what: text, image: null, next: "work" };
}

/** An image or a cache that is written to a registry as a part of exporting it. */
function exporting(part: string): Wait | null {
  const manifest = /^pushing manifest for ([^@\s]+)/.exec(part)?.[1];
  if (manifest !== undefined) return { what: `pushing manifest for ${manifest}`, image: manifest, next: "answer" };
  return /^(?:pushing layers$|writing (?:layer|config|cache manifest|manifest) )/.test(part)
    ? { what: part, image: null, next: "end" }
    : null;
}

function withBytes(text: string, parts: Work["parts"]): string {
  const bytes = [...parts.values()].reduce((sum, { current }) => sum + current, 0);
  return bytes === 0 ? text : `${text}, ${(bytes / 1_000_000).toFixed(1)} MB so far`;
}

function withoutScheme(image: string): string {
  return image.replace(/^docker-image:\/\//, "");
}
