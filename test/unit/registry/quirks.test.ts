import { describe, expect, it, onTestFinished, vi } from "vitest";
import { parseRepository } from "../../../src/core/reference.ts";
import { systemRequest } from "../../../src/host/system-http.ts";
import type { Manifest } from "../../../src/registry/client.ts";
import { openRegistries } from "../../../src/registry/registries.ts";
import { fakeHost } from "../../support/host.ts";
import { digestOf, publish } from "../../support/own-registry.ts";
import { startProxy } from "../../support/quirks/proxy.js";
import { quirks } from "../../support/quirks/quirks.js";
import { startRegistry } from "../../support/registry/registry.js";

const limits = { connect: 60_000, silence: 2000, total: 60_000, size: 1e6, word: 100 };

/** A registry that holds 1.2.3 and latest, which are different images, and a client that meets it with these quirks. */
async function holding(...names: (keyof typeof quirks)[]) {
  const registry = await startRegistry();
  onTestFinished(() => registry.close());
  const at = `${registry.host}/team/app`;
  const digests = { new: await publish(at, "1.2.3", { a: "new" }), old: await publish(at, "latest", { a: "old" }) };
  const proxy = await startProxy(registry.host);
  onTestFinished(() => proxy.close());
  proxy.use(...names.map((name) => quirks[name]!));
  const said: string[] = [];
  const request = systemRequest(new AbortController().signal, limits);
  const registries = openRegistries({
    host: fakeHost([], { cwd: "/", request }, { out: "", err: "", commands: [] }),
    env: {},
    dockerConfig: "/nonexistent",
    settings: {},
    directory: "/",
    say: (line) => void said.push(line),
  });
  const client = registries.repository(parseRepository(`${proxy.host}/team/app`));
  return { client, digests, proxy, said, holds: (tag: string) => digestOf(`${at}:${tag}`) };
}

/** Gives an image another name. */
async function move({ client }: Awaited<ReturnType<typeof holding>>, to: string) {
  return client.put(to, (await client.manifest("1.2.3")) as Manifest);
}

const harmless = [
  "missing403",
  "missing401",
  "missing401Bare",
  "missing404Page",
  "rateLimitedAll",
  "rateLimitedByDate",
  "rateLimitedTokens",
  "unwell",
  "resets",
  "pageSize100",
  "linkWithOtherParameters",
  "linkAbsolute",
  "linkInternal",
  "linkQueryAlone",
  "linkBare",
  "tagsNull",
  "strictContentType",
  "headRefused403",
  "headRefused405",
  "noDigest",
  "plainErrors",
  "gzipped",
  "shoutedHeaders",
  "blobsElsewhere",
  "manifestsElsewhere",
  "tokenForms",
  "challengeForms",
  "slow",
] as const;

