import http from "node:http";
import { answer } from "./answer.js";
import { createStore } from "./store.js";

/**
 * A container registry for a demo or a test: everything in memory, plain HTTP, no accounts, gone when it is closed. It
 * speaks enough of the distribution protocol for docker, buildx and containerd to push and pull.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 *
 * @typedef {object} Registry
 * @property {string} host `localhost:<port>`. Docker speaks plain HTTP with a registry of that name.
 * @property {RegistryRequest[]} requests Every request so far, in order.
 * @property {import("./store.js").Transfers} transfers The blobs that came, went and were mounted.
 * @property {() => Promise<void>} close
 *
 * @typedef {object} RegistryRequest
 * @property {string} method
 * @property {string} path Without the query.
 * @property {URLSearchParams} query
 * @property {http.IncomingHttpHeaders} headers
 * @property {number} status What was answered; 0 until then, and where the connection was reset.
 *
 * @typedef {object} Fault An answer to be given in place of the registry's own.
 * @property {number} status
 * @property {Record<string, string>} [headers]
 * @property {string} [body]
 *
 * @typedef {(request: RegistryRequest) => Fault | "reset" | undefined | Promise<Fault | "reset" | undefined>} BeforeRequest
 *   Sees each request first. `undefined` lets it through, a {@link Fault} is the answer, "reset" drops the connection.
 */

/**
 * Starts a registry on a free port of 127.0.0.1.
 *
 * @param {{ beforeRequest?: BeforeRequest }} [options]
 * @returns {Promise<Registry>}
 */
export async function startRegistry({ beforeRequest = () => undefined } = {}) {
  const store = createStore();
  /** @type {RegistryRequest[]} */
  const requests = [];

  /** @type {(request: http.IncomingMessage, response: http.ServerResponse) => Promise<void>} */
  const serve = async (request, response) => {
    const { method = "GET", headers } = request;
    const url = new URL(request.url ?? "/", "http://localhost");
    const logged = { method, path: url.pathname, query: url.searchParams, headers, status: 0 };
    requests.push(logged);
    const fault = await beforeRequest(logged);
    if (fault === "reset") {
      request.socket.resetAndDestroy();
      return;
    }
    const { status, headers: ours, body = "" } = fault ?? answer(store, { ...logged, body: await read(request) });
    logged.status = status;
    response.writeHead(status, { "content-length": Buffer.byteLength(body), ...ours });
    response.end(method === "HEAD" ? undefined : body);
  };

  const server = http.createServer((request, response) => {
    serve(request, response).catch((error) => {
      // A client that hung up hears nothing of it; for a bug, here or in the hook, the message says where to look.
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the registry has no port");
  return {
    host: `localhost:${address.port}`,
    requests,
    transfers: store.transfers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** @param {http.IncomingMessage} request */
async function read(request) {
  /** @type {Buffer[]} */
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
