import { randomUUID } from "node:crypto";
import { failure } from "./failure.js";
import { blobOf, digestOf, openRepository } from "./store.js";

/** @typedef {import("./answer.js").Answer} Answer */
/** @typedef {import("./answer.js").Handler} Handler */

/**
 * POST: mounts a blob that another repository has, takes a whole one (`?digest=`), or opens an upload for the data that
 * is to come. A mount that cannot be made becomes an upload, by the protocol.
 *
 * @type {Handler}
 */
export function start(store, { name, query, body }) {
  const mount = query.get("mount") ?? "";
  const there = blobOf(store, query.get("from") ?? "", mount);
  if (there !== undefined) {
    store.transfers.mounts.push({ repository: name, digest: mount, size: there.length });
    return hold(store, name, mount);
  }
  const digest = query.get("digest");
  if (digest !== null) return keep(store, name, body, digest);
  const id = randomUUID();
  store.uploads.set(id, { name, data: Buffer.alloc(0) });
  return state(202, name, id, 0);
}

/** PATCH: the next piece. @type {Handler} */
export function append(store, { name, id, headers, body }) {
  const upload = store.uploads.get(id);
  if (upload?.name !== name) return unknown(id);
  const from = /^(?:bytes )?(\d+)-/.exec(headers["content-range"] ?? "")?.[1];
  if (from !== undefined && Number(from) !== upload.data.length) return state(416, name, id, upload.data.length);
  upload.data = Buffer.concat([upload.data, body]);
  return state(202, name, id, upload.data.length);
}

/** PUT: the last piece, which may be empty, and the digest of them all. @type {Handler} */
export function finish(store, { name, id, query, body }) {
  const upload = store.uploads.get(id);
  if (upload?.name !== name) return unknown(id);
  store.uploads.delete(id);
  return keep(store, name, Buffer.concat([upload.data, body]), query.get("digest") ?? "");
}

/** GET: how far an upload has come. @type {Handler} */
export function progress(store, { name, id }) {
  const upload = store.uploads.get(id);
  return upload?.name === name ? state(204, name, id, upload.data.length) : unknown(id);
}

/** @type {Handler} */
export function cancel(store, { id }) {
  return store.uploads.delete(id) ? { status: 204 } : unknown(id);
}

/** @type {(store: import("./store.js").Store, name: string, data: Buffer, digest: string) => Answer} */
function keep(store, name, data, digest) {
  if (digestOf(data) !== digest) return failure(400, "DIGEST_INVALID", `the data's digest is not ${digest}`);
  store.transfers.uploads.push({ repository: name, digest, size: data.length });
  store.blobs.set(digest, data);
  return hold(store, name, digest);
}

/** @type {(store: import("./store.js").Store, name: string, digest: string) => Answer} */
function hold(store, name, digest) {
  openRepository(store, name).blobs.add(digest);
  return { status: 201, headers: { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest } };
}

/** @type {(status: number, name: string, id: string, size: number) => Answer} */
function state(status, name, id, size) {
  const location = `/v2/${name}/blobs/uploads/${id}`;
  return { status, headers: { location, range: `0-${Math.max(0, size - 1)}`, "docker-upload-uuid": id } };
}

/** @param {string} id */
function unknown(id) {
  return failure(404, "BLOB_UPLOAD_UNKNOWN", `there is no upload ${id}`);
}
