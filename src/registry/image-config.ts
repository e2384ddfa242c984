import type { Manifest, RepositoryClient } from "./client.ts";

interface ManifestBody {
  config?: { digest?: string };
  manifests?: { digest?: string; platform?: { os?: string } }[];
}

/** What an image's configuration says that matters here. */
export interface ImageConfig {
  /** The configuration's own digest: the image's id on a host with the classic image store. Null where there is none. */
  digest: string | null;
  labels: Record<string, string>;
  /** What the layers hold, lowest first, whatever they are compressed with. */
  layers: string[];
}

/** Reads an image's configuration; of an index that of its first image. Empty where it is no image. */
export async function imageConfig(client: RepositoryClient, manifest: Manifest): Promise<ImageConfig> {
  const none: ImageConfig = { digest: null, labels: {}, layers: [] };
  const body = JSON.parse(manifest.body) as ManifestBody;
  // Attestations stand in an index too, with an unknown platform.
  const first = body.manifests?.find(({ platform }) => platform?.os !== "unknown")?.digest;
  if (first !== undefined) {
    const inner = await client.manifest(first);
    return inner === null ? none : imageConfig(client, inner);
  }
  const digest = body.config?.digest;
  if (digest === undefined) return none;
  const config = (await client.json(digest)) as {
    config?: { Labels?: Record<string, string> | null };
    rootfs?: { diff_ids?: string[] };
  };
  return { digest, labels: config.config?.Labels ?? {}, layers: config.rootfs?.diff_ids ?? [] };
}
