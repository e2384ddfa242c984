import type { Affixes } from "../core/build-tag.ts";
import { higherVersion } from "../core/alias.ts";
import { ownLabels } from "../plan/labels.ts";
import type { Manifest, RepositoryClient } from "./client.ts";
import { imageLabels } from "./image-labels.ts";

/** The image that gets other names, and the build that it is of. */
export interface Source {
  manifest: Manifest;
  labels: Readonly<Record<string, string>>;
  version: string | null;
  affixes: Affixes;
  /** Move back, too. */
  force: boolean;
}

/** What became of one moving tag. `kept` is why it was left where it is. */
export interface Move {
  tag: string;
  kept: string | null;
}

/** Gives the very same manifest the names `tags`, but does not take a name from a later build or a higher version. */
export async function moveTags(client: RepositoryClient, source: Source, tags: readonly string[]): Promise<Move[]> {
  const aliases = source.version !== null && !source.force && tags.length > 0 ? await client.tags() : [];
  const moves: Move[] = [];
  for (const tag of tags) {
    const current = await client.manifest(tag);
    if (current?.digest === source.manifest.digest) {
      moves.push({ tag, kept: null });
      continue;
    }
    const kept = current === null || source.force ? null : await whyKept(client, source, tag, current, aliases);
    if (kept === null) await putExactly(client, tag, source.manifest);
    moves.push({ tag, kept });
  }
  return moves;
}

async function whyKept(
  client: RepositoryClient,
  source: Source,
  tag: string,
  current: Manifest,
  existing: readonly string[],
): Promise<string | null> {
  const higher = higherVersion(tag, source.version, existing, source.affixes);
  if (higher !== null) return `version ${higher} is higher`;
  const theirs = await imageLabels(client, current);
  const ours = source.labels;
  // Build numbers of different repositories say nothing about each other.
  if (theirs[ownLabels.repository] !== ours[ownLabels.repository]) return null;
  const [later, own] = [Number(theirs[ownLabels.buildNumber]), Number(ours[ownLabels.buildNumber])];
  return later > own && own > 0 ? `build ${later} is later` : null;
}

async function putExactly(client: RepositoryClient, tag: string, manifest: Manifest): Promise<void> {
  const digest = await client.put(tag, manifest);
  if (digest !== "" && digest !== manifest.digest) {
    throw new Error(`the registry made ${digest} of ${manifest.digest} under ${tag}`);
  }
}
