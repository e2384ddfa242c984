import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { registry } from "./rig.ts";

/** One request that went through, with the bytes of its body and of its answer's. */
export interface Exchange {
  method: string;
  /** With the query. */
  path: string;
  status: number;
  up: number;
  down: number;
}

/** What goes wrong with a request: an answer that is not the registry's, a broken connection, or a wait before it is passed on. */
export type Fault = { status: number; headers?: Record<string, string> } | { cutAfter: number } | { wait: number };

/** A registry address of the test's own, in front of the real registry. */
export interface Proxy {
  /** `localhost:<port>` */
  address: string;
  log: Exchange[];
  /** Decides what goes wrong; nothing unless a test sets it. */
  fault: (asked: { method: string; path: string; agent: string }) => Fault | null;
  /** Breaks all connections and refuses new ones, until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts a proxy. With `login` it wants that user name and password by HTTP's basic scheme. */
export async function startProxy(login: { username: string; password: string } | null = null): Promise<Proxy> {
  const wanted =
    login === null ? null : `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
  const [host = "", targetPort = ""] = registry.split(":");
  const server = http.createServer((request, response) => {
    const { method = "", url: path = "" } = request;
    const exchange: Exchange = { method, path, status: 0, up: 0, down: 0 };
    proxy.log.push(exchange);
    response.on("finish", () => (exchange.status = response.statusCode));
    if (wanted !== null && request.headers.authorization !== wanted) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end();
      request.resume();
      return;
    }
    const fault = proxy.fault({ method, path, agent: request.headers["user-agent"] ?? "" });
    if (fault !== null && "status" in fault) {
      response.writeHead(fault.status, fault.headers ?? {}).end();
      request.resume();
      return;
    }
    const pass = () =>
      forward(
        request,
        response,
        { host, port: targetPort },
        exchange,
        fault !== null && "cutAfter" in fault ? fault.cutAfter : null,
      );
    if (fault !== null && "wait" in fault) setTimeout(pass, fault.wait);
    else pass();
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  let port = 0;
  const proxy: Proxy = {
    address: "",
    log: [],
    fault: () => null,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.resetAndDestroy();
      }),
    start: () => new Promise((resolve) => server.listen(port, "127.0.0.1", resolve)),
  };
  await proxy.start();
  port = (server.address() as AddressInfo).port;
  proxy.address = `localhost:${port}`;
  return proxy;
}

/** Passes a request on and its answer back; breaks the connection after `cutAfter` bytes of the request's body. */
function forward(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  target: { host: string; port: string },
  exchange: Exchange,
  cutAfter: number | null,
): void {
  const { method, url, headers } = request;
  const { authorization: _, ...passed } = headers;
  const outgoing = http.request({ ...target, method, path: url, headers: passed }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on("data", (chunk: Buffer) => (exchange.down += chunk.length));
    answer.pipe(response);
  });
  const broken = () => {
    outgoing.destroy();
    request.socket.resetAndDestroy();
  };
  outgoing.on("error", broken);
  request.on("error", broken);
  request.on("data", (chunk: Buffer) => {
    exchange.up += chunk.length;
    if (cutAfter !== null && exchange.up > cutAfter) broken();
  });
  if (cutAfter === 0) broken();
  else request.pipe(outgoing);
}

/** The blobs that were downloaded, as digests. */
export function downloads(log: readonly Exchange[]): string[] {
  return log.flatMap(({ method, path, status }) =>
    method === "GET" && status < 400 ? (/\/blobs\/(sha256:[0-9a-f]{64})$/.exec(path)?.slice(1) ?? []) : [],
  );
}

/** The blobs that were sent and taken, as digests: those that were only mounted are not among them. */
export function uploads(log: readonly Exchange[]): string[] {
  return log.flatMap(({ method, path, status }) => {
    const digest = /\/blobs\/uploads\/.*[?&]digest=(sha256(?::|%3A)[0-9a-f]{64})/i.exec(path)?.[1];
    return digest !== undefined && (method === "PUT" || method === "POST") && status === 201
      ? [digest.replace("%3A", ":")]
      : [];
  });
}

/** What is in a list more than once. */
export function repeated(items: readonly string[]): string[] {
  return [...new Set(items.filter((item, at) => items.indexOf(item) !== at))];
}
