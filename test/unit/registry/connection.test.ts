import { describe, expect, it } from "vitest";
import type { HttpRequest } from "../../../src/host/host.ts";
import { parseRepository } from "../../../src/core/reference.ts";
import { openRegistries } from "../../../src/registry/registries.ts";
import { bearer, guarded, loggedIn, registry, robot, type Said, type Setup } from "./fake.ts";

const manifest = { digest: "sha256:abc", mediaType: "application/json", body: "{}" };

describe("patience", () => {
  /** Answers each request twice with `busy`, and then well. */
  const busy = (answer: Said, well: (request: HttpRequest) => Said) => {
    const times = new Map<string, number>();
    return (request: HttpRequest): Said => {
      const key = `${request.method} ${request.url} ${request.headers["authorization"]}`;
      times.set(key, (times.get(key) ?? 0) + 1);
      return times.get(key)! <= 2 ? answer : well(request);
    };
  };

  it.each<[string, Said]>([
    ["busy", { status: 429, headers: { "retry-after": "3" } }],
    ["unwell", { status: 503 }],
    ["not there for a moment", { none: "ECONNRESET", sent: true }],
  ])("is had with each request by itself where the registry is %s", async (_, answer) => {
    const { client, said } = registry(busy(answer, guarded(bearer, "Bearer abc")));
    expect(await client.manifest("1")).toMatchObject({ body: "{}" });
    expect(await client.digest("1")).toMatch(/^sha256:/);
    // Without a pass, for the token, with a pass; then HEAD and, as that tells nothing, GET was known.
    expect(said).toHaveLength(8);
    expect(said[0]).toMatch(/^a\.com: b\/c:1: .*; trying again in 3\.0 s \(2 of 5\)$|^a\.com: b\/c:1: .*0\.8 s/);
  });

  it("ends after five times, with the last answer", async () => {
    const { client, requests } = registry(() => ({ status: 503 }));
    expect(await client.tags()).toMatchObject({ status: 503, code: "transient", passing: true });
    expect(requests).toHaveLength(5);
  });

  it("does not add up where no token is to be had", async () => {
    const { client, requests } = registry(guarded(bearer, "", () => ({ status: 503 })));
    expect(await client.manifest("1")).toMatchObject({ status: 503, passing: true });
    expect(requests).toHaveLength(6);
  });

  it("ends sooner where there is no answer at all", async () => {
    const setup = registry(() => {
      void setup.host.sleep(30_000);
      return { none: "no sign of life within 30 s", sent: true };
    });
    expect(await setup.client.digest("1")).toMatchObject({ status: 0, code: "registry-down", lost: false });
    expect(setup.requests).toHaveLength(2);
  });

  it("ends with the run", async () => {
    const controller = new AbortController();
    const { client, requests } = registry(
      () => {
        controller.abort(new Error("SIGTERM"));
        return { none: "the run was interrupted", sent: true };
      },
      { signal: controller.signal },
    );
    expect(await client.digest("1")).toMatchObject({ code: "interrupted", passing: false });
    expect(requests).toHaveLength(1);
  });

  it("ends with the run in the middle of a pause", async () => {
    const controller = new AbortController();
    const { host, requests } = registry(() => ({ status: 503 }), { signal: controller.signal });
    const sleep = async () => {
      controller.abort(new Error("SIGTERM"));
      throw new Error("SIGTERM");
    };
    const options = { env: {}, dockerConfig: "/nonexistent", settings: {}, directory: "/", say: () => undefined };
    const registries = openRegistries({ ...options, host: { ...host, sleep } });
    const refusal = await registries.repository(parseRepository("a.com/b")).digest("1");
    expect(refusal).toMatchObject({ code: "interrupted", passing: false, closed: false });
    expect(requests).toHaveLength(1);
  });

  it("is told of while an answer is long in coming", async () => {
    const { client, said } = registry(({ onWait }) => {
      onWait?.(10);
      return { status: 404 };
    });
    await client.digest("1");
    expect(said).toEqual(["a.com: b/c:1: no answer for 10 s, still waiting"]);
  });
});

