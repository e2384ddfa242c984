import http from "node:http";
import { withQuirks } from "./kinds.js";

/**
 * A registry with quirks: a proxy before a real one. Bodies go through as they are, a byte for a character.
 *
 * @typedef {import("./kinds.js").Handle} Handle
 * @typedef {import("./kinds.js").Quirk} Quirk
 *
 * @typedef {object} Proxy
 * @property {string} host `localhost:<port>`
 * @property {string[]} log Every request so far, as `GET /v2/…`.
 * @property {(...quirks: Quirk[]) => void} use The quirks from now on; none at first.
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} registry `localhost:<port>`, which speaks plain HTTP.
 * @param {number} [port] A free one unless it is given.
 * @returns {Promise<Proxy>}
 */
export async function startProxy(registry, port = 0) {
  const forward = forwardTo(registry);
  let handle = forward;
  /** @type {string[]} */
  const log = [];

  /** @type {(request: http.IncomingMessage, response: http.ServerResponse) => Promise<void>} */
  const serve = async (request, response) => {
    log.push(`${request.method} ${request.url}`);
    const answer = await handle({
      method: /** @type {import("./kinds.js").HttpRequest["method"]} */ (request.method),
      url: `http://${request.headers.host}${request.url}`,
      headers: joined(request.headers),
      body: await read(request),
    });
    if ("message" in answer) {
      request.socket.resetAndDestroy();
      return;
    }
    const { "transfer-encoding": _, connection: __, ...headers } = answer.headers;
    const body = Buffer.from(answer.body, "latin1");
    const length = request.method === "HEAD" ? {} : { "content-length": String(body.length) };
    response.writeHead(answer.status, { ...headers, ...length });
    response.end(request.method === "HEAD" ? undefined : body);
  };

  const server = http.createServer((request, response) => {
    // A client that hung up hears nothing of it; a quirk with a bug says so.
    serve(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    host: `localhost:${address.port}`,
    log,
    use: (...quirks) => void (handle = withQuirks(forward, quirks)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The name that the proxy was asked by goes along, so that the registry's own links lead back to it. @type {(registry: string) => Handle} */
function forwardTo(registry) {
  return ({ method, url, headers, body = "" }) =>
    new Promise((resolve) => {
      const { pathname, search } = new URL(url);
      const { "transfer-encoding": _, "content-length": __, connection: ___, ...kept } = headers;
      const bytes = Buffer.from(body, "latin1");
      const length = method === "GET" || method === "HEAD" ? {} : { "content-length": String(bytes.length) };
      const request = http.request(`http://${registry}${pathname}${search}`, {
        method,
        headers: { ...kept, ...length },
      });
      request.on("error", ({ message }) => resolve({ status: 0, message, sent: true }));
      request.on("response", (response) => {
        read(response).then(
          (text) => resolve({ status: response.statusCode ?? 0, headers: joined(response.headers), body: text }),
          ({ message }) => resolve({ status: 0, message, sent: true }),
        );
      });
      request.end(bytes);
    });
}

/** @param {http.IncomingMessage} message */
async function read(message) {
  /** @type {Buffer[]} */
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
}

/** @param {http.IncomingHttpHeaders} headers */
function joined(headers) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  );
}
