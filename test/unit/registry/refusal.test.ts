import { describe, expect, it } from "vitest";
import type { Manifest } from "../../../src/registry/client.ts";
import { Refusal } from "../../../src/registry/refusal.ts";
import { error, registry, type Said } from "./fake.ts";

const manifest: Manifest = { digest: "sha256:abc", mediaType: "application/json", body: "{}" };
/** What comes of a PUT that is answered so. */
const put = async (answer: Said) => {
  const { client, requests, said } = registry(() => answer);
  const refusal = await client.put("1.2", manifest);
  expect(refusal).toBeInstanceOf(Refusal);
  // A write is sent once, whatever comes of it.
  expect([requests.length, said]).toEqual([1, []]);
  return refusal as Refusal;
};

describe("a tag that may not be written twice", () => {
  it.each<[string, Said]>([
    [
      "ECR",
      error(
        400,
        "TAG_INVALID",
        "The image tag '1.2' already exists in the 'b/c' repository and cannot be overwritten because the repository is immutable.",
      ),
    ],
    ["ECR, by its code", error(400, "ImageTagAlreadyExistsException")],
    ["Harbor", error(412, "PRECONDITION", "Failed to process request due to '1.2' configured as immutable.")],
    ["Harbor as a conflict", error(409, "PRECONDITION", "The tag 1.2 cannot be written")],
    ["Artifact Registry", error(400, "MANIFEST_INVALID", "The repository has enabled tag immutability")],
    ["Azure", error(405, "UNSUPPORTED", "The operation is disallowed on this registry, repository or image")],
    ["Azure, locked", error(409, "CONFLICT", "the tag is locked")],
    ["Docker Hub", error(403, "DENIED", "tag 1.2 is immutable")],
    ["Nexus", error(400, "UNKNOWN", "Repository does not allow updating assets: docker")],
    ["Artifactory", error(403, "DENIED", "not enough permissions to overwrite artifact")],
    ["Quay", error(409, "TAG_IMMUTABLE", "")],
    ["one without words", { status: 409 }],
    ["another without words", { status: 412 }],
  ])("is known of %s", async (_, answer) => {
    const { code, hint, passing, closed, lost } = await put(answer);
    expect({ code, passing, closed, lost }).toEqual({ code: "immutable", passing: false, closed: false, lost: false });
    expect(hint).toContain("immutable");
  });

  it.each<[string, Said]>([
    ["wrong manifests", error(400, "MANIFEST_INVALID", "manifest invalid")],
    ["conflicts of another kind", error(409, "CONFLICT", "somebody else writes")],
    ["missing rights", error(403, "DENIED", "requested access to the resource is denied")],
    ["limits", error(429, "TOOMANYREQUESTS", "the tag already exists")],
  ])("is not what %s are", async (_, answer) => {
    expect((await put(answer)).code).not.toBe("immutable");
  });

  it("is nothing that reading could meet", async () => {
    expect(await registry(() => ({ status: 412 })).client.manifest("1")).toMatchObject({ code: "unknown" });
  });
});

describe("a registry that is full", () => {
  it.each<[string, Said]>([
    ["a disk", error(500, "UNKNOWN", "filesystem: write /x: no space left on device")],
    ["by its status", { status: 507 }],
    ["Harbor's quota", error(412, "DENIED", "adding 1 GiB will exceed the configured upper limit of 1 GiB")],
    ["a quota", error(403, "DENIED", "Quota exceeded")],
  ])("is not waited for: %s", async (_, answer) => {
    expect(await put(answer)).toMatchObject({ code: "no-space", passing: false, lost: false });
  });

  it("is not one that is only asked too often", async () => {
    expect(await put(error(429, "TOOMANYREQUESTS", "quota exceeded"))).toMatchObject({
      code: "transient",
      passing: true,
    });
  });

  it("is not one whose proxy takes nothing so large", async () => {
    expect(await put({ status: 413 })).toMatchObject({ code: "unknown", passing: false });
  });
});

