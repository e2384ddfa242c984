import http from "node:http";
import https from "node:https";
import net from "node:net";
import type { TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { certificate } from "./certificate.ts";
import { answering, ask, serving } from "./serving.ts";

describe("a proxy", () => {
  /** A proxy that takes requests and opens tunnels, and what it was asked. */
  async function proxying(login = "") {
    const asked: string[] = [];
    const isWelcome = ({ headers }: http.IncomingMessage) => (headers["proxy-authorization"] ?? "") === login;
    const server = http.createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.host}`);
      if (isWelcome(request)) http.get(request.url!, (answer) => answer.pipe(response));
      else response.writeHead(407).end();
    });
    server.on("connect", (request: http.IncomingMessage, socket: net.Socket) => {
      asked.push(`CONNECT ${request.url}`);
      if (!isWelcome(request)) return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      const { hostname, port } = new URL(`http://${request.url}`);
      const to = net.connect(Number(port), hostname);
      to.on("error", () => socket.destroy());
      return socket.pipe(to).pipe(socket);
    });
    const { host } = new URL(await serving(server));
    return { host, asked };
  }
  const secret = () =>
    serving(
      https.createServer(certificate, (_, response) => response.end("secret")),
      "https",
    );

  it("is given the whole URL of what is plain", async () => {
    const url = await answering((_, response) => response.end("plain"));
    const { host, asked } = await proxying();
    expect(await ask({ url, proxy: `http://${host}` })).toMatchObject({ status: 200, body: "plain" });
    expect(asked).toEqual([`GET ${url} ${new URL(url).host}`]);
  });

  it("opens a tunnel to what is encrypted, and is no party to it; one will do", async () => {
    const url = await secret();
    const { host, asked } = await proxying();
    const there = { url, proxy: `http://${host}`, ca: [certificate.cert] };
    expect(await ask(there)).toMatchObject({ status: 200, body: "secret" });
    expect(await ask(there)).toMatchObject({ status: 200, body: "secret" });
    expect(asked).toEqual([`CONNECT ${new URL(url).host}`]);
    expect(await ask({ ...there, ca: [] })).toMatchObject({ status: 0, sent: false });
  });

  it("is told who asks", async () => {
    const { host } = await proxying("Basic bWU6cEBzcw==");
    const [plain, encrypted] = [await answering((_, response) => response.end("plain")), await secret()];
    const proxy = `http://me:p%40ss@${host}`;
    expect(await ask({ url: plain, proxy })).toMatchObject({ status: 200 });
    expect(await ask({ url: encrypted, proxy, ca: [certificate.cert] })).toMatchObject({ status: 200 });
  });

  it("may refuse; no password is told", async () => {
    const { host } = await proxying("somebody else");
    expect(await ask({ url: await secret(), proxy: `http://me:pass@${host}` })).toEqual({
      status: 0,
      sent: false,
      message: `the proxy ${host} answered 407`,
    });
  });

  it.each([
    ["is not there", "http://me:pass@127.0.0.1:1", /^the proxy 127\.0\.0\.1:1: .*ECONNREFUSED/],
    ["speaks something else", "socks5://me:pass@127.0.0.1:1", /^a proxy that speaks socks5:\/\/ is not supported$/],
    ["is none", "http://", /Invalid URL/],
  ])("that %s leads nowhere", async (_, proxy, message) => {
    expect(await ask({ url: "https://localhost:1/", proxy })).toMatchObject({
      status: 0,
      sent: false,
      message: expect.stringMatching(message),
    });
  });

  it("that says nothing is not waited for without end", async () => {
    const { host } = new URL(await serving(net.createServer((socket) => void socket.resume())));
    const answer = await ask({ url: "https://localhost:1/", proxy: `http://${host}` }, { connect: 100 });
    expect(answer).toMatchObject({ status: 0, sent: false, message: "no connection within 0.1 s" });
  });
});

describe("a server that asks who we are", () => {
  const strict = () =>
    serving(
      https.createServer(
        { ...certificate, ca: certificate.cert, requestCert: true, rejectUnauthorized: true },
        (request, response) => response.end(String((request.socket as TLSSocket).authorized)),
      ),
      "https",
    );

  it("is told by a certificate", async () => {
    const url = await strict();
    const ca = [certificate.cert];
    expect(await ask({ url, ca, identities: [certificate] })).toMatchObject({ status: 200, body: "true" });
    expect(await ask({ url, ca })).toMatchObject({ status: 0 });
  });
});
