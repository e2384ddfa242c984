import { cleanLine } from "./clean-line.ts";
import type { StepPosition } from "../core/failure.ts";

/** What the name of a vertex (BuildKit's word for a piece of work) says. */
export interface VertexName {
  /** Null where the name does not say and there are several. */
  target: string | null;
  /** Lower case; `stage-1` if it has no name. */
  stage: string | null;
  position: StepPosition | null;
  /** `step` makes a layer, `from` fetches an image, `push` publishes one; the rest is the builder's own. */
  kind: "step" | "from" | "push" | "cache" | "work";
  /** The instruction or the work, on one line. */
  text: string;
}

const count = /^(\d+)\/(\d+)$/;

/**
 * Takes a vertex's name apart. It is `[stage 2/3] RUN …`, `[internal] load …`, `[context base] image`, or has no
 * brackets; bake puts the target in front of what is in them, but only if it builds more than one.
 */
export function parseVertexName(name: string, targets: readonly string[]): VertexName {
  const [, head = "", body = name] = /^\[([^\]]*)\] ([^]*)$/.exec(name) ?? [];
  const only = targets.length === 1 ? (targets[0] ?? null) : null;
  const all = head.split(" ").filter((word) => word !== "");
  const platform = all.find((word) => word.includes("/") && !count.test(word));
  const words = all.filter((word) => word !== platform);
  const [, index, of] = count.exec(words.at(-1) ?? "") ?? [];
  if (index === undefined) return otherName(words, body, targets.find((target) => target === words[0]) ?? only);
  return {
    ...stepOwner(words.slice(0, -1), only),
    position: { index: Number(index), of: Number(of) },
    kind: isFrom(body) ? "from" : "step",
    text: oneLine(platform === undefined ? body : `${platform} ${body}`),
  };
}

/** What stands before `2/3`: nothing, the stage, or the target and the stage. A lone stage of a file goes unnamed. */
function stepOwner(words: readonly string[], only: string | null): Pick<VertexName, "target" | "stage"> {
  const [first = null, second = null] = words;
  if (second !== null) return { target: first, stage: second.toLowerCase() };
  if (only !== null) return { target: only, stage: first?.toLowerCase() ?? null };
  return { target: first, stage: null };
}

/** A name without `2/3`. A bound stage is a context with the name of an image; `COPY --from=image` is a lone FROM. */
function otherName(words: readonly string[], body: string, target: string | null): VertexName {
  const context = words.indexOf("context");
  const bound = context >= 0 && !body.includes(" ");
  const stage = bound ? (words[context + 1]?.toLowerCase() ?? null) : null;
  const common = { target, stage, position: null };
  if (bound) return { ...common, kind: "from", text: oneLine(`FROM ${body}`) };
  if (isFrom(body)) return { ...common, kind: "from", text: oneLine(body) };
  const pushing = /^(pushing \S+) with docker$/.exec(body)?.[1];
  if (pushing !== undefined) return { ...common, kind: "push", text: pushing };
  return { ...common, kind: body.startsWith("importing cache ") ? "cache" : "work", text: oneLine(body) };
}

function isFrom(text: string): boolean {
  return /^FROM \S+$/.test(text);
}

/** Image names are cut down to what people write. */
function oneLine(text: string): string {
  return cleanLine(text.replace(/\s+/g, " "))
    .trim()
    .replace(/^((?:\S+ )?FROM )docker\.io\/(?:library\/)?/, "$1")
    .replace(/^((?:\S+ )?FROM \S+:[^\s/@]+)@sha256:[0-9a-f]{64}$/, "$1");
}
