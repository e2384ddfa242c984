import { describe, expect, it } from "vitest";
import { basic, bearer, parseChallenge } from "../../../src/registry/authorize.ts";

describe("parseChallenge", () => {
  it.each([
    ['Basic realm="registry"', { scheme: "basic", realm: "registry", service: "" }],
    ["basic", { scheme: "basic", realm: "", service: "" }],
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull"',
      { scheme: "bearer", realm: "https://auth.docker.io/token", service: "registry.docker.io" },
    ],
    [
      'bearer service="r", realm="https://a.com/t?x=1,2"',
      { scheme: "bearer", realm: "https://a.com/t?x=1,2", service: "r" },
    ],
    ["Negotiate", null],
    ["Basically nothing", null],
    ["", null],
    [null, null],
  ])("%s", (header, expected) => {
    expect(parseChallenge(header)).toEqual(expected);
  });
});

describe("basic", () => {
  it.each([
    [{ username: "robot", password: "a:b" }, "Basic cm9ib3Q6YTpi"],
    [{ username: "robot", password: "pässwörd" }, `Basic ${Buffer.from("robot:pässwörd").toString("base64")}`],
    // A token that stands for an identity is no password.
    [{ identityToken: "x" }, null],
  ])("%o", (credentials, expected) => {
    expect(basic(credentials)).toBe(expected);
  });
});

describe("bearer", () => {
  const challenge = { scheme: "bearer", realm: "https://a.com/token?account=x", service: "r.com" } as const;
  const scope = "repository:a/b:pull,push";

  /** Answers one request and keeps it. */
  function server(status: number, body: object, headers: Record<string, string> = {}) {
    const asked: Request[] = [];
    const fetch: typeof globalThis.fetch = (input, init) => {
      asked.push(new Request(input, init));
      return Promise.resolve(Response.json(body, { status, headers }));
    };
    return { asked, fetch };
  }

  it("asks the realm for the scope, with the password", async () => {
    const { asked, fetch } = server(200, { token: "abc" });
    const credentials = { username: "robot", password: "secret" };
    expect(await bearer(fetch, challenge, credentials, scope)).toBe("Bearer abc");
    const [request] = asked;
    const url = new URL(request!.url);
    expect(Object.fromEntries(url.searchParams)).toEqual({ account: "x", service: "r.com", scope });
    expect(request!.headers.get("authorization")).toBe(basic(credentials));
  });

  it("asks as nobody where there are no credentials", async () => {
    const { asked, fetch } = server(200, { access_token: "abc" });
    expect(await bearer(fetch, challenge, null, scope)).toBe("Bearer abc");
    expect(asked[0]!.headers.has("authorization")).toBe(false);
  });

  it("trades an identity token in, in the request's body", async () => {
    const { asked, fetch } = server(200, { access_token: "abc" });
    expect(await bearer(fetch, challenge, { identityToken: "refresh" }, scope)).toBe("Bearer abc");
    expect(asked[0]!.method).toBe("POST");
    expect(Object.fromEntries(new URLSearchParams(await asked[0]!.text()))).toMatchObject({
      grant_type: "refresh_token",
      refresh_token: "refresh",
      service: "r.com",
      scope,
    });
    expect(asked[0]!.url).not.toContain("refresh_token");
  });

  it.each([
    [401, {}],
    [403, {}],
    [200, {}],
  ])("gives nothing for an answer of %i without a token", async (status, body) => {
    expect(await bearer(server(status, body).fetch, challenge, null, scope)).toBeNull();
  });

  it.each([
    [429, 7000],
    [503, 7000],
  ])("lets a %i be tried again", async (status, retryAfter) => {
    const { fetch } = server(status, {}, { "retry-after": "7" });
    await expect(bearer(fetch, challenge, null, scope)).rejects.toMatchObject({ status, retryAfter });
  });
});