describe("a redirect", () => {
  const to = (location: string, status = 307): Said => ({ status, headers: { location } });

  it.each([301, 302, 303, 307, 308])("of a read is followed (%d), and the login is not for others", async (status) => {
    const { client, requests } = registry(
      ({ url, headers }) => {
        if (url.startsWith("https://store.com/")) return { body: "{}" };
        if (headers["authorization"] !== robot) return { status: 401, headers: { "www-authenticate": "Basic" } };
        return url.endsWith("/1") ? to("/v2/b/c/manifests/2", status) : to("https://store.com/x", status);
      },
      { env: loggedIn() },
    );
    expect(await client.manifest("1")).toMatchObject({ body: "{}" });
    expect(requests.slice(1).map(({ url, headers }) => [url, headers["authorization"]])).toEqual([
      ["https://a.com/v2/b/c/manifests/1", robot],
      ["https://a.com/v2/b/c/manifests/2", robot],
      ["https://store.com/x", undefined],
    ]);
  });

  it("of a write is followed only where it stays a write", async () => {
    const moved = (status: number) =>
      registry(({ url }) => (url.endsWith("/1") ? to("/v2/b/c/manifests/2", status) : { status: 201 }));
    const [good, bad] = [moved(308), moved(302)];
    expect(await good.client.put("1", manifest)).toEqual({ digest: "sha256:abc" });
    expect(good.requests[1]).toMatchObject({ method: "PUT", body: "{}" });
    expect(await bad.client.put("1", manifest)).toMatchObject({ status: 302 });
  });

  it.each<[string, Said]>([
    ["leads round in a circle", to("/v2/b/c/manifests/1")],
    ["leads nowhere", { status: 307 }],
    ["leads to nonsense", to("http://")],
  ])("is not followed where it %s", async (_, answer) => {
    const { client, requests } = registry(() => answer);
    expect(await client.manifest("1")).toMatchObject({ passing: false });
    expect(requests.length).toBeLessThan(7);
  });
});

describe("a registry", () => {
  it.each<[string, Said, string]>([
    ["is content", {}, "yes"],
    ["wants a login", { status: 401 }, "yes"],
    ["is unwell", { status: 503 }, "yes"],
    ["takes the question and says nothing", { none: "the answer did not end within 10 s", sent: true }, "mute"],
    ["cannot be reached", { none: "ECONNREFUSED", sent: false }, "away"],
  ])("that %s is asked a cheap question", async (_, said, expected) => {
    const { registries, requests } = registry(() => said, { settings: { "a.com:5000": { insecure: true } } });
    expect(await registries.answers("a.com:5000")).toBe(expected);
    expect(requests).toMatchObject([{ method: "GET", url: "http://a.com:5000/v2/", limit: 10_000 }]);
  });

  it("is not mute because the run was interrupted", async () => {
    const signal = AbortSignal.abort("SIGTERM");
    const { registries } = registry(() => ({ none: "the run was interrupted", sent: true }), { signal });
    expect(await registries.answers("a.com")).toBe("away");
  });

  it("is asked with the certificates that are trusted for it", async () => {
    const asked = registry(() => ({}), { settings: { "a.com": { ca: "/nonexistent.pem" } } });
    await asked.registries.answers("a.com");
    expect(asked.said).toEqual([expect.stringContaining("registries.a.com.ca")]);
  });
});

describe("a registry's address", () => {
  it.each<[string, Setup["settings"], string]>([
    ["a.com/b", {}, "https://a.com/v2/b/"],
    ["a.com:5000/b", { "a.com:5000": { insecure: true } }, "http://a.com:5000/v2/b/"],
    ["localhost:5000/b", {}, "http://localhost:5000/v2/b/"],
    ["127.0.0.1/b", {}, "http://127.0.0.1/v2/b/"],
    ["localhost:5000/b", { "localhost:5000": { insecure: false } }, "https://localhost:5000/v2/b/"],
    ["localhost:5000/b", { "localhost:5000": { ca: "ca.pem" } }, "https://localhost:5000/v2/b/"],
    ["b", {}, "https://registry-1.docker.io/v2/library/b/"],
  ])("of %s with %o is %s", async (name, settings, start) => {
    const { client, requests } = registry(() => ({ status: 404 }), { name, settings: settings ?? {} });
    await client.digest("1");
    expect(requests[0]!.url).toBe(`${start}manifests/1`);
  });

  it("has one client for each repository", () => {
    const { registries } = registry(() => ({}));
    const at = (name: string) => registries.repository(parseRepository(name));
    expect(at("a.com/b")).toBe(at("a.com/b"));
    expect(at("a.com/b")).not.toBe(at("a.com/c"));
  });
});
