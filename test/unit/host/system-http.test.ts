import type http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { systemRequest } from "../../../src/host/system-http.ts";
import { collectAllTheTime } from "../../support/collect.ts";
import { certificate } from "./certificate.ts";
import { answering, ask, serving } from "./serving.ts";

describe("a request", () => {
  it("says why there is no answer from any address of a name", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const free = (server.address() as AddressInfo).port;
    await new Promise((resolve) => server.close(resolve));
    expect(await ask({ url: `http://localhost:${free}/` })).toMatchObject({
      status: 0,
      message: expect.stringContaining("ECONNREFUSED"),
      sent: false,
    });
  });

  it("brings back a header that came several times as one", async () => {
    const url = await answering((_, response) => {
      response.setHeader("Set-Cookie", ["a=1", "b=2"]);
      response.end();
    });
    expect(await ask({ url })).toMatchObject({ headers: { "set-cookie": "a=1, b=2" } });
  });

  it("brings back status, headers and body", async () => {
    const url = await answering((request, response) => {
      response.setHeader("Link", ["<a>", "<b>"]);
      response.setHeader("Set-Cookie", ["a", "b"]);
      response.writeHead(404, { "X-Y": `${request.method} ${String(request.headers["x-z"])}` }).end("nö");
    });
    const answer = await ask({ url, headers: { "x-z": "z" } });
    expect(answer).toMatchObject({ status: 404, headers: { link: "<a>, <b>", "set-cookie": "a, b", "x-y": "GET z" } });
    expect(answer).toHaveProperty("body", "nö");
  });

  it("takes a body along, with its length", async () => {
    const url = await answering((request, response) => {
      const length = request.headers["content-length"];
      request.on("data", (chunk: Buffer) => response.end(`${request.method} ${length} ${chunk.toString()}`));
    });
    expect(await ask({ url, method: "PUT", body: "nö" })).toHaveProperty("body", "PUT 3 nö");
  });

  it.each([
    ["is unpacked where it was packed", gzipSync("{}"), { status: 200, body: "{}" }],
    ["is none where it is not what it says", Buffer.from("{}"), { status: 0, sent: true }],
    ["is none where it is too large once it is unpacked", gzipSync("x".repeat(2000)), { status: 0, sent: true }],
  ])("an answer %s", async (_, body, expected) => {
    const url = await answering((_request, response) =>
      response.writeHead(200, { "content-encoding": "GZIP" }).end(body),
    );
    expect(await ask({ url })).toMatchObject(expected);
  });

  it("follows no redirect, and has no body after HEAD", async () => {
    const url = await answering((_, response) => response.writeHead(307, { location: "/y" }).end("text"));
    expect(await ask({ url, method: "HEAD" })).toMatchObject({ status: 307, body: "" });
  });

  it("is made over the connection that is there", async () => {
    const ports = new Set<number | undefined>();
    const url = await answering((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    for (let times = 0; times < 3; times++) expect(await ask({ url })).toMatchObject({ status: 200 });
    expect(ports.size).toBe(1);
  });

  it("may be one of many", async () => {
    const warned = vi.fn<(warning: Error) => void>();
    process.on("warning", warned);
    onTestFinished(() => void process.off("warning", warned));
    const url = await answering((_, response) => response.end());
    const request = systemRequest(new AbortController().signal);
    await Promise.all(Array.from({ length: 30 }, () => request({ method: "GET", url, headers: {} })));
    expect(warned).not.toHaveBeenCalled();
  });
});

describe("no answer", () => {
  const unused = async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return `http://127.0.0.1:${port}/`;
  };

  it("comes from where nobody is", async () => {
    expect(await ask({ url: await unused() })).toMatchObject({
      status: 0,
      sent: false,
      message: expect.stringMatching(/ECONNREFUSED/),
    });
    expect(await ask({ url: "http://127.0.0.1:0/" })).toMatchObject({ status: 0, sent: false });
  });

  it("comes from an address that is none", async () => {
    for (const url of ["nowhere", "ftp://a.com/", "http://a.com:99999/"]) {
      expect(await ask({ url })).toMatchObject({ status: 0, sent: false });
    }
  });

  const cut: Record<string, http.RequestListener> = {
    "before it": ({ socket }) => socket.resetAndDestroy(),
    "before it, politely": ({ socket }) => socket.end(),
    "in the middle": ({ socket }, response) => {
      response.writeHead(200, { "content-length": "100" }).write("{", () => socket.destroy());
    },
    "in the middle, politely": ({ socket }, response) => {
      response.writeHead(200, { "content-length": "100" }).write("{", () => socket.end());
    },
    "for another protocol": ({ socket }) =>
      socket.write("HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
    "for nonsense": ({ socket }) => socket.write("hello\r\n\r\n"),
  };
  it.each(Object.entries(cut))(
    "comes over a connection that is cut %s, but the request may have arrived",
    async (_, handle) => {
      const url = await answering(handle);
      expect(await ask({ url, method: "PUT", body: "x" })).toMatchObject({ status: 0, sent: true });
    },
  );

  it("is what is too large", async () => {
    const url = await answering((_, response) => response.end("x".repeat(1001)));
    expect(await ask({ url })).toMatchObject({ status: 0, message: "the answer is larger than 1000 bytes" });
  });

  it("comes after the run has been interrupted, at once", async () => {
    const controller = new AbortController();
    const url = await answering(() => controller.abort());
    const interrupted = { status: 0, message: "the run was interrupted" };
    expect(await ask({ url }, {}, controller.signal)).toMatchObject({ ...interrupted, sent: true });
    expect(await ask({ url }, {}, controller.signal)).toMatchObject({ ...interrupted, sent: false });
  });
});

describe("every wait has an end", () => {
  collectAllTheTime();

  /** Accepts connections and says nothing. */
  const silent = () => net.createServer((socket) => void socket.resume());

  it("for a first sign of life", async () => {
    const url = await serving(silent());
    expect(await ask({ url }, { silence: 100 })).toEqual({
      status: 0,
      sent: true,
      message: "no sign of life within 0.1 s",
    });
  });

  it("for a connection that is encrypted", async () => {
    const url = await serving(silent(), "https");
    expect(await ask({ url }, { connect: 100 })).toEqual({
      status: 0,
      sent: false,
      message: "no connection within 0.1 s",
    });
  });

  it("and the connection with it", async () => {
    const server = silent();
    const closed = new Promise((resolve) => server.on("connection", (socket) => socket.on("close", resolve)));
    await ask({ url: await serving(server) }, { silence: 50 });
    expect(await closed).toBe(false);
  });

  it("but not before it is over", async () => {
    const url = await answering((_, response) => void setTimeout(() => response.end("late"), 2_500));
    expect(await ask({ url }, { connect: 2_000 })).toMatchObject({ status: 200, body: "late" });
  });

  it("sooner where that is asked for", async () => {
    const url = await serving(silent());
    const answer = await ask({ url, limit: 100 });
    expect(answer).toMatchObject({ status: 0, message: "the answer did not end within 0.1 s" });
  });

  it("for the next sign of life", async () => {
    const url = await answering((_, response) => void response.writeHead(200).write("x"));
    expect(await ask({ url }, { silence: 100 })).toMatchObject({ status: 0, message: "no sign of life within 0.1 s" });
  });

  it("for an answer that drips", async () => {
    const url = await answering((_, response) => {
      const drip = setInterval(() => response.write("x"), 10);
      response.on("close", () => clearInterval(drip));
    });
    expect(await ask({ url }, { total: 300 })).toMatchObject({
      status: 0,
      message: "the answer did not end within 0.3 s",
    });
  });

  it("and words meanwhile", async () => {
    const url = await serving(silent());
    const told: number[] = [];
    await ask({ url, onWait: (seconds) => void told.push(seconds) }, { silence: 300, word: 20 });
    expect(told.length).toBeGreaterThan(0);
    const all = told.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(told).toHaveLength(all);
  });
});

describe("an encrypted connection", () => {
  const secret = () =>
    serving(
      https.createServer(certificate, (_, response) => response.end("secret")),
      "https",
    );

  it("is made with what is trusted beside Node's own certificates, and with nobody else", async () => {
    const url = await secret();
    expect(await ask({ url })).toMatchObject({
      status: 0,
      sent: false,
      message: expect.stringMatching(/self-signed certificate/),
    });
    expect(await ask({ url, ca: [certificate.cert] })).toMatchObject({ status: 200, body: "secret" });
    expect(await ask({ url })).toMatchObject({ status: 0, sent: false });
  });

  it("is refused for another name, and over plain HTTP", async () => {
    const other = (await secret()).replace("localhost", "[::ffff:127.0.0.1]");
    expect(await ask({ url: other, ca: [certificate.cert] })).toMatchObject({ status: 0, sent: false });
    const plain = (await answering((_, response) => response.end())).replace("http:", "https:");
    expect(await ask({ url: plain })).toMatchObject({
      status: 0,
      sent: false,
      message: expect.stringMatching(/EPROTO/),
    });
  });

  it("is not needed where a redirect leads to plain HTTP", async () => {
    const url = await answering((_, response) => response.end("open"));
    expect(await ask({ url, ca: [certificate.cert] })).toMatchObject({ status: 200, body: "open" });
  });

  it("is not made with certificates that are none", async () => {
    expect(await ask({ url: await secret(), ca: ["nonsense"] })).toMatchObject({ status: 0, sent: false });
  });
});
