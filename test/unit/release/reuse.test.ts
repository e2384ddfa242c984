import { describe, expect, it } from "vitest";
import type { Failure } from "../../../src/core/failure.ts";
import { ownLabels } from "../../../src/plan/labels.ts";
import { outsideKey } from "../../../src/plan/plan.ts";
import { createRegistry, type InMemoryRegistry } from "../../support/registry/in-memory.js";
import { parseRepository } from "../../../src/core/reference.ts";
import { reuse } from "../../../src/release/reuse.ts";
import { type BuildOptions, buildTag, movingPass } from "./rig.ts";

const made = (known: string) => ({ known, facts: [], images: [], unknown: null });

/** A build whose targets are made from `known`, and look among what was published last. */
function building(registry: InMemoryRegistry, known: string, options: BuildOptions = {}) {
  const build = movingPass(registry, options);
  for (const target of build.targets) {
    target.inputs = made(known);
    target.labels = { ...target.labels, [ownLabels.inputs]: known };
    target.reuseFrom = [{ repository: target.places[0]!.repository, tag: "latest" }];
    build.state.inRegistry.set(target.name, "nothing");
  }
  const names = build.targets.map(({ name }) => name);
  return { ...build, reuse: () => reuse(build.context, build.state, { kind: "reuse", targets: names }) };
}

/** Publishes an image of `known` as build `number`, `latest` included. */
async function publish(registry: InMemoryRegistry, number: number, known: string, options: BuildOptions = {}) {
  const build = building(registry, known, { ...options, number });
  const digests = build.up();
  expect(await build.move()).toEqual([]);
  return digests;
}

describe("an image that an earlier build has made from the very same", () => {
  it("gets this build's tag and keeps its digest", async () => {
    const registry = createRegistry();
    const { app } = await publish(registry, 41, "same");
    const build = building(registry, "same");
    expect(await build.reuse()).toEqual([]);
    expect(registry.digest("r.io/p/app", buildTag(42))).toBe(app);
    expect(build.state.up.get("app")?.manifest).toBe(app);
    expect(build.state.outcomes.get("app")).toMatchObject({ status: "reused", digest: app, cached: true });
    expect(build.notes).toEqual([`app: nothing has changed since ${buildTag(41)}; not built again`]);
    expect(await build.move()).toEqual([]);
    expect(registry.digest("r.io/p/app", "latest")).toBe(app);
  });

  it("is named in every repository that has it", async () => {
    const registry = createRegistry();
    const targets = { app: ["r.io/p/app", "s.io/p/app"] };
    const { app } = await publish(registry, 41, "same", { targets });
    const build = building(registry, "same", { targets });
    await build.reuse();
    expect(targets.app.map((repository) => registry.digest(repository, buildTag(42)))).toEqual([app, app]);
  });

  it.each<[string, (build: ReturnType<typeof building>) => void, known: string, why: string]>([
    ["made from something else", () => undefined, "other", `${buildTag(41)} does not say what it was made from`],
    [
      "of a target of which not all is known",
      ({ targets }) => (targets[0]!.inputs.unknown = "an ADD"),
      "same",
      "an ADD",
    ],
    [
      "of a target that nobody is to look for",
      ({ targets }) => (targets[0]!.reuseFrom = []),
      "same",
      "no earlier image is up",
    ],
    [
      "of a target that may be up already",
      ({ state }) => void state.inRegistry.delete("app"),
      "same",
      "the registry does not say what is up",
    ],
    [
      "of a target whose base is in no registry",
      ({ targets }) => (targets[0]!.base = "base"),
      "same",
      "base is built, which it stands on",
    ],
    [
      "of a target whose base's digest is not known",
      ({ targets }) => (targets[0]!.inputs = { ...made("same"), images: [{ target: "base" }] }),
      "same",
      "it is not known which images it would be made from",
    ],
  ])("is not taken if it is %s", async (_, change, known, why) => {
    const registry = createRegistry();
    await publish(registry, 41, known);
    const build = building(registry, "same");
    change(build);
    expect(await build.reuse()).toEqual([]);
    expect(registry.digest("r.io/p/app", buildTag(42))).toBeNull();
    expect(build.state.up.size).toBe(0);
    expect(build.state.why.get("app")).toBe(why);
    expect(build.notes).toEqual([`app: ${why}`]);
  });

  it("is told apart from others by what differs", async () => {
    const registry = createRegistry();
    const facts = (file: string) => [
      { name: "the platform", print: "000001" },
      { name: "the file src/main.py", print: file },
    ];
    const before = building(registry, "before", { number: 41 });
    before.targets[0]!.labels[ownLabels.inputs] = "before sha256:a";
    before.targets[0]!.labels[ownLabels.inputParts] = "000001 000002";
    before.up();
    expect(await before.move()).toEqual([]);
    const build = building(registry, "now");
    build.targets[0]!.inputs = { known: "now", facts: facts("000003"), images: [{ image: "os:3" }], unknown: null };
    build.context.docker.digests.set(outsideKey("os:3"), "sha256:b");
    await build.reuse();
    expect(build.state.why.get("app")).toBe(`changed since ${buildTag(41)}: the file src/main.py, the image os:3`);
  });

  it.each([
    ["lists no tags", "GET", /tags\/list/, "does not list its tags"],
    ["lets nobody write", "PUT", /manifests\/master-860c1904a1ce-42/, "405"],
  ])("is not taken from a registry that %s", async (_, method, path, said) => {
    const refuses = { on: false };
    const registry = createRegistry({
      beforeRequest: (request) =>
        refuses.on && request.method === method && path.test(request.path) ? { status: 405 } : undefined,
    });
    await publish(registry, 41, "same");
    refuses.on = true;
    const build = building(registry, "same");
    expect(await build.reuse()).toEqual([]);
    expect(build.state.up.size).toBe(0);
    expect(build.state.why.get("app")).toContain(said);
    expect(build.notes.join("\n")).toContain(said);
  });

  it("is found by the images that it stands on, too", async () => {
    const registry = createRegistry();
    await publish(registry, 41, `same sha256:b`);
    const build = building(registry, "same");
    build.targets[0]!.inputs = { ...made("same"), images: [{ target: "base" }] };
    build.context.docker.digests.set("base", "sha256:b");
    await build.reuse();
    expect(build.state.up.has("app")).toBe(true);
  });
});

