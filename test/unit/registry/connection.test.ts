import { describe, expect, it } from "vitest";
import type { HttpRequest } from "../../../src/host/host.ts";
import { parseRepository } from "../../../src/core/reference.ts";
import { loggedIn, registry, type Said, type Setup } from "./fake.ts";

const manifest = { digest: "sha256:abc", mediaType: "application/json", body: "{}" };
const robot = "Basic cm9ib3Q6c2VjcmV0";
const bearer = 'Bearer realm="https://auth.com/token",service="s"';

/** Wants `authorization` for everything; tokens are had from auth.com. */
const guarded =
  (
    challenge: string,
    authorization: string,
    token: (request: HttpRequest) => Said = () => ({ body: { token: "abc" } }),
  ) =>
  (request: HttpRequest): Said => {
    if (request.url.startsWith("https://auth.com/")) return token(request);
    if (request.headers["authorization"] === authorization) return { body: "{}" };
    return { status: 401, headers: { "www-authenticate": challenge } };
  };

describe("a login", () => {
  it("is a password where the registry wants one, and is asked for once", async () => {
    const { client, asked } = registry(guarded('Basic realm="x"', robot), { env: loggedIn() });
    expect(await client.manifest("1")).toMatchObject({ body: "{}" });
    expect(await client.manifest("2")).toMatchObject({ body: "{}" });
    expect(asked()).toEqual(["GET /v2/b/c/manifests/1", "GET /v2/b/c/manifests/1", "GET /v2/b/c/manifests/2"]);
  });

  it("is a token for reading alone, and another one for writing", async () => {
    const { client, requests, asked } = registry(guarded(bearer, "Bearer abc"), { env: loggedIn() });
    await client.manifest("1");
    await client.manifest("2");
    await client.put("3", manifest);
    expect(asked()).toEqual([
      "GET /v2/b/c/manifests/1",
      "GET https://auth.com/token?service=s&scope=repository%3Ab%2Fc%3Apull",
      "GET /v2/b/c/manifests/1",
      "GET /v2/b/c/manifests/2",
      "PUT /v2/b/c/manifests/3",
      "GET https://auth.com/token?service=s&scope=repository%3Ab%2Fc%3Apull%2Cpush",
      "PUT /v2/b/c/manifests/3",
    ]);
    expect(requests[1]!.headers["authorization"]).toBe(robot);
  });

  it("is made once for requests that are under way together", async () => {
    const { client, asked } = registry(guarded(bearer, "Bearer abc"));
    await Promise.all([client.manifest("1"), client.manifest("2"), client.manifest("3")]);
    expect(asked().filter((line) => line.includes("auth.com"))).toHaveLength(1);
  });

  it("asks for what the registry says that it takes", async () => {
    const scope = "repository:b/c:pull,metadata_read repository:b/x:pull";
    const { client, asked } = registry(guarded(`${bearer},scope="${scope}"`, "Bearer abc"));
    await client.manifest("1");
    expect(new URL(asked()[1]!.slice("GET ".length)).searchParams.getAll("scope")).toEqual([
      "repository:b/c:pull,metadata_read",
      "repository:b/x:pull",
    ]);
  });

  it.each<[string, object]>([
    ["token", { token: "abc" }],
    ["access_token", { access_token: "abc" }],
    ["an empty token beside it", { token: "", access_token: "abc" }],
    ["no token beside it", { token: null, access_token: "abc" }],
  ])("takes %s", async (_, body) => {
    const { client } = registry(guarded(bearer, "Bearer abc", () => ({ body })));
    expect(await client.manifest("1")).toMatchObject({ body: "{}" });
  });

  it.each<[string, string, Said]>([
    ["the answer has none", bearer, { body: { token: "" } }],
    ["the answer is a page", bearer, { body: "<html>" }],
    ["nobody gives one", 'Bearer realm="nowhere"', { status: 500 }],
    ["the registry does not say how", "", { status: 500 }],
    ["the way is not known to us", "Negotiate", { status: 500 }],
  ])("comes to nothing where %s", async (_, challenge, token) => {
    const { client } = registry(
      guarded(challenge, "Bearer abc", () => token),
      { env: loggedIn() },
    );
    expect(await client.manifest("1")).toMatchObject({ status: 401, closed: true, code: "unauthorized" });
  });

  it("comes to what the giver of tokens says against it", async () => {
    const { client, requests } = registry(
      guarded(bearer, "Bearer abc", () => ({ status: 401, body: { details: "incorrect username or password" } })),
      { env: loggedIn() },
    );
    const message = "the login for b/c: the registry answered 401: incorrect username or password";
    expect(await client.manifest("1")).toMatchObject({ message, status: 401, closed: true, passing: false });
    expect(requests).toHaveLength(2);
  });

  it("comes to the registry's 401 where the password is wrong, there is none, or only a token", async () => {
    const wrong = loggedIn({ username: "robot", password: "other" });
    for (const env of [wrong, {}, loggedIn({ identitytoken: "t" })]) {
      const { client, requests } = registry(guarded('Basic realm="x"', robot), { env });
      expect(await client.manifest("1")).toMatchObject({ status: 401, closed: true });
      expect(requests.length).toBeLessThan(3);
    }
  });

  it("takes the password where both are offered and no token is to be had", async () => {
    const token = (): Said => ({ status: 403 });
    const { client } = registry(guarded(`${bearer}, Basic realm="x"`, robot, token), { env: loggedIn() });
    expect(await client.manifest("1")).toMatchObject({ body: "{}" });
  });

  it("exchanges an identity token", async () => {
    const { client, requests } = registry(guarded(bearer, "Bearer abc"), { env: loggedIn({ identitytoken: "t" }) });
    expect(await client.manifest("1")).toMatchObject({ body: "{}" });
    expect(requests[1]).toMatchObject({ method: "POST", url: "https://auth.com/token" });
    expect(Object.fromEntries(new URLSearchParams(requests[1]!.body))).toEqual({
      grant_type: "refresh_token",
      refresh_token: "t",
      client_id: "multistage-build",
      service: "s",
      scope: "repository:b/c:pull",
    });
  });

  it("is a registry's token as it stands", async () => {
    const { client } = registry(guarded(bearer, "Bearer t"), { env: loggedIn({ registrytoken: "t" }) });
    expect(await client.manifest("1")).toMatchObject({ body: "{}" });
    const refused = registry(guarded(bearer, "Bearer other"), { env: loggedIn({ registrytoken: "t" }) });
    expect(await refused.client.manifest("1")).toMatchObject({ status: 401 });
    expect(refused.requests).toHaveLength(2);
  });

  it("is made again when its token has expired, and not for ever", async () => {
    let given = 0;
    const token = (): Said => ({ body: { token: `t${++given}`, expires_in: 60 } });
    const { client, host } = registry((request) => guarded(bearer, `Bearer t${given}`, token)(request));
    expect(await client.manifest("1")).toMatchObject({ body: "{}" });
    await host.sleep(61_000);
    expect(await client.manifest("1")).toMatchObject({ body: "{}" });
    expect(given).toBe(2);
    const never = registry(guarded(bearer, "", () => ({ body: { token: `t${++given}`, expires_in: 1 } })));
    expect(await never.client.manifest("1")).toMatchObject({ status: 401 });
    expect(never.requests.length).toBeLessThan(8);
  });

  it("is made again where a token expired in a long wait", async () => {
    let [given, busy] = [0, true];
    const { client } = registry((request) => {
      if (request.url.startsWith("https://auth.com/")) return { body: { token: `t${++given}` } };
      if (request.headers["authorization"] === "Bearer t1" && busy) {
        busy = false;
        return { status: 429, headers: { "retry-after": "120" } };
      }
      return request.headers["authorization"] === "Bearer t2"
        ? { body: "{}" }
        : { status: 401, headers: { "www-authenticate": bearer } };
    });
    expect(await client.manifest("1")).toMatchObject({ body: "{}" });
  });
});

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
    expect(await setup.client.digest("1")).toMatchObject({ status: 0, code: "registry-down" });
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
