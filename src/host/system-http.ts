import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import type { HttpRequest, HttpResponse, NoResponse } from "./host.ts";

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
 * lost at the first garbage collection. https://github.com/nodejs/node/issues/57736
 */
export function systemRequest(signal: AbortSignal, limits: Limits = usual) {
  return (asked: HttpRequest): Promise<HttpResponse | NoResponse> =>
    new Promise((resolve) => {
      let sent = false;
      const started = performance.now();
      const timers: NodeJS.Timeout[] = [];
      const stop = () => end("the run was interrupted");
      const end = (result: HttpResponse | string) => {
        for (const timer of timers) clearTimeout(timer);
        signal.removeEventListener("abort", stop);
        // What is left of the connection serves nobody.
        if (typeof result === "string") request?.destroy();
        resolve(typeof result === "string" ? { status: 0, message: result, sent } : result);
      };
      const after = (milliseconds: number, what: string) => {
        const timer = setTimeout(() => end(`${what} within ${milliseconds / 1000} s`), milliseconds);
        timers.push(timer);
        return timer;
      };
      const request = open(asked, end);
      if (request === null) return;
      if (signal.aborted) {
        stop();
        return;
      }
      signal.addEventListener("abort", stop);
      after(limits.total, "the answer did not end");
      if (asked.onWait !== undefined) {
        const { onWait } = asked;
        const tell = () => onWait(Math.round((performance.now() - started) / 1000));
        timers.push(setInterval(tell, limits.word));
      }
      const connecting = after(limits.connect, "no connection");
      let silence: NodeJS.Timeout | undefined;
      const alive = () => {
        if (silence === undefined) silence = after(limits.silence, "no sign of life");
        else silence.refresh();
      };
      onceConnected(request, () => {
        sent = true;
        clearTimeout(connecting);
        alive();
      });
      // Errors may come after the end, as when the connection is destroyed.
      request.on("error", (error) => end(reasonOf(error)));
      const closed = () => end("the connection was closed without an answer");
      request.on("close", closed);
      request.on("response", (response) => {
        request.off("close", closed);
        const chunks: Buffer[] = [];
        let size = 0;
        alive();
        response.on("data", (chunk: Buffer) => {
          alive();
          size += chunk.length;
          if (size > limits.size) end(`the answer is larger than ${limits.size} bytes`);
          else chunks.push(chunk);
        });
        response.on("error", (error) => end(reasonOf(error)));
        response.on("end", () => {
          const body = Buffer.concat(chunks).toString("utf8");
          end({ status: response.statusCode ?? 0, headers: joined(response.headers), body });
        });
        response.on("close", () => {
          if (!response.complete) end("the connection was closed before the answer was complete");
        });
      });
      request.end(asked.body);
    });
}

/** Starts a request; one that cannot be made at all is refused at once. */
function open(asked: HttpRequest, refuse: (message: string) => void): http.ClientRequest | null {
  try {
    const { protocol } = new URL(asked.url);
    const length = asked.body === undefined ? {} : { "content-length": String(Buffer.byteLength(asked.body)) };
    const options = {
      method: asked.method,
      headers: { "user-agent": "multistage-build", ...length, ...asked.headers },
    };
    if (protocol !== "https:") return http.request(asked.url, options);
    const trust = asked.ca === undefined ? {} : { agent: trusting(asked.ca) };
    return https.request(asked.url, { ...options, ...trust });
  } catch (error) {
    refuse(reasonOf(error));
    return null;
  }
}

/** Calls back when the request's first bytes can go out. */
function onceConnected(request: http.ClientRequest, connected: () => void): void {
  request.on("socket", (socket) => {
    const ready = socket instanceof tls.TLSSocket ? "secureConnect" : "connect";
    // A connection that was used before is ready.
    if (request.reusedSocket) connected();
    else socket.once(ready, connected);
  });
}

const agents = new Map<string, https.Agent>();

/** Reading certificates takes a while: connections that trust the same ones have it done once. */
function trusting(ca: readonly string[]): https.Agent {
  const key = ca.join("\n");
  const agent =
    agents.get(key) ??
    new https.Agent({
      keepAlive: true,
      secureContext: tls.createSecureContext({ ca: [...tls.rootCertificates, ...ca] }),
    });
  agents.set(key, agent);
  return agent;
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
