import { describe, expect, it } from "vitest";
import { proxyFor } from "../../../src/registry/proxy.ts";
import { registry } from "./fake.ts";

const both = { HTTP_PROXY: "http://plain:1", HTTPS_PROXY: "http://secure:2" };

describe("the proxy for an address", () => {
  it.each<[Record<string, string>, string, string | null]>([
    [{}, "https://a.com/v2/", null],
    [both, "https://a.com/v2/", "http://secure:2"],
    [both, "http://a.com/v2/", "http://plain:1"],
    [{ https_proxy: "http://lower:3" }, "https://a.com/", "http://lower:3"],
    [{ http_proxy: "http://lower:3" }, "http://a.com/", "http://lower:3"],
    [{ ...both, https_proxy: "http://lower:3" }, "https://a.com/", "http://secure:2"],
    [{ HTTPS_PROXY: "", https_proxy: "http://lower:3" }, "https://a.com/", "http://lower:3"],
    [{ HTTPS_PROXY: "secure:2" }, "https://a.com/", "http://secure:2"],
    [{ HTTP_PROXY: "http://plain:1" }, "https://a.com/", null],
  ])("with %o for %s is %s", (env, url, expected) => {
    expect(proxyFor(env, url)).toBe(expected);
  });

  it.each(["https://localhost:5000/", "http://127.0.0.1/", "http://127.9.9.9:1/", "http://[::1]:5000/"])(
    "is none for this machine itself: %s",
    (url) => {
      expect(proxyFor({ ...both, NO_PROXY: "" }, url)).toBeNull();
    },
  );

  it.each([
    ["*", "https://a.com/", true],
    ["a.com", "https://a.com/", true],
    ["A.com", "https://a.com/", true],
    ["a.com", "https://r.a.com/", true],
    ["a.com", "https://aa.com/", false],
    [".a.com", "https://r.a.com/", true],
    [".a.com", "https://a.com/", false],
    ["*.a.com", "https://r.a.com/", true],
    ["a.com:5000", "https://a.com:5000/", true],
    ["a.com:5000", "https://a.com/", false],
    ["a.com:443", "https://a.com/", true],
    ["a.com:80", "http://a.com/", true],
    ["b.com, a.com ,", "https://a.com/", true],
    ["b.com", "https://a.com/", false],
    ["10.0.0.0/8", "https://10.1.2.3:5000/", true],
    ["10.0.0.0/8", "https://11.1.2.3/", false],
    ["10.0.0.0/8", "https://a.com/", false],
    ["10.0.0.0/99", "https://10.1.2.3/", false],
    ["fd00::/8", "https://[fd00::1]/", true],
    ["10.1.2.3", "https://10.1.2.3:5000/", true],
    ["10.1.2.3:5000", "https://10.1.2.3:5000/", true],
    ["10.1.2.3:5000", "https://10.1.2.3/", false],
    ["fd00::1", "https://[fd00::1]:5000/", true],
    ["[fd00::1]:5000", "https://[fd00::1]:5000/", true],
    ["", "https://a.com/", false],
    ["a.com", "https://a.com./", true],
  ])("with NO_PROXY=%s is none for %s: %s", (list, url, expected) => {
    expect(proxyFor({ ...both, NO_PROXY: list }, url) === null).toBe(expected);
    expect(proxyFor({ ...both, no_proxy: list }, url) === null).toBe(expected);
  });

  it("is taken by every request, also to where the registry sends us", async () => {
    const { client, requests } = registry(
      ({ url }) =>
        url.startsWith("https://a.com/") ? { status: 307, headers: { location: "https://b.com/x" } } : { status: 404 },
      { env: { HTTPS_PROXY: "http://secure:2", NO_PROXY: "b.com" } },
    );
    await client.manifest("1");
    expect(requests.map(({ proxy }) => proxy)).toEqual(["http://secure:2", undefined]);
  });
});
