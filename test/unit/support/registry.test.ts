import { createHash } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import type { HttpRequest } from "../../../src/host/host.ts";
import { createRegistry } from "../../support/registry/in-memory.js";
import { startRegistry } from "../../support/registry/registry.js";

const digestOf = (data: string) => `sha256:${createHash("sha256").update(data).digest("hex")}`;
const manifestType = "application/vnd.oci.image.manifest.v1+json";

async function registry(options?: Parameters<typeof startRegistry>[0]) {
  const started = await startRegistry(options);
  onTestFinished(started.close);
  const ask = (method: string, path: string, init: RequestInit = {}) =>
    fetch(`http://${started.host}/v2/${path}`, { method, ...init });
  const upload = (name: string, data: string) =>
    ask("POST", `${name}/blobs/uploads/?digest=${digestOf(data)}`, { body: data });
  const put = (name: string, reference: string, body: string) =>
    ask("PUT", `${name}/manifests/${reference}`, { body, headers: { "content-type": manifestType } });
  return { ...started, ask, upload, put };
}

const manifestOf = (config: string, ...layers: string[]) =>
  JSON.stringify({
    mediaType: manifestType,
    config: { digest: digestOf(config) },
    layers: layers.map((layer) => ({ digest: digestOf(layer) })),
  });

const codeOf = async (response: Response) =>
  ((await response.json()) as { errors: { code: string }[] }).errors.map(({ code }) => code);

it("gives back an image that was pushed, by tag and by digest", async () => {
  const { ask, upload, put } = await registry();
  for (const blob of ["config", "layer"]) expect((await upload("a/b", blob)).status).toBe(201);
  const manifest = manifestOf("config", "layer");
  const digest = digestOf(manifest);
  expect((await put("a/b", "latest", manifest)).headers.get("docker-content-digest")).toBe(digest);
  for (const reference of ["latest", digest]) {
    const response = await ask("GET", `a/b/manifests/${reference}`);
    expect(response.headers.get("content-type")).toBe(manifestType);
    expect(response.headers.get("docker-content-digest")).toBe(digest);
    expect(await response.text()).toBe(manifest);
  }
  const head = await ask("HEAD", "a/b/manifests/latest");
  expect(head.headers.get("content-length")).toBe(String(manifest.length));
  expect(await head.text()).toBe("");
  expect(await (await ask("GET", `a/b/blobs/${digestOf("layer")}`)).text()).toBe("layer");
});

it("takes a blob in pieces", async () => {
  const { ask, host } = await registry();
  const opened = await ask("POST", "a/blobs/uploads/");
  expect(opened.status).toBe(202);
  const at = `http://${host}${opened.headers.get("location")}`;
  const first = await fetch(at, { method: "PATCH", body: "one ", headers: { "content-range": "0-3" } });
  expect([first.status, first.headers.get("range")]).toEqual([202, "0-3"]);
  const gap = await fetch(at, { method: "PATCH", body: "late", headers: { "content-range": "9-12" } });
  expect(gap.status).toBe(416);
  expect((await fetch(at)).headers.get("range")).toBe("0-3");
  expect((await fetch(`${at}?digest=${digestOf("one two")}`, { method: "PUT", body: "two" })).status).toBe(201);
  expect((await ask("HEAD", `a/blobs/${digestOf("one two")}`)).headers.get("content-length")).toBe("7");
  expect((await fetch(at)).status).toBe(404);
});

it("forgets an upload that is cancelled", async () => {
  const { ask, host } = await registry();
  const at = `http://${host}${(await ask("POST", "a/blobs/uploads/")).headers.get("location")}`;
  expect((await fetch(at, { method: "DELETE" })).status).toBe(204);
  expect((await fetch(`${at}?digest=${digestOf("")}`, { method: "PUT" })).status).toBe(404);
});

it("gives a blob only to repositories that have it, by a push or a mount", async () => {
  const { ask, upload, transfers } = await registry();
  await upload("a", "layer");
  const digest = digestOf("layer");
  expect((await ask("HEAD", `b/blobs/${digest}`)).status).toBe(404);
  expect((await ask("POST", `b/blobs/uploads/?mount=${digest}&from=a`)).status).toBe(201);
  expect((await ask("GET", `b/blobs/${digest}`)).status).toBe(200);
  // What cannot be mounted is to be sent.
  expect((await ask("POST", `c/blobs/uploads/?mount=${digest}&from=nobody`)).status).toBe(202);
  expect((await ask("POST", `c/blobs/uploads/?mount=${digest}`)).status).toBe(202);
  const size = 5;
  expect(transfers).toEqual({
    uploads: [{ repository: "a", digest, size }],
    mounts: [{ repository: "b", digest, size }],
    downloads: [{ repository: "b", digest, size }],
  });
});

