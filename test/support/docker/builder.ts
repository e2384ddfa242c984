import { createHash } from "node:crypto";
import type { ImageContent } from "../registry/image.js";
import { parseName } from "./names.ts";
import { argument, type Dockerfile, expand, labels as readLabels, type Stage } from "./dockerfile.ts";

/** Where something that a build needs came from: an image, or why there is none. */
export type Source = { content: ImageContent } | { reference: string; error: string };

/** One build of one target. */
export interface Build {
  file: Dockerfile;
  /** The stage to build; null for the last. */
  stage: string | null;
  args: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
  /** What the build is given in place of a stage or an image, by the name that the Dockerfile uses. */
  contexts: ReadonlyMap<string, () => Promise<Source>>;
  /** An image that the Dockerfile names. */
  image: (reference: string) => Promise<Source>;
  /** The text of a file in the context; null for none, or a folder. */
  read: (file: string) => Promise<string | null>;
  /** Layers by what made them: what is here is not run again, and what is run is put here. */
  cache: Map<string, string>;
  /** Different for each run of a step whose result differs from run to run. */
  nonce: () => string;
  /** Everything is run, and comes out different. */
  noCache: boolean;
  inlineCache: boolean;
}

/** Something that a build did, to be told of as progress. */
export interface Step {
  stage: string;
  index: number;
  of: number;
  text: string;
  line: number;
  cached: boolean;
  /** How it failed; null if it did not. */
  exitCode: number | null;
}

/** An image that cannot be had, and why. */
interface Missing {
  reference: string;
  error: string;
  /** The name that it was given under; null for one that the Dockerfile names. */
  context: string | null;
  line: number;
}

/** What came of a build. */
export type Built = { steps: Step[] } & (
  | { content: ImageContent }
  /** A step failed: the last one. */
  | { failed: Step }
  /** What a stage stands on is nowhere. */
  | { missing: Missing }
  | { noStage: string }
);

/** What the stages of one build have come to so far. */
interface Layers {
  labels: Record<string, string>;
  layers: string[];
  keys: Record<string, string>;
}

/** What ends a build before its end. */
class Ended extends Error {
  constructor(readonly how: { failed: Step } | { missing: Missing } | { noStage: string }) {
    super("the build has ended");
  }
}

/**
 * Builds as BuildKit would, if every step were a word of its own: a layer's id is made of the step, what it stands on, the
 * arguments and the files it sees. A step that says `/dev/urandom` comes out different each time it is run, and one that
 * ends with `exit 3` fails like that.
 */
export async function runBuild(build: Build): Promise<Built> {
  const steps: Step[] = [];
  const done = new Map<string, Promise<Layers>>();

  async function stageNamed(name: string): Promise<Layers> {
    const at = build.file.stages.findLastIndex((stage) => stage.name === name.toLowerCase());
    if (at < 0) throw new Ended({ noStage: name });
    const made = done.get(name) ?? runStage(build.file.stages[at]!, at);
    done.set(name, made);
    return made;
  }

  /** A stage above, what the build was given under that name, or an image. */
  async function come(reference: string, at: number, line: number): Promise<Layers> {
    if (reference === "scratch") return { labels: {}, layers: [], keys: {} };
    const above = build.file.stages.slice(0, at).findLast(({ name }) => name === reference.toLowerCase());
    const { short, familiar } =
      above === undefined ? parseName(reference) : { short: above.name, familiar: above.name };
    const names = [reference, short, familiar];
    const given = names.map((name) => build.contexts.get(name)).find((one) => one !== undefined);
    if (given === undefined && above !== undefined) return stageNamed(reference);
    const source = await (given ?? (() => build.image(reference)))();
    if ("content" in source) {
      const { labels = {}, layers = [] } = source.content;
      return { labels: { ...labels }, layers: [...layers], keys: {} };
    }
    // BuildKit points to the stage that was to be replaced.
    const context = given === undefined ? null : reference;
    throw new Ended({ missing: { ...source, context, line: above?.line ?? line } });
  }

  async function runStage(stage: Stage, at: number): Promise<Layers> {
    const from = expand(stage.from, { ...build.file.globals, ...pick(build.args, Object.keys(build.file.globals)) });
    const base = await come(from, at, stage.line);
    const result: Layers = { labels: { ...base.labels }, layers: [...base.layers], keys: { ...base.keys } };
    const args: Record<string, string> = {};
    const inFile = build.file.stages.slice(0, at).some(({ name }) => name === from) || from === "scratch";
    const own = stage.instructions.filter(({ word }) => makesLayer.has(word));
    let index = inFile ? 0 : 1;
    for (const { word, rest, line } of stage.instructions) {
      if (word === "ARG") {
        const [name = "", value = ""] = Object.entries(argument(rest))[0] ?? [];
        args[name] = build.args[name] ?? (value === "" ? (build.file.globals[name] ?? "") : value);
      }
      if (word === "LABEL") Object.assign(result.labels, readLabels(expand(rest, args)));
      if (!makesLayer.has(word)) continue;
      const of = own.length + (inFile ? 0 : 1);
      const step: Step = {
        stage: stage.name,
        index: ++index,
        of,
        text: `${word} ${rest}`,
        line,
        cached: false,
        exitCode: null,
      };
      steps.push(step);
      const key = hash([result.layers, step.text, args, await seen(step, at, args)]);
      const layer = runStep(step, key);
      result.layers.push(layer);
      result.keys[key] = layer;
    }
    return result;
  }

  /** What a COPY or ADD sees: other images' layers, and files. */
  async function seen({ text, line }: Step, at: number, args: Record<string, string>): Promise<unknown> {
    const [, flags = "", words = ""] = /^(?:COPY|ADD) ((?:--\S+ )*)(.*)$/.exec(expand(text, args)) ?? [];
    const from = /--from=(\S+)/.exec(flags)?.[1];
    if (from !== undefined) return (await come(from, at, line)).layers;
    return Promise.all(words.split(" ").slice(0, -1).map(build.read));
  }

  function runStep(step: Step, key: string): string {
    const known = build.cache.get(key);
    if (known !== undefined) {
      step.cached = true;
      return known;
    }
    const exit = /\bexit ([1-9]\d{0,2})$/.exec(step.text)?.[1];
    if (exit !== undefined) {
      step.exitCode = Number(exit);
      throw new Ended({ failed: step });
    }
    const differs = build.noCache || step.text.includes("/dev/urandom");
    const layer = `sha256:${differs ? hash([key, build.nonce()]) : key}`;
    build.cache.set(key, layer);
    return layer;
  }

  try {
    const { labels, layers, keys } = await stageNamed(build.stage ?? build.file.stages.at(-1)?.name ?? "");
    const content = { labels: { ...labels, ...build.labels }, layers, ...(build.inlineCache ? { cache: keys } : {}) };
    return { steps, content };
  } catch (error) {
    if (error instanceof Ended) return { steps, ...error.how };
    throw error;
  }
}

const makesLayer = new Set(["RUN", "COPY", "ADD", "WORKDIR"]);

function pick(values: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));
}

function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
