import { startRegistry } from "../support/registry/registry.js";
import { hasEngine } from "./engine.ts";

/**
 * The address of the registry that the tests push to: TEST_REGISTRY (such as localhost:5000; each test writes to
 * repositories of its own), else one of our own for as long as the tests run. Empty where there is no engine to push.
 */
export const registry = hasEngine ? (process.env.TEST_REGISTRY ?? (await startRegistry()).host) : "";

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

/** An image as the registry has it. */
export interface RegistryImage {
  /** Its layers by what is in them, lowest first: the same on every engine. */
  layers: string[];
  /** Its layers as they are stored and sent. */
  blobs: string[];
  labels: Record<string, string>;
}

/** Reads an image; of an index the first that runs on Linux. */
export async function imageIn(repository: string, reference: string, address = registry): Promise<RegistryImage> {
  const manifest = await json<Manifest>(`http://${address}/v2/${repository}/manifests/${reference}`);
  const inner = manifest.manifests?.find(({ platform }) => platform?.os === "linux");
  if (inner !== undefined) return imageIn(repository, inner.digest, address);
  const config = await json<{ config?: { Labels?: Record<string, string> }; rootfs: { diff_ids: string[] } }>(
    `http://${address}/v2/${repository}/blobs/${manifest.config?.digest}`,
  );
  const blobs = (manifest.layers ?? []).map(({ digest }) => digest);
  return { layers: config.rootfs.diff_ids, blobs, labels: config.config?.Labels ?? {} };
}

async function json<T>(url: string): Promise<T> {
  const response = await fetch(url, { headers: { accept } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return (await response.json()) as T;
}