it("refuses what is wrong, and keeps nothing of it", async () => {
  const { ask, upload, put, host } = await registry();
  const wrong = await ask("POST", `a/blobs/uploads/?digest=${digestOf("other")}`, { body: "layer" });
  expect([wrong.status, await codeOf(wrong)]).toEqual([400, ["DIGEST_INVALID"]]);
  expect((await ask("HEAD", `a/blobs/${digestOf("other")}`)).status).toBe(404);
  await upload("a", "config");
  const incomplete = await put("a", "latest", manifestOf("config", "never sent"));
  expect([incomplete.status, await codeOf(incomplete)]).toEqual([400, ["MANIFEST_BLOB_UNKNOWN"]]);
  const child = JSON.stringify({ manifests: [{ digest: digestOf("never sent") }] });
  expect(await codeOf(await put("a", "index", child))).toEqual(["MANIFEST_BLOB_UNKNOWN"]);
  expect(await codeOf(await put("a", "latest", "no JSON"))).toEqual(["MANIFEST_INVALID"]);
  expect(await codeOf(await put("a", digestOf("other"), manifestOf("config")))).toEqual(["DIGEST_INVALID"]);
  expect(await codeOf(await ask("GET", "a/manifests/latest"))).toEqual(["MANIFEST_UNKNOWN"]);
  expect(await codeOf(await ask("GET", "nobody/tags/list"))).toEqual(["NAME_UNKNOWN"]);
  expect(await codeOf(await ask("DELETE", "a/manifests/latest"))).toEqual(["DIGEST_INVALID"]);
  expect(await codeOf(await ask("DELETE", `a/manifests/${digestOf("never sent")}`))).toEqual(["MANIFEST_UNKNOWN"]);
  expect((await ask("PATCH", "a/manifests/latest")).status).toBe(405);
  expect((await fetch(`http://${host}/v1/`)).status).toBe(404);
});

it("lists repositories and tags, all or page by page", async () => {
  const { ask, upload, put, host } = await registry();
  for (const name of ["b", "a/x"]) await upload(name, "config");
  for (const tag of ["c", "a", "b"]) await put("b", tag, manifestOf("config"));
  expect(await (await ask("GET", "_catalog")).json()).toEqual({ repositories: ["a/x", "b"] });
  expect(await (await ask("GET", "b/tags/list")).json()).toEqual({ name: "b", tags: ["a", "b", "c"] });
  const pages: unknown[] = [];
  for (let next: string | undefined = "/v2/b/tags/list?n=2"; next !== undefined;) {
    const page: Response = await fetch(`http://${host}${next}`);
    pages.push(((await page.json()) as { tags: string[] }).tags);
    next = /^<(.+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1];
  }
  expect(pages).toEqual([["a", "b"], ["c"]]);
});

it("lets a hook answer in its place, or drop the connection", async () => {
  const { ask, upload, requests } = await registry({
    beforeRequest: async ({ method, path, query }) => {
      if (method === "POST" && query.has("digest"))
        return { status: 429, headers: { "retry-after": "1" }, body: "slow down" };
      return path.endsWith("/manifests/broken") ? "reset" : undefined;
    },
  });
  const refused = await upload("a", "layer");
  expect([refused.status, refused.headers.get("retry-after"), await refused.text()]).toEqual([429, "1", "slow down"]);
  await expect(ask("GET", "a/manifests/broken")).rejects.toThrow("fetch failed");
  expect((await ask("GET", "")).status).toBe(200);
  expect(requests.map(({ method, path, status }) => [method, path, status])).toEqual([
    ["POST", "/v2/a/blobs/uploads/", 429],
    ["GET", "/v2/a/manifests/broken", 0],
    ["GET", "/v2/", 200],
  ]);
});

it("answers a mistake in the hook with its message", async () => {
  const { ask } = await registry({
    beforeRequest: () => {
      throw new Error("a mistake");
    },
  });
  const response = await ask("GET", "");
  expect([response.status, await response.text()]).toEqual([500, "Error: a mistake"]);
});

