import { createHash } from "node:crypto";
import type { Manifest } from "./client.ts";
import type { Platform } from "./image-config.ts";
import { parseObject } from "./json.ts";

/** What an index says of one of its manifests. */
interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  platform?: Partial<Platform>;
  annotations?: Record<string, string>;
}

const ociIndex = "application/vnd.oci.image.index.v1+json";
const dockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

/** What a manifest lists, by digest. */
export interface Contents {
  /** The blobs of an image's layers, lowest first. */
  layers: string[];
  /** All of its blobs that a registry has: what a layer's own URLs lead to is in none. */
  blobs: string[];
  /** All that an index lists, attestations included. */
  manifests: string[];
  /** The images of an index by platform, `linux/arm64`; null for what is no index. */
  platforms: ReadonlyMap<string, string> | null;
}

/** Takes a manifest's text apart; what it does not list is empty. */
export function contentsOf({ body }: Pick<Manifest, "body">): Contents {
  const { config, layers = [] } = (parseObject(body) ?? {}) as {
    config?: { digest?: string };
    layers?: { digest?: string; urls?: string[] }[];
  };
  const listed = descriptorsOf(body);
  const digests = (all: readonly { digest?: string }[]) => [...new Set(all.flatMap(({ digest }) => digest ?? []))];
  // An attestation is for no platform.
  const images = listed?.filter(({ platform }) => platform?.os !== undefined && platform.os !== "unknown") ?? [];
  return {
    layers: digests(layers),
    blobs: digests([config ?? {}, ...layers.filter(({ urls = [] }) => urls.length === 0)]),
    manifests: digests(listed ?? []),
    platforms:
      listed === null ? null : new Map(images.map(({ platform, digest }) => [platformName(platform!), digest])),
  };
}

/** `linux/arm64`. Every arm64 is of the eighth version, whether or not that is said. */
export function platformName({ os = "", architecture = "", variant }: Partial<Platform>): string {
  const isPlain = variant === undefined || variant === "" || (architecture === "arm64" && variant === "v8");
  return [os, architecture, ...(isPlain ? [] : [variant])].join("/");
}

/** A platform as it is written: `linux/arm64/v8` and `linux/arm64` are the same. */
export function normalPlatform(written: string): string {
  const [os = "", architecture = "", variant = ""] = written.split("/");
  return platformName({ os, architecture, variant });
}

/**
 * Joins images of one platform each to one that runs on all of them: the same bytes for the same images in the same order,
 * whoever does it. An image that is an index itself is joined with all that stands in it, its attestations included.
 */
export function joinImages(
  parts: readonly { manifest: Manifest; platform: Platform }[],
  annotations: Readonly<Record<string, string>>,
): Manifest {
  const manifests = parts.flatMap(({ manifest: { digest, mediaType, body }, platform }): Descriptor[] => {
    const inner = descriptorsOf(body);
    return inner ?? [{ mediaType, digest, size: Buffer.byteLength(body), platform: { ...platform } }];
  });
  const isAnnotated = Object.keys(annotations).length > 0;
  // Docker's own list has no annotations.
  const isOci = isAnnotated || manifests.some((one) => one.mediaType !== dockerManifest);
  const mediaType = isOci ? ociIndex : dockerList;
  const index = { schemaVersion: 2, mediaType, manifests, ...(isAnnotated ? { annotations } : {}) };
  const body = JSON.stringify(index, null, 2);
  return { digest: sha256(body), mediaType, body };
}

/** The digest of a text. */
export function sha256(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function descriptorsOf(body: string): Descriptor[] | null {
  const manifests = parseObject(body)?.["manifests"];
  return Array.isArray(manifests) ? (manifests as Descriptor[]) : null;
}
