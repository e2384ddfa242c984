import { createHash } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { readerOf } from "../../support/published.js";
import { startRegistry } from "../../support/registry/registry.js";

const oci = "application/vnd.oci.image";
const digestOf = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** A registry, and what puts an image of one layer or an index into it. */
async function registry() {
  const { host, close } = await startRegistry();
  onTestFinished(close);
  const send = async (method: string, path: string, body: string, type = "application/octet-stream") => {
    const response = await fetch(`http://${host}/v2/${path}`, { method, body, headers: { "content-type": type } });
    expect(response.status, await response.text()).toBe(201);
  };
  const blob = async (name: string, text: string) => {
    await send("POST", `${name}/blobs/uploads/?digest=${digestOf(text)}`, text);
    return { digest: digestOf(text), size: text.length };
  };
  const put = async (name: string, reference: string, type: string, content: object) => {
    const body = JSON.stringify({ schemaVersion: 2, mediaType: `${oci}.${type}`, ...content });
    await send("PUT", `${name}/manifests/${reference}`, body, `${oci}.${type}`);
    return digestOf(body);
  };
  const image = async (name: string, reference: string, layer: string) => {
    const config = { rootfs: { diff_ids: [`unpacked ${layer}`] }, config: { Labels: { layer } } };
    const content = { config: await blob(name, JSON.stringify(config)), layers: [await blob(name, layer)] };
    return put(name, reference, "manifest.v1+json", content);
  };
  return { reader: readerOf(host), image, put };
}

it("reads what is there: tags, digests, layers, labels", async () => {
  const { reader, image } = await registry();
  const one = await image("b", "v1", "one");
  await image("b", "latest", "one");
  const two = await image("a/x", "dev", "two");
  expect(await reader.tagsIn("b")).toEqual(["latest", "v1"]);
  expect(await reader.digestOf("b", "v1")).toBe(one);
  expect(await reader.imageIn("b", "v1")).toEqual({
    layers: ["unpacked one"],
    blobs: [digestOf("one")],
    labels: { layer: "one" },
  });
  expect(await reader.images()).toEqual([
    { repository: "a/x", digest: two, tags: ["dev"], layers: [digestOf("two")] },
    { repository: "b", digest: one, tags: ["latest", "v1"], layers: [digestOf("one")] },
  ]);
});

it("takes from an index the image that runs, not BuildKit's attestation", async () => {
  const { reader, image, put } = await registry();
  const attestation = await image("a", "attestation", "proof");
  const inner = await image("a", "inner", "app");
  const manifests = [
    { digest: attestation, platform: { os: "unknown" } },
    { digest: inner, platform: { os: "linux" } },
  ];
  await put("a", "index", "index.v1+json", { manifests });
  expect((await reader.imageIn("a", "index")).labels).toEqual({ layer: "app" });
});

it("has nothing to say of what is not there, but that an image is missing", async () => {
  const { reader } = await registry();
  expect(await reader.tagsIn("nobody")).toEqual([]);
  expect(await reader.digestOf("nobody", "latest")).toBeNull();
  await expect(reader.imageIn("nobody", "latest")).rejects.toThrow(
    "the registry answers 404 to nobody/manifests/latest",
  );
});
