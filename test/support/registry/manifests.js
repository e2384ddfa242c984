import { failure } from "./failure.js";
import { blobOf, digestOf, openRepository } from "./store.js";

/** @typedef {import("./answer.js").Handler} Handler */
/** @typedef {{ digest: string, urls?: string[] }} Descriptor */

/** @type {Handler} */
export function getManifest({ repositories }, { name, reference }) {
  const repository = repositories.get(name);
  const digest = repository?.tags.get(reference) ?? reference;
  const manifest = repository?.manifests.get(digest);
  if (manifest === undefined) return failure(404, "MANIFEST_UNKNOWN", `${name} has no manifest ${reference}`);
  const { mediaType, body } = manifest;
  return { status: 200, headers: { "content-type": mediaType, "docker-content-digest": digest }, body };
}

/** Takes a manifest only when all that it lists is here, as registries do. @type {Handler} */
export function putManifest(store, { name, reference, headers, body }) {
  const digest = digestOf(body);
  if (reference.includes(":") && reference !== digest) {
    return failure(400, "DIGEST_INVALID", `the manifest's digest is ${digest}, not ${reference}`);
  }
  const manifest = parse(body);
  if (manifest === null) return failure(400, "MANIFEST_INVALID", "the manifest is not a JSON object");
  const repository = openRepository(store, name);
  const { config, layers = [], manifests = [] } = manifest;
  const blobs = [...(config === undefined ? [] : [config]), ...layers];
  // A layer with URLs of its own is fetched from there; registries need not have it.
  const missing =
    blobs.find((blob) => blob.urls === undefined && blobOf(store, name, blob.digest) === undefined) ??
    manifests.find((child) => !repository.manifests.has(child.digest));
  if (missing !== undefined) return failure(400, "MANIFEST_BLOB_UNKNOWN", `${name} does not have ${missing.digest}`);
  const mediaType = headers["content-type"] ?? manifest.mediaType ?? "application/vnd.oci.image.manifest.v1+json";
  repository.manifests.set(digest, { mediaType, body });
  if (reference !== digest) repository.tags.set(reference, digest);
  return { status: 201, headers: { location: `/v2/${name}/manifests/${digest}`, "docker-content-digest": digest } };
}

/** Removes a manifest with all tags that stand for it; by a tag, as registries do not. @type {Handler} */
export function deleteManifest(store, { name, reference }) {
  if (store.keepsAll) return failure(405, "UNSUPPORTED", "The operation is unsupported.");
  if (!reference.includes(":")) return failure(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  const repository = store.repositories.get(name);
  if (repository === undefined || !repository.manifests.delete(reference))
    return failure(404, "MANIFEST_UNKNOWN", `${name} has no manifest ${reference}`);
  for (const [tag, digest] of repository.tags) if (digest === reference) repository.tags.delete(tag);
  return { status: 202 };
}

/**
 * @param {Buffer} body
 * @returns {{ mediaType?: string, config?: Descriptor, layers?: Descriptor[], manifests?: Descriptor[] } | null}
 */
function parse(body) {
  try {
    const value = JSON.parse(body.toString());
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