describe("a write without a good answer", () => {
  it.each<[Said, object]>([
    [{ status: 500 }, { code: "transient", passing: true, closed: false, lost: true }],
    [{ status: 504 }, { code: "transient", passing: true, closed: false, lost: true }],
    [{ status: 429 }, { code: "transient", passing: true, closed: false, lost: false }],
    [{ status: 408 }, { code: "transient", passing: true, closed: false, lost: false }],
    [{ status: 501 }, { code: "unknown", passing: false, closed: false, lost: false }],
    [{ status: 403 }, { code: "unauthorized", passing: false, closed: true, lost: false }],
    [
      { status: 302, headers: { location: "/login" } },
      { code: "unknown", passing: false, lost: false },
    ],
    [{ body: "<html>Log in</html>" }, { status: 0, closed: true, lost: false }],
    [error(404, "NAME_UNKNOWN"), { code: "missing-image", hint: expect.stringContaining("make it first") }],
    [error(404, "MANIFEST_UNKNOWN"), { code: "missing-image", hint: null }],
    [
      { none: "ECONNRESET: read ECONNRESET", sent: true },
      { code: "registry-down", passing: true, closed: false, lost: true },
    ],
    [
      { none: "ECONNREFUSED", sent: false },
      { code: "registry-down", passing: true, closed: true, lost: false },
    ],
  ])("is %o", async (answer, expected) => {
    expect(await put(answer)).toMatchObject(expected);
  });
});

describe("a connection that cannot be trusted", () => {
  it.each([
    ["SELF_SIGNED_CERT_IN_CHAIN: self-signed certificate in certificate chain", "NODE_EXTRA_CA_CERTS"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unable to get local issuer certificate", "`ca` under `registries.a.com`"],
    ["ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's altnames", "not for this name"],
    ["CERT_HAS_EXPIRED: certificate has expired", "not for today"],
    ["EPROTO: write EPROTO wrong version number", "`insecure: true` under `registries.a.com`"],
  ])("is told what to do about, once: %s", async (none, hint) => {
    const { client, requests } = registry(() => ({ none, sent: false }));
    const refusal = await client.digest("1");
    expect(refusal).toMatchObject({ closed: true, passing: false, hint: expect.stringContaining(hint) });
    expect(requests).toHaveLength(1);
  });
});

describe("what the registry says", () => {
  const [escape, wide] = ["\u001B[2J\u009B2J", "\u{1F600}"];
  it.each<[string, Said, string]>([
    ["code and words", error(400, "TAG_INVALID", "no such tag"), ": tag invalid: no such tag"],
    ["words that begin with the code", error(400, "DENIED", "denied: no"), ": denied: no"],
    ["a code alone", error(400, "TAG_INVALID"), ": tag invalid"],
    [
      "several",
      { status: 400, body: { errors: [{ code: "A" }, { message: "b" }, { code: "A" }, null, "c"] } },
      ": a; b; c",
    ],
    [
      "another form",
      { status: 400, body: { details: "incorrect username or password" } },
      ": incorrect username or password",
    ],
    ["yet another form", { status: 400, body: { error: "x", error_description: "y" } }, ": y"],
    ["text", { status: 400, body: "page not found\n" }, ": page not found"],
    ["a page with a title", { status: 400, body: "<html>\n<head><title>Bad &amp; gone</title>" }, ": Bad &amp; gone"],
    ["a page", { status: 400, body: "<p>no" }, ": a web page"],
    ["nothing", { status: 400 }, ""],
    ["nothing in JSON", { status: 400, body: {} }, ""],
    ["what would move the cursor", { status: 400, body: `a${escape}b\r\n##[x]\u202Ec` }, ": a [2J 2Jb ##[x] c"],
  ])("is shown in a line: %s", async (_, answer, text) => {
    expect((await put(answer)).message).toBe(`b/c:1.2: the registry answered 400${text}`);
  });

  it("is cut between letters", async () => {
    const { message } = await put({ status: 400, body: wide.repeat(1000) });
    expect(message.endsWith(`${wide}…`)).toBe(true);
    expect([...message].length).toBeLessThan(400);
  });

  it.each<[Record<string, string>, number]>([
    [{ "retry-after": "7" }, 7000],
    [{ "retry-after": "Fri, 10 Jan 2020 00:00:07 GMT", date: "Fri, 10 Jan 2020 00:00:00 GMT" }, 7000],
    [{ "retry-after": "Fri, 10 Jan 2020 00:00:07 GMT", date: "Fri, 10 Jan 2020 00:00:09 GMT" }, 0],
    [{ "retry-after": "Fri, 10 Jan 2020 00:00:07 GMT" }, 0],
    [{ "retry-after": "soon" }, 0],
    [{ "retry-after": "-5" }, 0],
    [{}, 0],
  ])("is how long to wait: %o", async (headers, retryAfter) => {
    expect(await put({ status: 429, headers })).toMatchObject({ retryAfter });
  });
});
