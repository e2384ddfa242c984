import { answer } from "./answer.js";
import { packImage, readConfig } from "./image.js";
import { blobOf, createStore, digestOf, openRepository } from "./store.js";

/**
 * Any number of container registries without a network: whoever is asked for by name is there. It speaks enough of the
 * distribution protocol for docker, buildx and containerd to push and pull.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 *
 * A repository is named as people write it, `r.io/path`; Docker Hub's is `docker.io`.
 *
 * @typedef {object} InMemoryRegistry
 * @property {(request: HttpRequest) => Promise<HttpResponse | NoResponse>} handle Answers as a host's `request` does.
 * @property {(asked: Asking) => Promise<Answer | null>} serve The same for binary data; null where the connection breaks.
 * @property {RegistryRequest[]} requests Every request so far, in the order in which they were carried out.
 * @property {import("./store.js").Transfers} transfers The blobs that came, went and were mounted.
 * @property {(repository: string) => string[]} tags All tags, sorted; none for a repository that is not there.
 * @property {(repository: string, tag: string) => string | null} digest The manifest's digest that a tag points to.
 * @property {(repository: string, reference: string) => string | null} manifest The text of a manifest.
 * @property {(repository: string, reference: string) => RegistryImage | null} image
 * @property {(repository: string, tag: string, content: import("./image.js").ImageContent) => string} putImage
 *   Puts an image there without a request, and returns its digest.
 * @property {(repository: string, tag: string, digests: readonly string[]) => string} putIndex The same of an index of
 *   manifests that are there.
 *
 * @typedef {import("../../../src/host/host.ts").HttpRequest} HttpRequest
 * @typedef {import("../../../src/host/host.ts").HttpResponse} HttpResponse
 * @typedef {import("../../../src/host/host.ts").NoResponse} NoResponse
 * @typedef {import("./answer.js").Answer} Answer
 * @typedef {{ labels: Record<string, string>, layers: string[], digest: string }} RegistryImage
 *
 * @typedef {object} RegistryRequest
 * @property {string} method
 * @property {string} host The registry that was asked, with its port.
 * @property {string} path Without the query.
 * @property {URLSearchParams} query
 * @property {import("node:http").IncomingHttpHeaders} headers
 * @property {number} status What was answered; 0 until then, and where the connection was reset.
 *
 * @typedef {Omit<RegistryRequest, "status"> & { body: () => Promise<Buffer> }} Asking
 *
 * @typedef {object} Fault An answer to be given in place of the registry's own.
 * @property {number} status
 * @property {Record<string, string>} [headers]
 * @property {string} [body]
 *
 * @typedef {(request: RegistryRequest) => Fault | "reset" | undefined | Promise<Fault | "reset" | undefined>} BeforeRequest
 *   Sees each request first. `undefined` lets it through, a {@link Fault} is the answer, "reset" drops the connection.
 *
 * @typedef {object} RegistryOptions
 * @property {BeforeRequest} [beforeRequest]
 * @property {(request: RegistryRequest) => void | Promise<void>} [schedule] Each request waits for this before anything
 *   is done about it: so a test decides in which order the requests of several clients are carried out.
 * @property {boolean} [keepsAll] They remove nothing.
 * @property {Record<string, { username: string, password: string }>} [accounts] The registries that want a login, by name.
 */

/**
 * @param {RegistryOptions} [options]
 * @returns {InMemoryRegistry}
 */
