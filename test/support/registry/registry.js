import http from "node:http";
import { createRegistry } from "./in-memory.js";

/**
 * A registry of a demo's or a test's own on a real port, for real clients: everything in memory, plain HTTP, gone when it
 * is closed.
 *
 * @typedef {Omit<import("./in-memory.js").InMemoryRegistry, "serve"> & Served} Registry
 *
 * @typedef {object} Served
 * @property {string} host `localhost:<port>`. Docker speaks plain HTTP with a registry of that name.
 * @property {() => Promise<void>} close
 *
 * @typedef {import("./in-memory.js").BeforeRequest} BeforeRequest
 * @typedef {import("./in-memory.js").RegistryRequest} RegistryRequest
 */

/**
 * Starts a registry on 127.0.0.1, on a free port unless one is given.
 *
 * @param {import("./in-memory.js").RegistryOptions & { port?: number }} [options]
 * @returns {Promise<Registry>}
 */
export async function startRegistry(options) {
  const { serve: carryOut, ...registry } = createRegistry(options);
  let host = "";

  /** @type {(request: http.IncomingMessage, response: http.ServerResponse) => Promise<void>} */
  const serve = async (request, response) => {
    const { method = "GET", headers } = request;
    const { pathname: path, searchParams: query } = new URL(request.url ?? "/", "http://localhost");
    // Whatever name it was reached by.
    const given = await carryOut({ method, host, path, query, headers, body: () => read(request) });
    if (given === null) {
      request.socket.resetAndDestroy();
      return;
    }
    const { status, headers: ours, body = "" } = given;
    response.writeHead(status, { "content-length": Buffer.byteLength(body), ...ours });
    response.end(method === "HEAD" ? undefined : body);
  };

  const server = http.createServer((request, response) => {
    serve(request, response).catch((error) => {
      // A client that hung up hears nothing of it; for a bug, here or in the hook, the message says where to look.
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise((resolve) => server.listen(options?.port ?? 0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the registry has no port");
  host = `localhost:${address.port}`;
  return {
    ...registry,
    host,
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