describe("without a network", () => {
  const request = (
    method: HttpRequest["method"],
    url: string,
    headers: Record<string, string> = {},
    body?: string,
  ) => ({
    method,
    url,
    headers,
    ...(body === undefined ? {} : { body }),
  });

  it("stands for any number of registries, which know nothing of each other", async () => {
    const { handle, putImage, tags, digest } = createRegistry();
    const content = { labels: { b: "2", a: "1" }, layers: ["sha256:one"] };
    const put = putImage("r.io/p/base", "t1", content);
    expect(putImage("docker.io/acme/app", "t2", { ...content, labels: { a: "1", b: "2" } })).toBe(put);
    expect(putImage("r.io/p/base", "t3", { ...content, layers: [] })).not.toBe(put);
    expect([tags("r.io/p/base"), tags("other.io/p/base"), tags("r.io/p/nothing")]).toEqual([["t1", "t3"], [], []]);
    expect([digest("r.io/p/base", "t1"), digest("r.io/p/base", "t2")]).toEqual([put, null]);
    const hub = await handle(request("GET", "https://registry-1.docker.io/v2/acme/app/manifests/t2"));
    expect(hub.status).toBe(200);
    expect((await handle(request("GET", "https://other.io/v2/p/base/manifests/t1"))).status).toBe(404);
  });

  it("gives and takes over requests what is put and read directly", async () => {
    const { handle, putImage, manifest, image, tags } = createRegistry();
    const digest = putImage("r.io/p/base", "t1", { labels: { a: "1" }, layers: ["sha256:one"] });
    const got = await handle(request("GET", "https://r.io/v2/p/base/manifests/t1"));
    expect(got).toEqual({
      status: 200,
      headers: expect.objectContaining({ "content-type": manifestType, "docker-content-digest": digest }) as unknown,
      body: manifest("r.io/p/base", digest),
    });
    const headers = { "Content-Type": manifestType };
    const url = "https://r.io/v2/p/base/manifests/latest";
    expect((await handle(request("PUT", url, headers, "body" in got ? got.body : ""))).status).toBe(201);
    expect(tags("r.io/p/base")).toEqual(["latest", "t1"]);
    expect(image("r.io/p/base", "latest")).toEqual({ labels: { a: "1" }, layers: ["sha256:one"], digest });
    expect([image("r.io/p/base", "nothing"), manifest("r.io/p/nothing", "t1")]).toEqual([null, null]);
    expect(await handle(request("HEAD", url))).toMatchObject({ status: 200, body: "" });
  });

  it("answers a connection that is dropped as one that broke", async () => {
    const { handle } = createRegistry({ beforeRequest: () => "reset" });
    expect(await handle(request("GET", "https://r.io/v2/"))).toMatchObject({ status: 0, sent: true });
  });

  it("wants a login where there are accounts", async () => {
    const { handle } = createRegistry({ accounts: { "r.io": { username: "me", password: "secret" } } });
    const ask = async (url: string, login?: string) =>
      (await handle(request("GET", url, login === undefined ? {} : { Authorization: `Basic ${btoa(login)}` }))).status;
    expect(await ask("https://r.io/v2/")).toBe(401);
    expect(await ask("https://r.io/v2/", "me:guess")).toBe(401);
    expect(await ask("https://r.io/v2/", "me:secret")).toBe(200);
    expect(await ask("https://other.io/v2/")).toBe(200);
  });

  it.each([
    ["a", "b"],
    ["b", "a"],
  ])("carries requests out in the order that a test decides on: %s, then %s", async (first, last) => {
    const gates = new Map<string, () => void>();
    const { handle, putImage, manifest, digest, requests } = createRegistry({
      schedule: ({ headers }) => new Promise((resolve) => gates.set(String(headers.client), resolve)),
    });
    const writes = ["a", "b"].map((client) => {
      const body = manifest("r.io/p/base", putImage("r.io/p/base", client, { layers: [client] })) ?? "";
      const headers = { client, "content-type": manifestType };
      return handle(request("PUT", "https://r.io/v2/p/base/manifests/latest", headers, body));
    });
    for (const client of [first, last]) {
      expect(digest("r.io/p/base", "latest")).toBe(client === first ? null : digest("r.io/p/base", first));
      gates.get(client)?.();
      await writes[client === "a" ? 0 : 1];
    }
    expect(digest("r.io/p/base", "latest")).toBe(digest("r.io/p/base", last));
    expect(requests.map(({ headers }) => headers.client)).toEqual([first, last]);
  });
});
