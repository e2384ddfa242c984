import http from "node:http";
import type net from "node:net";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { HttpRequest } from "../../../src/host/host.ts";
import { type Limits, systemRequest } from "../../../src/host/system-http.ts";

const long = 60_000;
const patient: Limits = { connect: long, silence: long, total: long, size: 1000, word: long };

/** Starts a server and returns the address to ask. */
export async function serving(server: net.Server, protocol = "http"): Promise<string> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `${protocol}://localhost:${(server.address() as AddressInfo).port}/x`;
}

/** Starts a server that answers so. */
export const answering = (handle: http.RequestListener) => serving(http.createServer(handle));

/** Asks with these limits. */
export const ask = (
  request: Partial<HttpRequest> & { url: string },
  limits: Partial<Limits> = {},
  signal = new AbortController().signal,
) => systemRequest(signal, { ...patient, ...limits })({ method: "GET", headers: {}, ...request });
