import { higherVersion, isAlias } from "../core/alias.ts";
import type { Affixes } from "../core/build-tag.ts";
import { ownLabels } from "../plan/labels.ts";
import type { Manifest } from "./client.ts";
import { imageConfig, type OldClient as RepositoryClient } from "./open.ts";

/** The image that gets other names, and the build that it is of. */
export interface Source {
  manifest: Manifest;
  labels: Readonly<Record<string, string>>;
  version: string | null;
  affixes: Affixes;
  /** Move back, too. */
  force: boolean;
}

/** What is to become of one moving tag: it points to the image already, is left where it is (and why), or moves. */
export interface Move {
  tag: string;
  there: boolean;
  kept: string | null;
}

/** Decides which of `tags` move to the image: none is taken from a later build or a higher version. Only reads. */
export async function decideMoves(client: RepositoryClient, source: Source, tags: readonly string[]): Promise<Move[]> {
  const { version, affixes, force } = source;
  const asks = !force && tags.some((tag) => isAlias(tag, version, affixes));
  const existing = asks ? await client.tags() : [];
  const moves: Move[] = [];
  for (const tag of tags) {
    const current = await client.manifest(tag);
    const there = current?.digest === source.manifest.digest;
    const free = current === null || there || force;
    moves.push({ tag, there, kept: free ? null : await whyKept(client, source, tag, current, existing) });
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
  const theirs = (await imageConfig(client, current)).labels;
  const ours = source.labels;
  // Build numbers of different repositories say nothing about each other.
  if (theirs[ownLabels.repository] !== ours[ownLabels.repository]) return null;
  const [later, own] = [Number(theirs[ownLabels.buildNumber]), Number(ours[ownLabels.buildNumber])];
  return later > own && own > 0 ? `build ${later} is later` : null;
}
