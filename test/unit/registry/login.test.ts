import { describe, expect, it } from "vitest";
import { parseRepository } from "../../../src/core/reference.ts";
import { bearer, guarded, loggedIn, registry, robot, type Said } from "./fake.ts";

const manifest = { digest: "sha256:abc", mediaType: "application/json", body: "{}" };

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

  it("is a token for reading the other repository, too, from which a blob is mounted", async () => {
    const { client, registries, asked } = registry((request) => {
      if (request.method === "HEAD") return { status: 404 };
      return guarded(bearer, "Bearer abc")(request);
    });
    const body = JSON.stringify({ config: { digest: "sha256:def" } });
    // This one answers every POST with a 200: it has mounted nothing.
    expect(await client.bring({ ...manifest, body }, registries.repository(parseRepository("a.com/b/x")))).toBe(false);
    const token = asked().find((line) => line.includes("auth.com"))!;
    expect(asked()).toContain("POST /v2/b/c/blobs/uploads/?mount=sha256%3Adef&from=b%2Fx");
    expect(new URL(token.slice("GET ".length)).searchParams.getAll("scope")).toEqual([
      "repository:b/c:pull,push",
      "repository:b/x:pull",
    ]);
  });

  it("is a token for removing, where something is removed", async () => {
    const { client, asked } = registry(guarded(bearer, "Bearer abc"));
    expect(await client.remove("sha256:abc")).toBe("removed");
    expect(asked()[1]).toContain("scope=repository%3Ab%2Fc%3Apull%2Cdelete");
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
    expect(await client.tags()).toMatchObject({ message, status: 401, closed: true, passing: false });
    expect(requests).toHaveLength(2);
  });

  it("comes to the registry's 401 where the password is wrong, there is none, or only a token", async () => {
    const wrong = loggedIn({ username: "robot", password: "other" });
    for (const env of [wrong, {}, loggedIn({ identitytoken: "t" })]) {
      const { client, requests } = registry(guarded('Basic realm="x"', robot), { env });
      expect(await client.tags()).toMatchObject({ status: 401, closed: true });
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
    expect(await refused.client.tags()).toMatchObject({ status: 401 });
    expect(refused.requests).toHaveLength(2);
  });

  it("is not made again where it was good and something else is refused", async () => {
    const { client, asked } = registry(
      (request) => {
        const answer = guarded("Basic", robot)(request);
        return request.url.endsWith("/none") ? { status: 401, headers: { "www-authenticate": "Basic" } } : answer;
      },
      { env: loggedIn() },
    );
    await client.manifest("1");
    expect(await client.manifest("none")).toMatchObject({ status: 401, closed: true });
    expect(asked().filter((line) => line.endsWith("/none"))).toHaveLength(1);
  });

  it("is made again when its token has expired, and not for ever", async () => {
    let given = 0;
    const token = (): Said => ({ body: { token: `t${++given}`, expires_in: 60 } });
    const { client, host } = registry((request) => guarded(bearer, `Bearer t${given}`, token)(request));
    expect(await client.manifest("1")).toMatchObject({ body: "{}" });
    // It may be on the way for a while.
    await host.sleep(51_000);
    expect(await client.manifest("1")).toMatchObject({ body: "{}" });
    expect(given).toBe(2);
    const never = registry(guarded(bearer, "", () => ({ body: { token: `t${++given}`, expires_in: 1 } })));
    expect(await never.client.tags()).toMatchObject({ status: 401 });
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
