import { getBlob } from "./blobs.js";
import { failure } from "./failure.js";
import { catalog, tagList } from "./lists.js";
import { deleteManifest, getManifest, putManifest } from "./manifests.js";
import { append, cancel, finish, progress, start } from "./uploads.js";

/**
 * A request as the handlers see it. `name`, `reference` and `id` are taken from the path, "" where it has none.
 *
 * @typedef {object} Asked
 * @property {string} method
 * @property {string} name The repository.
 * @property {string} reference A tag or a digest.
 * @property {string} id An upload.
 * @property {URLSearchParams} query
 * @property {import("node:http").IncomingHttpHeaders} headers
 * @property {Buffer} body
 *
 * @typedef {{ status: number, headers?: Record<string, string>, body?: string | Buffer }} Answer
 * @typedef {(store: import("./store.js").Store, asked: Asked) => Answer} Handler
 */

const name = "(?<name>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)";

/** @type {{ path: RegExp, methods: Record<string, Handler> }[]} */
const endpoints = [
  { path: /^\/v2\/?$/, methods: { GET: () => ({ status: 200, body: "{}" }) } },
  { path: /^\/v2\/_catalog$/, methods: { GET: catalog } },
  { path: new RegExp(`^/v2/${name}/tags/list$`), methods: { GET: tagList } },
  {
    path: new RegExp(`^/v2/${name}/manifests/(?<reference>[^/]+)$`),
    methods: { GET: getManifest, PUT: putManifest, DELETE: deleteManifest },
  },
  { path: new RegExp(`^/v2/${name}/blobs/uploads/$`), methods: { POST: start } },
  {
    path: new RegExp(`^/v2/${name}/blobs/uploads/(?<id>[^/]+)$`),
    methods: { GET: progress, PATCH: append, PUT: finish, DELETE: cancel },
  },
  { path: new RegExp(`^/v2/${name}/blobs/(?<reference>[^/]+)$`), methods: { GET: getBlob } },
];

/**
 * The registry's answer to one request. A HEAD is answered as the GET would be; its body is for the caller to leave out.
 *
 * @param {import("./store.js").Store} store
 * @param {{ method: string, path: string, query: URLSearchParams, headers: Asked["headers"], body: Buffer }} request
 * @returns {Answer}
 */
export function answer(store, { path, ...request }) {
  const endpoint = endpoints.find((one) => one.path.test(path));
  if (endpoint === undefined) return failure(404, "UNSUPPORTED", `there is nothing at ${path}`);
  const handler = endpoint.methods[request.method === "HEAD" ? "GET" : request.method];
  if (handler === undefined) return failure(405, "UNSUPPORTED", `${request.method} is not supported here`);
  const parts = endpoint.path.exec(path)?.groups;
  const given = handler(store, { ...request, name: "", reference: "", id: "", ...parts });
  return { ...given, headers: { "docker-distribution-api-version": "registry/2.0", ...given.headers } };
}
