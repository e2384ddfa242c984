import { describe, expect, it } from "vitest";
import type { Manifest } from "../../../src/registry/client.ts";
import { noImage } from "../../../src/registry/image-config.ts";
import { Refusal } from "../../../src/registry/refusal.ts";
import { registry, type Said } from "./fake.ts";

const oci = "application/vnd.oci.image.manifest.v1+json";
const digestOfEmpty = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
const aDigest = `sha256:${"a".repeat(64)}`;
const manifestOf = (body: object, digest = aDigest): Manifest => ({
  digest,
  mediaType: oci,
  body: JSON.stringify(body),
});

describe("a manifest", () => {
  it("comes as it is, and goes back byte for byte under the type that it has itself", async () => {
    const body = `{ "schemaVersion":2,\n"mediaType": "${oci}" }`;
    const { client, requests } = registry(({ method }) =>
      method === "PUT"
        ? { status: 201, headers: { "docker-content-digest": aDigest } }
        : { headers: { "content-type": "application/json; charset=utf-8", "docker-content-digest": aDigest }, body },
    );
    const manifest = await client.manifest("1.2.3");
    expect(manifest).toEqual({ digest: aDigest, mediaType: oci, body });
    expect(await client.put("latest", manifest as Manifest)).toEqual({ digest: aDigest });
    expect(requests[1]).toMatchObject({
      method: "PUT",
      url: "https://a.com/v2/b/c/manifests/latest",
      headers: { "content-type": oci },
      body,
    });
  });

  it.each([
    [`${oci}; charset=utf-8`, oci],
    ["Application/JSON ;x=y", "application/json"],
    [undefined, ""],
  ])("without a type of its own has that of the answer: %s", async (type, mediaType) => {
    const headers = type === undefined ? {} : { "content-type": type };
    const { client } = registry(() => ({ headers, body: "{}" }));
    expect(await client.manifest("1")).toEqual({ digest: digestOfEmpty, mediaType, body: "{}" });
  });

  it("is none where there is none", async () => {
    const { client } = registry(() => ({ status: 404 }));
    expect(await client.manifest("1")).toBeNull();
    expect(await client.digest("1")).toBeNull();
  });

  it.each(["<html>Log in</html>", "[]", "null", '"text"'])("is not what %s is", async (body) => {
    const { client } = registry(() => ({ body }));
    expect(await client.manifest("1")).toMatchObject({ status: 0, closed: true, passing: false });
  });

  it("is not taken for another one", async () => {
    const { client } = registry(() => ({ body: "{}" }));
    expect(await client.manifest(digestOfEmpty)).toMatchObject({ digest: digestOfEmpty });
    expect(await client.manifest(aDigest)).toBeInstanceOf(Refusal);
  });

  it("has the digest that it was sent with where the registry tells none back", async () => {
    const { client } = registry(() => ({ status: 201 }));
    expect(await client.put("1", manifestOf({}))).toEqual({ digest: aDigest });
  });
});

describe("the digest of a tag", () => {
  it("costs one HEAD", async () => {
    const { client, asked } = registry(() => ({ headers: { "docker-content-digest": aDigest } }));
    expect(await client.digest("1")).toBe(aDigest);
    expect(asked()).toEqual(["HEAD /v2/b/c/manifests/1"]);
  });

  it.each<[string, Said]>([
    ["tells none", {}],
    ["tells nonsense", { headers: { "docker-content-digest": "yes" } }],
    ["is not known", { status: 405 }],
    ["is refused", { status: 400 }],
  ])("costs a GET where HEAD %s", async (_, head) => {
    const { client, asked } = registry(({ method }) => (method === "HEAD" ? head : { body: "{}" }));
    expect(await client.digest("1")).toBe(digestOfEmpty);
    expect(asked()).toEqual(["HEAD /v2/b/c/manifests/1", "GET /v2/b/c/manifests/1"]);
  });

  it.each([401, 403])("is closed to us by a %d, even if only the tag is missing", async (status) => {
    const { client } = registry(() => ({ status }));
    expect(await client.digest("1")).toMatchObject({ status, closed: true, code: "unauthorized" });
    expect(await client.manifest("1")).toMatchObject({ status, closed: true, code: "unauthorized" });
  });

  it("is not known where GET is refused, too", async () => {
    const { client } = registry(({ method }) => ({ status: method === "HEAD" ? 405 : 403 }));
    expect(await client.digest("1")).toMatchObject({ status: 403 });
    expect(await registry(({ method }) => ({ status: method === "HEAD" ? 405 : 404 })).client.digest("1")).toBeNull();
  });
});

describe("what an image says of itself", () => {
  const config = {
    created: "1970-01-01T00:00:01Z",
    os: "linux",
    architecture: "arm64",
    variant: "v8",
    config: { Labels: { a: "b" } },
    rootfs: { diff_ids: ["one", "two"] },
  };
  const configDigest = "sha256:3b3f30d6b0d43ec0d0af0e0c4b0d5d1ce9c0e0e2df8b0d2d7a4d5dd2cf7d7c5c";
  const inner = { config: { digest: "sha512:c" } };
  /** A registry that has this configuration, and one manifest that is of an image. */
  const holding = () => registry(({ url }) => ({ body: url.includes("/blobs/") ? config : inner }));

  it.each([
    ["an image", inner],
    ["an index", { manifests: [{ digest: "x", platform: { os: "linux" } }] }],
    ["an index that says no platform", { manifests: [{ digest: "x" }] }],
    [
      "an index whose first is an attestation",
      { manifests: [{ digest: "y", platform: { os: "unknown" } }, { digest: "x" }] },
    ],
  ])("is read of %s", async (_, body) => {
    const { client, asked } = holding();
    const platform = { os: "linux", architecture: "arm64", variant: "v8" };
    const said = { labels: { a: "b" }, layers: ["one", "two"], platform, created: 1000 };
    const expected = { ...noImage, digest: "sha512:c", ...said };
    expect(await client.image(manifestOf(body))).toEqual(expected);
    const times = asked().length;
    expect(await client.image(manifestOf(body))).toEqual(expected);
    expect(asked()).toHaveLength(times);
    expect(asked().join()).not.toContain("manifests/y");
  });

  it.each([{}, { manifests: [] }, { manifests: [{ platform: { os: "linux" } }] }])("is nothing of %o", async (body) => {
    expect(await holding().client.image(manifestOf(body))).toEqual(noImage);
  });

  it.each(["{}", '{"config":null,"rootfs":null}', '{"config":{"Labels":null},"rootfs":{}}', "a chart"])(
    "may be little: %s",
    async (body) => {
      const { client } = registry(() => ({ body }));
      expect(await client.image(manifestOf(inner))).toEqual({ ...noImage, digest: "sha512:c" });
    },
  );

  it("is asked for again where it was refused", async () => {
    let busy = true;
    const { client } = registry(() => (busy ? { status: 403 } : { body: config }));
    expect(await client.image(manifestOf(inner))).toMatchObject({ status: 403 });
    busy = false;
    expect(await client.image(manifestOf(inner))).toMatchObject({ labels: { a: "b" } });
  });

  it("is refused where an index lists what is not there, or a blob is another one", async () => {
    const index = manifestOf({ manifests: [{ digest: "x" }] });
    expect(await registry(() => ({ status: 404 })).client.image(index)).toMatchObject({ code: "missing-image" });
    expect(await registry(() => ({ status: 403 })).client.image(index)).toMatchObject({ code: "unauthorized" });
    const other = registry(() => ({ body: config })).client;
    expect(await other.image(manifestOf({ config: { digest: configDigest } }))).toMatchObject({ closed: true });
  });
});
