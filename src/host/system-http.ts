import type http from "node:http";
import type https from "node:https";
import type net from "node:net";
import type tls from "node:tls";
import type { HttpRequest, HttpResponse, Identity, NoResponse } from "./host.ts";

/** When a request is given up, in milliseconds and bytes. */
export interface Limits {
  /** Until there is a connection, its encryption included. */
  connect: number;
  /** Between any two signs of life once there is one. */
  silence: number;
  /** From the beginning to the end. */
  total: number;
  /** Of the answer's body. */
  size: number;
  /** How often a wait is told of. */
  word: number;
}

const usual: Limits = { connect: 15_000, silence: 30_000, total: 300_000, size: 16 * 1024 * 1024, word: 10_000 };

/**
 * Requests over the network. The limits are plain timers: a signal made by AbortSignal.any of AbortSignal.timeout is
 * lost at the first garbage collection on Node 20.
 */
export function systemRequest(signal: AbortSignal, limits: Limits = usual) {
  const running = new Set<() => void>();
  // One listener for all: of more than ten Node warns.
  signal.addEventListener("abort", () => {
    for (const stop of running) stop();
  });
  return async (asked: HttpRequest): Promise<HttpResponse | NoResponse> => {
    try {
      const open = await prepare(asked);
      if (signal.aborted) return { status: 0, message: interrupted, sent: false };
      return await exchange(open(), asked, limits, running);
    } catch (error) {
      // An address, a header or a certificate that is none.
      return { status: 0, message: reasonOf(error), sent: false };
    }
  };
}

const interrupted = "the run was interrupted";

/** Node's modules for it are loaded only if there is something to ask. */
async function prepare(asked: HttpRequest): Promise<() => http.ClientRequest> {
  const { url, method, headers, body } = asked;
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const options = { method, headers: { "user-agent": "multistage-build", ...length, ...headers } };
  if (url.startsWith("https:")) {
    const encrypted = await import("node:https");
    const agent = await agentFor(asked);
    return () => encrypted.request(url, agent === null ? options : { ...options, agent });
  }
  const plain = await import("node:http");
  if (asked.proxy === undefined) return () => plain.request(url, options);
  const { request, address, authorization } = await proxyAt(asked.proxy);
  const { host } = new URL(url);
  // A proxy is given the whole of the URL.
  return () => request({ ...address, ...options, path: url, headers: { host, ...options.headers, ...authorization } });
}

/** Sends a request and waits for all of its answer, or until a limit is reached or it is stopped. */
function exchange(
  request: http.ClientRequest,
  { body, onWait, limit: longest = Infinity }: HttpRequest,
  limits: Limits,
  running: Set<() => void>,
): Promise<HttpResponse | NoResponse> {
  return new Promise((resolve) => {
    let sent = false;
    const started = performance.now();
    const timers: NodeJS.Timeout[] = [];
    const finish = (result: HttpResponse | NoResponse) => {
      for (const timer of timers) clearTimeout(timer);
      running.delete(stop);
      resolve(result);
    };
    const fail = (message: string) => {
      finish({ status: 0, message, sent });
      request.destroy();
    };
    const stop = () => fail(interrupted);
    const limit = (milliseconds: number, what: string) => {
      const timer = setTimeout(() => fail(`${what} within ${milliseconds / 1000} s`), milliseconds);
      timers.push(timer);
      return timer;
    };
    running.add(stop);
    limit(Math.min(limits.total, longest), "the answer did not end");
    const tell = () => onWait?.(Math.round((performance.now() - started) / 1000));
    timers.push(setInterval(tell, limits.word));
    const connecting = limit(limits.connect, "no connection");
    let silence: NodeJS.Timeout | undefined;
    const alive = () => {
      silence = silence?.refresh() ?? limit(limits.silence, "no sign of life");
    };
    onceConnected(request, () => {
      sent = true;
      clearTimeout(connecting);
      alive();
    });
    const closed = () => fail("the connection was closed without an answer");
    request.on("close", closed);
    request.on("error", (error) => fail(reasonOf(error)));
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      request.off("close", closed);
      alive();
      response.on("data", (chunk: Buffer) => {
        alive();
        chunks.push(chunk);
        size += chunk.length;
        if (size > limits.size) fail(`the answer is larger than ${limits.size} bytes`);
      });
      response.on("error", (error) => fail(reasonOf(error)));
      response.on("end", () => {
        const { statusCode = 0, headers } = response;
        unpacked(Buffer.concat(chunks), headers["content-encoding"], limits.size).then(
          (bytes) => finish({ status: statusCode, headers: joined(headers), body: bytes.toString("utf8") }),
          (error) => fail(reasonOf(error)),
        );
      });
    });
    request.end(body);
  });
}

