import { createHash } from "node:crypto";

/**
 * What the registry holds.
 *
 * @typedef {object} Store
 * @property {Map<string, Buffer>} blobs By digest.
 * @property {Map<string, Repository>} repositories By name.
 * @property {Map<string, Upload>} uploads Those that are under way, by id.
 * @property {Transfers} transfers
 * @property {boolean} [keepsAll] It removes nothing, as registries do that are not told otherwise.
 *
 * @typedef {object} Repository
 * @property {Set<string>} blobs The digests of those that can be had here; a registry gives out no other's.
 * @property {Map<string, Manifest>} manifests By digest.
 * @property {Map<string, string>} tags The manifests' digests by tag.
 *
 * @typedef {{ mediaType: string, body: Buffer }} Manifest
 * @typedef {{ name: string, data: Buffer }} Upload
 *
 * @typedef {object} Transfers What happened to blobs, in order.
 * @property {Transfer[]} uploads Sent to the registry.
 * @property {Transfer[]} mounts Made available in one more repository without being sent.
 * @property {Transfer[]} downloads
 *
 * @typedef {{ repository: string, digest: string, size: number }} Transfer Size in bytes.
 */

/** @returns {Store} */
export function createStore() {
  return {
    blobs: new Map(),
    repositories: new Map(),
    uploads: new Map(),
    transfers: { uploads: [], mounts: [], downloads: [] },
  };
}

/**
 * The repository of that name, made if there is none yet.
 *
 * @param {Store} store
 * @param {string} name
 * @returns {Repository}
 */
export function openRepository({ repositories }, name) {
  const repository = repositories.get(name) ?? { blobs: new Set(), manifests: new Map(), tags: new Map() };
  repositories.set(name, repository);
  return repository;
}

/**
 * A blob, if that repository has it.
 *
 * @param {Store} store
 * @param {string} name
 * @param {string} digest
 */
export function blobOf({ blobs, repositories }, name, digest) {
  return repositories.get(name)?.blobs.has(digest) ? blobs.get(digest) : undefined;
}

/** @param {Buffer | string} data */
export function digestOf(data) {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`;
}
