import type { Files } from "../../../src/host/host.ts";
import type { Source } from "./builder.ts";
import type { Engine, ImageStore } from "./images.ts";
import { parseName } from "./names.ts";
import { resolveRefusal } from "./refusals.ts";
import { pullImage, type Remote } from "./remote.ts";

/** What the commands of one scripted docker work on. */
export interface DockerHost {
  engine: Engine;
  images: ImageStore;
  remote: Remote;
  files: Files;
  /** The folder that the command runs in. */
  directory: string;
  /** BuildKit's cache: layers by what made them. */
  cache: Map<string, string>;
  /** Never the same twice, on any host of a test. */
  nonce: () => string;
  /** The buildx builders beside the engine's own, by name. */
  builders: ReadonlyMap<string, FarmBuilder>;
  now: () => number;
}

/** A builder that keeps what it builds to itself. */
export interface FarmBuilder {
  driver: string;
  status: string;
  platforms: string[];
  cache: Map<string, string>;
}

/** What a command came to; what is left out is a success that prints nothing. */
export interface Ended {
  exitCode?: number;
  stdout?: string;
  stderr?: string;
}

/** An image that a build stands on: the host's own, unless a new one is asked for, else the registry's. */
export async function buildSource(host: DockerHost, reference: string, pull: boolean): Promise<Source> {
  const here = pull ? undefined : host.images.find(reference);
  if (here !== undefined) return { content: host.images.content(here) };
  const pulled = await pullImage(host.remote, reference);
  if ("content" in pulled) return pulled;
  const { full } = parseName(reference);
  const error = pulled.refusal.status === 404 ? "not found" : resolveRefusal("pull", pulled.refusal);
  return { reference: full, error: `${full}: ${error}` };
}

/** Runs what is to be built without what is remembered, and remembers it for the next time. */
export async function withCache<T>(
  { cache }: DockerHost,
  noCache: boolean,
  imported: Readonly<Record<string, string>>,
  use: (cache: Map<string, string>) => Promise<T>,
): Promise<T> {
  if (noCache) {
    const fresh = new Map<string, string>();
    const result = await use(fresh);
    for (const [key, layer] of fresh) cache.set(key, layer);
    return result;
  }
  for (const [key, layer] of Object.entries(imported)) if (!cache.has(key)) cache.set(key, layer);
  return use(cache);
}

/** The inline caches of images that `--cache-from` names; one that is nowhere, or has none, is no fault. */
export async function importCaches(host: DockerHost, references: readonly string[]): Promise<Record<string, string>> {
  const found = await Promise.all(references.map((reference) => buildSource(host, reference, false)));
  return Object.assign({}, ...found.map((source) => ("content" in source ? source.content.cache : {}))) as Record<
    string,
    string
  >;
}