describe("a part that an earlier build has made with attestations", () => {
  const repository = "r.io/p/app";
  const partTag = (number: number) => `${buildTag(number)}-linux-arm64`;
  const imageType = "application/vnd.oci.image.manifest.v1+json";
  const listed = (digest: string, [os, architecture]: [string, string]) => ({
    mediaType: imageType,
    digest,
    size: 1,
    platform: { os, architecture },
  });

  /** An index under a tag, as a registry is sent it; returns its digest. */
  async function putIndex(registry: InMemoryRegistry, tag: string, manifests: object[]) {
    const mediaType = "application/vnd.oci.image.index.v1+json";
    const body = JSON.stringify({ schemaVersion: 2, mediaType, manifests });
    const url = `https://r.io/v2/p/app/manifests/${tag}`;
    await registry.handle({ method: "PUT", url, headers: { "content-type": mediaType }, body });
    return registry.digest(repository, tag)!;
  }

  /** The next build, which makes the same for arm64; `isKept` has the earlier part's own tag still there. */
  async function next({ isKept, isAttested }: { isKept: boolean; isAttested: boolean }) {
    const registry = createRegistry();
    const put = (architecture: string, labels: Record<string, string>) =>
      registry.putImage(repository, architecture, { labels, layers: [architecture], architecture });
    const labels = { [ownLabels.inputs]: "same", [ownLabels.buildTag]: partTag(41) };
    const [inner, other, proof] = [put("arm64", labels), put("amd64", {}), put("proof", {})];
    const part = [listed(inner, ["linux", "arm64"]), listed(proof, ["unknown", "unknown"])];
    await putIndex(registry, "latest", [listed(other, ["linux", "amd64"]), ...part]);
    const index = isKept ? await putIndex(registry, partTag(41), part) : null;
    const build = building(registry, "same");
    Object.assign(build.targets[0]!, {
      platforms: ["linux/arm64"],
      partOf: { buildTag: buildTag(42), affixes: { prefix: "", suffix: "" }, parts: [] },
      attest: { provenance: isAttested ? "max" : null, sbom: false },
    });
    expect(await build.reuse()).toEqual([]);
    return { ...build, inner, index, up: registry.digest(repository, buildTag(42)) };
  }

  it("keeps them: all that the earlier part's tag stands for is used again", async () => {
    const { up, index, state, context } = await next({ isKept: true, isAttested: true });
    expect(index).not.toBeNull();
    expect([up, state.up.get("app")?.manifest, context.docker.digests.get("app")]).toEqual([index, index, index]);
  });

  it("is built anew where only the image of it is left", async () => {
    const { up, state, notes } = await next({ isKept: false, isAttested: true });
    expect([up, state.up.size]).toEqual([null, 0]);
    expect(notes).toEqual([`app: the attestations of ${partTag(41)} would be lost, which is not up by itself`]);
  });

  it("is used again without them where none are asked for", async () => {
    const { up, inner } = await next({ isKept: false, isAttested: false });
    expect(up).toBe(inner);
  });
});

describe("a moving tag of an image that was used again", () => {
  it("is not taken back by an earlier build, though the image was made before that", async () => {
    const registry = createRegistry();
    const { app } = await publish(registry, 40, "same");
    const later = building(registry, "same", { number: 42 });
    await later.reuse();
    expect(await later.move()).toEqual([]);
    const late = building(registry, "other", { number: 41 });
    late.up();
    expect(await late.move()).toEqual([]);
    expect(registry.digest("r.io/p/app", "latest")).toBe(app);
    expect(late.notes.join("\n")).toContain("build 42 is later");
  });

  it("is given back to the later build by the earlier one that has overtaken it", async () => {
    const registry = createRegistry();
    const { app } = await publish(registry, 39, "same");
    await publish(registry, 40, "before");
    const later = building(registry, "same", { number: 42 });
    later.targets[0]!.reuseFrom = [{ repository: parseRepository("r.io/p/app"), tag: buildTag(39) }];
    let hasPublished = false;
    const failures: Failure[] = [];
    const late = building(registry, "other", {
      number: 41,
      host: {
        request: async (request) => {
          // The later build comes in between the look and the write of the earlier one.
          if (!hasPublished && request.method === "PUT" && request.url.endsWith("/latest")) {
            hasPublished = true;
            await later.reuse();
            failures.push(...(await later.move()));
          }
          return registry.handle(request);
        },
      },
    });
    late.up();
    expect([...(await late.move()), ...failures]).toEqual([]);
    expect(hasPublished).toBe(true);
    expect(registry.digest("r.io/p/app", "latest")).toBe(app);
  });

  it("moves on from another branch's build that has used it again", async () => {
    const registry = createRegistry();
    const { app } = await publish(registry, 40, "same");
    registry.putImage("r.io/p/app", "dev-860c1904a1ce-42", { labels: {}, layers: [] });
    const next = building(registry, "other", { number: 41 });
    const digests = next.up();
    expect(await next.move()).toEqual([]);
    expect(registry.digest("r.io/p/app", "latest")).toBe(digests["app"]);
    expect(digests["app"]).not.toBe(app);
  });
});
