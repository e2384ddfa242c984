import { sharedRegistry } from "./engine.ts";

/** The address of the registry that the tests push to. */
export const registry = sharedRegistry ?? "";

const accept = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

interface Manifest {
  config?: { digest: string };
  layers?: { digest: string }[];
  manifests?: { digest: string; platform?: { os: string } }[];
}

/** The tags that the registry holds of a repository, sorted; none for one that it does not know. */
export async function tagsIn(repository: string, address = registry): Promise<string[]> {
  const response = await fetch(`http://${address}/v2/${repository}/tags/list`);
  if (response.status === 404) return [];
  return (((await response.json()) as { tags: string[] | null }).tags ?? []).toSorted();
}

/** The digest that a tag points to; null for none. */
export async function digestOf(repository: string, tag: string, address = registry): Promise<string | null> {
  const response = await fetch(`http://${address}/v2/${repository}/manifests/${tag}`, { headers: { accept } });
  await response.arrayBuffer();
  return response.ok ? response.headers.get("docker-content-digest") : null;
}

/** The layers of an image, lowest first, and its labels, as the registry has them. */
export async function imageIn(
  repository: string,
  reference: string,
  address = registry,
): Promise<{ layers: string[]; labels: Record<string, string> }> {
  const manifest = await json<Manifest>(`http://${address}/v2/${repository}/manifests/${reference}`);
  const inner = manifest.manifests?.find(({ platform }) => platform?.os === "linux");
  if (inner !== undefined) return imageIn(repository, inner.digest, address);
  const config = await json<{ config?: { Labels?: Record<string, string> }; rootfs: { diff_ids: string[] } }>(
    `http://${address}/v2/${repository}/blobs/${manifest.config?.digest}`,
  );
  return { layers: config.rootfs.diff_ids, labels: config.config?.Labels ?? {} };
}

async function json<T>(url: string): Promise<T> {
  const response = await fetch(url, { headers: { accept } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return (await response.json()) as T;
}
