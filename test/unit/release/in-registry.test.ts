import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ProveStep } from "../../../src/plan/steps.ts";
import { proveInRegistry } from "../../../src/release/in-registry.ts";
import { mountLayers } from "../../../src/release/mount-layers.ts";
import { createRegistry } from "../../support/registry/in-memory.js";
import { labelsOf, movingPass } from "./rig.ts";

const index = "application/vnd.oci.image.index.v1+json";
const platforms = ["amd64", "arm64"];

/**
 * A base and an app on it, each of two platforms unless `made` says otherwise; `layers` are what the app has on one of them.
 * What is plain is no index, as it is without attestations.
 */
async function world(
  layers: (platform: string) => string[],
  made: Partial<Record<string, { platforms?: string[]; isPlain?: boolean }>> = {},
) {
  const registry = createRegistry();
  const { context, state, targets } = movingPass(registry, { targets: { base: ["r.io/p/base"], app: ["r.io/p/app"] } });
  const linked = targets.map((target) => (target.name === "app" ? { ...target, base: "base" } : target));
  Object.assign(context.plan, { targets: linked });
  for (const { name } of targets) {
    const { platforms: own = platforms, isPlain = false } = made[name] ?? {};
    const manifests = own.map((architecture) => {
      const content = {
        labels: labelsOf(name, { number: 42, tags: ["latest"], siblings: ["base", "app"] }),
        layers: name === "base" ? [`base of ${architecture}`] : layers(architecture),
        architecture,
      };
      const digest = registry.putImage(`r.io/p/${name}`, architecture, content);
      return {
        digest,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        size: 1,
        platform: { os: "linux", architecture },
      };
    });
    if (isPlain) {
      context.docker.digests.set(name, manifests[0]!.digest);
      continue;
    }
    const attestation = { ...manifests[0], platform: { os: "unknown", architecture: "unknown" } };
    const body = JSON.stringify({ schemaVersion: 2, mediaType: index, manifests: [...manifests, attestation] });
    const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
    const url = `https://r.io/v2/p/${name}/manifests/${digest}`;
    expect(await registry.handle({ method: "PUT", url, headers: { "content-type": index }, body })).toMatchObject({
      status: 201,
    });
    context.docker.digests.set(name, digest);
  }
  const step: ProveStep = { kind: "prove", targets: ["base", "app"], builtBy: "this run", in: "registry" };
  return { registry, context, state, targets: linked, prove: () => proveInRegistry(context, state, step) };
}

describe("images of several platforms", () => {
  it("stand on the base's image of their platform, each", async () => {
    const { prove } = await world((platform) => [`base of ${platform}`, "app"]);
    expect(await prove()).toEqual([]);
  });

  it("are not proved where one of them does not", async () => {
    const { prove } = await world(() => ["base of amd64", "app"]);
    expect(await prove()).toMatchObject([{ code: "wrong-base", target: "app" }]);
  });

  const amd64 = { platforms: ["amd64"] };

  it.each([
    ["the base alone is attested", { base: amd64, app: { ...amd64, isPlain: true } }],
    ["the app alone is attested", { base: { ...amd64, isPlain: true }, app: amd64 }],
    ["the base is for more", { app: { ...amd64, isPlain: true } }],
    ["each is one image", { base: { ...amd64, isPlain: true }, app: { ...amd64, isPlain: true } }],
  ])("are proved where %s", async (_, made) => {
    const right = await world((platform) => [`base of ${platform}`, "app"], made);
    expect(await right.prove()).toEqual([]);
    const wrong = await world(() => ["another base", "app"], made);
    expect(await wrong.prove()).toMatchObject([{ code: "wrong-base", target: "app" }]);
  });

  it("cannot stand on a base that has none for their platform", async () => {
    const { prove } = await world((platform) => [`base of ${platform}`, "app"], { base: { ...amd64, isPlain: true } });
    expect(await prove()).toMatchObject([
      { code: "wrong-base", target: "app", message: "cannot stand on base, which has no image for linux/arm64" },
    ]);
  });

  it("have the layers of all the base's images mounted", async () => {
    const { registry, context, state, targets } = await world((platform) => [`base of ${platform}`, "app"]);
    const before = registry.transfers.mounts.length;
    Object.assign(targets[1]!, {
      places: targets[1]!.places.map((place) => ({
        ...place,
        repository: { ...place.repository, name: "r.io/p/new", path: "p/new" },
      })),
    });
    await mountLayers(context, state, targets);
    expect(registry.transfers.mounts.length - before).toBe(platforms.length);
    await mountLayers(context, state, targets);
    expect(registry.transfers.mounts.length - before).toBe(platforms.length);
  });
});