/** Proxies compress what nobody asked them to; without a word on it they may. https://httpwg.org/specs/rfc9110.html#field.accept-encoding */
async function unpacked(body: Buffer, encoding: string | undefined, size: number): Promise<Buffer> {
  if (body.length === 0 || !/^(?:x-)?gzip$/i.test(encoding?.trim() ?? "")) return body;
  const { gunzipSync } = await import("node:zlib");
  return gunzipSync(body, { maxOutputLength: size });
}

/** Calls back when the request's first bytes can go out. */
function onceConnected(request: http.ClientRequest, connected: () => void): void {
  request.on("socket", (socket) => {
    const ready = "encrypted" in socket ? "secureConnect" : "connect";
    // A connection that was used before is ready.
    if (request.reusedSocket) connected();
    else socket.once(ready, connected);
  });
}

const agents = new Map<string, Promise<https.Agent>>();

/** Reading certificates takes a while: connections that use the same ones have it done once. Null where Node's own will do. */
function agentFor({ ca = [], identities = [], proxy }: HttpRequest): Promise<https.Agent> | null {
  if (ca.length === 0 && identities.length === 0 && proxy === undefined) return null;
  const key = JSON.stringify([ca, identities, proxy]);
  const agent = agents.get(key) ?? makeAgent(ca, identities, proxy);
  agents.set(key, agent);
  return agent;
}

async function makeAgent(
  ca: readonly string[],
  identities: readonly Identity[],
  proxy: string | undefined,
): Promise<https.Agent> {
  const [{ Agent }, { connect, createSecureContext, rootCertificates }] = [
    await import("node:https"),
    await import("node:tls"),
  ];
  const secureContext = createSecureContext({
    ...(ca.length === 0 ? {} : { ca: [...rootCertificates, ...ca] }),
    ...(identities.length === 0
      ? {}
      : { cert: identities.map(({ cert }) => cert), key: identities.map(({ key }) => key) }),
  });
  const agent = new Agent({ keepAlive: true, secureContext });
  if (proxy === undefined) return agent;
  const way = await proxyAt(proxy);
  return Object.assign(agent, {
    createConnection(
      options: tls.ConnectionOptions & { host: string },
      connected: (fault: Error | null, socket?: tls.TLSSocket) => void,
    ) {
      tunnel(way, `${options.host}:${options.port}`).then(
        (socket) => connected(null, connect({ ...options, secureContext, socket })),
        (error: Error) => connected(error),
      );
    },
  });
}

/** How to speak to a proxy. What it wants to know of us is not for messages. */
async function proxyAt(proxy: string) {
  const { protocol, hostname, port, username, password } = new URL(proxy);
  if (protocol !== "http:" && protocol !== "https:")
    throw new Error(`a proxy that speaks ${protocol}// is not supported`);
  const { request } = protocol === "http:" ? await import("node:http") : await import("node:https");
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
  const standard = protocol === "http:" ? 80 : 443;
  const address = { hostname: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? standard : Number(port) };
  return { request, address, authorization: username === "" ? {} : { "proxy-authorization": `Basic ${login}` } };
}

/** A connection through a proxy to a server that the proxy does not listen to. https://httpwg.org/specs/rfc9110.html#CONNECT */
function tunnel(
  { request, address, authorization }: Awaited<ReturnType<typeof proxyAt>>,
  to: string,
): Promise<net.Socket> {
  const name = `the proxy ${address.hostname}:${address.port}`;
  return new Promise((resolve, reject) => {
    const asked = request({ ...address, method: "CONNECT", path: to, headers: { host: to, ...authorization } });
    // The request that needs it has given up by then.
    asked.setTimeout(usual.connect, () => asked.destroy(new Error(`${name} gave no answer`)));
    asked.on("error", (error) => reject(new Error(`${name}: ${reasonOf(error)}`)));
    asked.on("response", ({ statusCode }) => reject(new Error(`${name} answered ${statusCode}`)));
    asked.on("connect", ({ statusCode }, socket: net.Socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`${name} answered ${statusCode}`));
    });
    asked.end();
  });
}

function joined(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  );
}

/** Node's own codes stand for what people search for; several addresses that all fail come as one error without words. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const { message, code } = error as NodeJS.ErrnoException;
  return code === undefined || message.includes(code) ? message : `${code}: ${message}`;
}