describe("a registry that is", () => {
  // A write is not repeated by itself, so what refuses everything at first refuses that.
  it.each([...harmless, "none"] as const)("%s is read, and written to in the end", async (name) => {
    const world = await holding(...(name === "none" ? [] : [name]));
    expect(await world.client.digest("1.2.3")).toBe(world.digests.new);
    expect(await world.client.image((await world.client.manifest("1.2.3")) as Manifest)).toMatchObject({
      labels: { a: "new" },
    });
    expect(await world.client.tags()).toEqual(["1.2.3", "latest"]);
    let written = await move(world, "latest");
    for (let times = 0; times < 2 && "passing" in written && written.passing; times++) {
      written = await move(world, "latest");
    }
    expect(written).toEqual({ digest: world.digests.new });
    expect(await world.holds("latest")).toBe(world.digests.new);
  });

  it.each([
    ["missing403", 403],
    ["missing401", 401],
    ["missing401Bare", 401],
  ] as const)(
    "%s has nothing where its tags are listed without it, and says nothing where they are not",
    async (name, status) => {
      const { client } = await holding(name);
      expect([await client.digest("none"), await client.manifest("none")]).toEqual([null, null]);
      const closed = await holding(name, "tagsRefused403");
      expect(await closed.client.digest("none")).toMatchObject({ status, closed: true });
      expect(await closed.client.manifest("none")).toMatchObject({ status, closed: true });
    },
  );

  it("rateLimitedPut leaves it to us whether to write after the wait", async () => {
    const world = await holding("rateLimitedPut");
    expect(await move(world, "latest")).toMatchObject({ status: 429, retryAfter: 1000, passing: true, lost: false });
    expect(await world.holds("latest")).toBe(world.digests.old);
    expect(await move(world, "latest")).toEqual({ digest: world.digests.new });
  });

  it.each([400, 403, 404, 405, 501])("tagsRefused%d lists no tags, and is otherwise well", async (status) => {
    const world = await holding(`tagsRefused${status}`);
    expect(await world.client.tags()).toMatchObject({ status, passing: false });
    const before = world.proxy.log.length;
    expect(await world.client.tags()).toMatchObject({ status, passing: false });
    expect(world.proxy.log).toHaveLength(before);
    expect(await move(world, "latest")).toEqual({ digest: world.digests.new });
  });

  it("tagsBroken lists none, and is asked again another time", async () => {
    const world = await holding("tagsBroken");
    expect(await world.client.tags()).toMatchObject({ status: 504, passing: true });
    expect(world.proxy.log.length).toBeGreaterThan(1);
  });

  it.each(["linkWithOtherParameters", "linkAbsolute", "linkInternal", "linkQueryAlone", "linkBare"] as const)(
    "%s has more than one page",
    async (name) => {
      const world = await holding(name);
      await move(world, "1");
      await move(world, "1.2");
      expect(await world.client.tags()).toEqual(["1", "1.2", "1.2.3", "latest"]);
      expect(world.proxy.log.filter((line) => line.includes("tags/list")).length).toBeGreaterThan(1);
    },
  );

  it("rateLimitedForHours is believed, and waited for within reason by who writes", async () => {
    const world = await holding("rateLimitedForHours");
    expect(await move(world, "latest")).toMatchObject({ status: 429, retryAfter: 7_200_000, passing: true });
  });

  it("stale says for a second what it knew before", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const world = await holding("stale");
    await move(world, "latest");
    expect(await world.client.digest("latest")).toBe(world.digests.old);
    vi.setSystemTime(Date.now() + 1000);
    expect(await world.client.digest("latest")).toBe(world.digests.new);
  });

  it("lagging does not know for a second what it was just told", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const world = await holding("lag");
    await move(world, "1");
    expect(await world.client.digest("1")).toBeNull();
    vi.setSystemTime(Date.now() + 1000);
    expect(await world.client.digest("1")).toBe(world.digests.new);
  });

  it.each([
    ["lostAnswer", 0, true],
    ["lostAnswer504", 504, true],
    ["lostWrite", 0, false],
  ] as const)("%s leaves it open whether it was done", async (name, status, isDone) => {
    const world = await holding(name);
    expect(await move(world, "latest")).toMatchObject({ status, lost: true, passing: true });
    expect(await world.client.digest("latest")).toBe(isDone ? world.digests.new : world.digests.old);
  });

  it.each(["immutableEcr", "immutableHarbor", "immutableHarborConflict", "immutableArtifactRegistry"] as const)(
    "%s takes a tag once, and says that it is immutable",
    async (name) => {
      const world = await holding(name);
      expect(await move(world, "1.2")).toEqual({ digest: world.digests.new });
      expect(await move(world, "latest")).toMatchObject({ code: "immutable", passing: false, closed: false });
      expect(await world.holds("latest")).toBe(world.digests.old);
    },
  );

  it.each([
    ["full", "no-space"],
    ["overwriteDenied", "unauthorized"],
    ["readOnly", "unknown"],
  ] as const)("%s is not asked again", async (name, code) => {
    const world = await holding(name);
    expect(await move(world, "latest")).toMatchObject({ code, passing: false, lost: false });
  });

  it("loginPage is no registry", async () => {
    const { client } = await holding("loginPage");
    expect(await client.manifest("latest")).toMatchObject({ status: 0, closed: true });
  });

  it("hung is given up, with a word before", async () => {
    const { client, said } = await holding("hung");
    const refusal = { status: 0, code: "registry-down", message: expect.stringContaining("no sign of life") };
    expect(await client.put("latest", { digest: "sha256:a", mediaType: "x", body: "{}" })).toMatchObject(refusal);
    expect(said[0]).toContain("still waiting");
  });

  it("of several kinds at once is no worse", async () => {
    const world = await holding("tokenForms", "rateLimitedAll", "strictContentType", "immutableEcr");
    expect(await world.client.digest("1.2.3")).toBe(world.digests.new);
    expect(await world.client.digest("none")).toBeNull();
  });
});

describe("the quirks", () => {
  it("are all tried here", () => {
    const own = ["rateLimitedPut", "rateLimitedForHours", "lag", "stale", "full", "overwriteDenied", "readOnly"];
    const others = [...own, "hung", "loginPage", "tagsBroken"];
    const rest = Object.keys(quirks).filter(
      (name) => !/^(?:tagsRefused|immutable|lost)/.test(name) && !others.includes(name),
    );
    expect(rest.toSorted()).toEqual([...harmless].toSorted());
  });
});
