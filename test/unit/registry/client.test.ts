import http from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Credentials } from "../../../src/registry/credentials.ts";
import { type RepositoryClient, repositoryClient } from "../../../src/registry/client.ts";

type Handler = (request: http.IncomingMessage, response: http.ServerResponse, body: string) => void;

/** A registry that answers as the test says, and a client for its repository a/b. */
async function registry(
  handle: Handler,
  credentials: Credentials | null = null,
  signal = new AbortController().signal,
) {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => handle(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  onTestFinished(() => server.closeAllConnections());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = repositoryClient({ fetch: globalThis.fetch, origin, path: "a/b", credentials, signal });
  return { client, asked, origin };
}

const robot = { username: "robot", password: "secret" };
const json = (response: http.ServerResponse, body: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

describe("a repository", () => {
  it("gives a manifest as it is, and takes it back byte for byte", async () => {
    const text = '{ "schemaVersion":2,\n"layers":[] }';
    const type = "application/vnd.oci.image.manifest.v1+json";
    let put = { type: "", body: "" };
    const { client } = await registry((request, response, body) => {
      if (request.method === "PUT") {
        put = { type: request.headers["content-type"] ?? "", body };
        response.writeHead(201, { "docker-content-digest": "sha256:abc" }).end();
      } else response.writeHead(200, { "content-type": type, "docker-content-digest": "sha256:abc" }).end(text);
    });
    const manifest = await client.manifest("1.2.3");
    expect(manifest).toEqual({ digest: "sha256:abc", mediaType: type, body: text });
    expect(await client.put("latest", manifest!)).toBe("sha256:abc");
    expect(put).toEqual({ type, body: text });
  });

  it("works the digest out where the registry does not tell it", async () => {
    const { client } = await registry((_, response) => json(response, {}));
    const digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    expect((await client.manifest("1"))!.digest).toBe(digest);
  });

  it("reads its tags page by page", async () => {
    const pages: Record<string, { tags: string[] | null; link?: string }> = {
      "/v2/a/b/tags/list?n=1000": { tags: ["1", "2"], link: '</v2/a/b/tags/list?n=1000&last=2>; rel="next"' },
      "/v2/a/b/tags/list?n=1000&last=2": { tags: ["3"], link: '<tags/list?last=3>; rel="next"' },
      "/v2/a/b/tags/tags/list?last=3": { tags: null },
    };
    const { client, asked } = await registry(({ url }, response) => {
      const { tags, link } = pages[url ?? ""]!;
      json(response, { name: "a/b", tags }, link === undefined ? {} : { link });
    });
    expect(await client.tags()).toEqual(["1", "2", "3"]);
    expect(asked).toHaveLength(3);
  });

  it("has no manifest and no tags where there is no repository", async () => {
    const { client } = await registry((_, response) => response.writeHead(404).end());
    expect(await client.manifest("1")).toBeNull();
    expect(await client.tags()).toEqual([]);
  });
});

describe("a login", () => {
  /** Wants `authorization` for everything but the token. */
  const guarded =
    (challenge: string, authorization: string): Handler =>
    (request, response) => {
      if (request.url?.startsWith("/token")) json(response, { token: "abc" });
      else if (request.headers.authorization === authorization) json(response, {});
      else response.writeHead(401, { "www-authenticate": challenge }).end("no");
    };

  it("is a password where the registry wants one, and is asked for once", async () => {
    const { client, asked } = await registry(guarded('Basic realm="x"', "Basic cm9ib3Q6c2VjcmV0"), robot);
    await client.manifest("1");
    await client.manifest("2");
    expect(asked).toEqual(["GET /v2/a/b/manifests/1", "GET /v2/a/b/manifests/1", "GET /v2/a/b/manifests/2"]);
  });

  it("is a token where the registry names who gives it", async () => {
    let origin = "";
    const server = await registry((request, response, body) => {
      guarded(`Bearer realm="${origin}/token",service="s"`, "Bearer abc")(request, response, body);
    }, robot);
    origin = server.origin;
    expect(await server.client.manifest("1")).not.toBeNull();
    expect(server.asked[1]).toBe("GET /token?service=s&scope=repository%3Aa%2Fb%3Apull%2Cpush");
  });

  it.each([
    ["there are no credentials", null],
    ["they are wrong", { username: "robot", password: "other" }],
    ["they are a token, which is no password", { identityToken: "x" }],
  ])("fails with the registry's 401 where %s", async (_, credentials) => {
    const { client } = await registry(guarded('Basic realm="x"', "Basic cm9ib3Q6c2VjcmV0"), credentials);
    await expect(client.manifest("1")).rejects.toMatchObject({ name: "RegistryError", status: 401 });
  });
});

describe("a refusal", () => {
  it.each([
    [{ "retry-after": "7" }, 7000],
    [{ "retry-after": "Fri, 10 Jan 2020 00:00:07 GMT", date: "Fri, 10 Jan 2020 00:00:00 GMT" }, 7000],
    [{ "retry-after": "Fri, 10 Jan 2020 00:00:07 GMT", date: "Fri, 10 Jan 2020 00:00:09 GMT" }, 0],
    [{ "retry-after": "soon" }, 0],
    [{ "retry-after": "-5" }, 0],
    [{}, 0],
  ])("says how long to wait: %o", async (headers, retryAfter) => {
    const { client } = await registry((_, response) => response.writeHead(429, headers).end("slow down"));
    const error = { name: "RegistryError", status: 429, retryAfter, message: expect.stringContaining("slow down") };
    await expect(client.tags()).rejects.toMatchObject(error);
  });

  const html: Handler = (_, response) => response.writeHead(200).end("<html>Log in</html>");
  const cut: Handler = (_, response) => {
    response.writeHead(200, { "content-length": "100" }).write("{");
    setTimeout(() => response.destroy(), 20);
  };
  const reset: Handler = ({ socket }) => socket.destroy();
  const ways: [string, (client: RepositoryClient) => Promise<unknown>][] = [
    ["manifest", (client) => client.manifest("1")],
    ["tags", (client) => client.tags()],
    ["json", (client) => client.json("sha256:abc")],
  ];
  it.each(
    ways.flatMap(([name, act]) =>
      Object.entries({ html, cut, reset }).map(([fault, handle]) => ({
        name,
        act,
        fault,
        handle,
      })),
    ),
  )("is what $fault comes to for $name", async ({ act, handle }) => {
    const { client } = await registry(handle);
    await expect(act(client)).rejects.toMatchObject({ name: "RegistryError", status: 0 });
  });

  it("is not what a signal comes to", async () => {
    const controller = new AbortController();
    const { client } = await registry(() => controller.abort(new Error("stopped")), null, controller.signal);
    await expect(client.manifest("1")).rejects.toThrow("stopped");
  });
});