export function createRegistry({
  beforeRequest = () => undefined,
  schedule = () => undefined,
  accounts = {},
  keepsAll = false,
} = {}) {
  /** @type {Map<string, import("./store.js").Store>} */
  const stores = new Map();
  /** @type {RegistryRequest[]} */
  const requests = [];
  /** @type {import("./store.js").Transfers} */
  const transfers = { uploads: [], mounts: [], downloads: [] };

  /** @param {string} host */
  const storeOf = (host) => {
    const store = stores.get(registryName(host)) ?? { ...createStore(), transfers, keepsAll };
    stores.set(registryName(host), store);
    return store;
  };

  /** @type {InMemoryRegistry["serve"]} */
  const serve = async ({ body, ...asked }) => {
    const logged = { ...asked, status: 0 };
    await schedule(logged);
    requests.push(logged);
    const fault = await beforeRequest(logged);
    if (fault === "reset") return null;
    const account = accounts[registryName(asked.host)];
    const given =
      fault ??
      (account === undefined || isLogin(asked.headers.authorization, account)
        ? answer(storeOf(asked.host), { ...asked, body: await body() })
        : unauthorized());
    logged.status = given.status;
    return given;
  };

  /** @type {InMemoryRegistry["handle"]} */
  const handle = async ({ method, url, headers, body = "" }) => {
    const { host, pathname: path, searchParams: query } = new URL(url);
    const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const asked = { method, host, path, query, headers: lowerCase, body: async () => Buffer.from(body) };
    const given = await serve(asked);
    if (given === null) return { status: 0, message: "read ECONNRESET", sent: true };
    const text = method === "HEAD" ? "" : String(given.body ?? "");
    return { status: given.status, headers: given.headers ?? {}, body: text };
  };

  /** @param {string} repository */
  const place = (repository) => {
    const at = repository.indexOf("/");
    const name = repository.slice(at + 1);
    const store = storeOf(repository.slice(0, at));
    return { name, store, repository: store.repositories.get(name) };
  };

  /** @type {InMemoryRegistry["digest"]} */
  const digest = (repository, tag) => place(repository).repository?.tags.get(tag) ?? null;

  /** @type {InMemoryRegistry["manifest"]} */
  const manifest = (repository, reference) => {
    const wanted = digest(repository, reference) ?? reference;
    return place(repository).repository?.manifests.get(wanted)?.body.toString() ?? null;
  };

  return {
    handle,
    serve,
    requests,
    transfers,
    tags: (repository) => [...(place(repository).repository?.tags.keys() ?? [])].toSorted(),
    digest,
    manifest,
    image: (repository, reference) => {
      const found = manifest(repository, reference);
      if (found === null) return null;
      const { name, store } = place(repository);
      const config = blobOf(store, name, JSON.parse(found).config?.digest);
      if (config === undefined) throw new Error(`${repository}:${reference} is no single image`);
      const { labels, layers } = readConfig(config.toString());
      return { labels, layers, digest: digest(repository, reference) ?? reference };
    },
    putImage: (repository, tag, content) => {
      const { name, store } = place(repository);
      const packed = packImage(content);
      const { blobs, manifests, tags } = openRepository(store, name);
      for (const [of, blob] of packed.blobs) {
        store.blobs.set(of, Buffer.from(blob));
        blobs.add(of);
      }
      const { mediaType } = JSON.parse(packed.manifest);
      manifests.set(packed.digest, { mediaType, body: Buffer.from(packed.manifest) });
      tags.set(tag, packed.digest);
      return packed.digest;
    },
    putIndex: (repository, tag, digests) => {
      const { name, store } = place(repository);
      const { manifests, tags } = openRepository(store, name);
      const mediaType = "application/vnd.oci.image.index.v1+json";
      const body = Buffer.from(
        JSON.stringify({ schemaVersion: 2, mediaType, manifests: digests.map((one) => ({ digest: one })) }),
      );
      manifests.set(digestOf(body), { mediaType, body });
      tags.set(tag, digestOf(body));
      return digestOf(body);
    },
  };
}

/** Docker Hub answers under another name than it goes by. @param {string} host */
function registryName(host) {
  return host === "registry-1.docker.io" || host === "index.docker.io" ? "docker.io" : host;
}

/** @type {(authorization: string | undefined, account: { username: string, password: string }) => boolean} */
function isLogin(authorization, { username, password }) {
  return authorization === `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** @returns {Answer} */
function unauthorized() {
  const body = JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] });
  return { status: 401, headers: { "www-authenticate": 'Basic realm="registry"' }, body };
}
