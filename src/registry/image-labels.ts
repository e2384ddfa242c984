import type { Manifest, RepositoryClient } from "./client.ts";

interface ManifestBody {
  config?: { digest?: string };
  manifests?: { digest?: string; platform?: { os?: string } }[];
}

/** The labels of an image; of an index those of its first image. Empty where it has none, or is no image. */
export async function imageLabels(client: RepositoryClient, manifest: Manifest): Promise<Record<string, string>> {
  const body = JSON.parse(manifest.body) as ManifestBody;
  // Attestations stand in an index too, with an unknown platform.
  const first = body.manifests?.find(({ platform }) => platform?.os !== "unknown")?.digest;
  if (first !== undefined) {
    const inner = await client.manifest(first);
    return inner === null ? {} : imageLabels(client, inner);
  }
  if (body.config?.digest === undefined) return {};
  const config = (await client.json(body.config.digest)) as { config?: { Labels?: Record<string, string> | null } };
  return config.config?.Labels ?? {};
}
