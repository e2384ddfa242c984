import { failure } from "./failure.js";
import { blobOf } from "./store.js";

/** @type {import("./answer.js").Handler} */
export function getBlob(store, { method, name, reference: digest }) {
  const body = blobOf(store, name, digest);
  if (body === undefined) return failure(404, "BLOB_UNKNOWN", `${name} has no blob ${digest}`);
  if (method === "GET") store.transfers.downloads.push({ repository: name, digest, size: body.length });
  return {
    status: 200,
    headers: { "content-type": "application/octet-stream", "docker-content-digest": digest },
    body,
  };
}
