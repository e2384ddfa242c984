import { describe, expect, it } from "vitest";
import { acquire, type InRegistry } from "../../../src/builders/acquire.ts";
import type { PlannedTarget } from "../../../src/plan/plan.ts";
import type { World } from "../../support/host.ts";
import { docker, inspected, local, target } from "./images.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const base = target("base");
const name = "r.io/p/base:master-860c1904a1ce-42";
const inspect = `docker image inspect ${name}`;
const pull = `docker pull ${name}`;
const absent = { exitCode: 1, stdout: "[]", stderr: `No such image: ${name}` };
const here = (changes = {}) => ({ stdout: JSON.stringify([inspected(base, changes)]) });
const known = { RepoDigests: [`r.io/p/base@${digest("a")}`] };

/** What comes of the search with a docker that answers like this. */
async function acquiring(inRegistry: InRegistry, commands: NonNullable<World["commands"]>, of = base) {
  const context = docker(commands);
  const reporter = { verbose: false, progress: () => undefined, note: () => undefined };
  const found = await acquire(context, of, inRegistry, reporter);
  return { found, asked: context.asked(), digest: context.digests.get(of.name) ?? null };
}

describe("a base on the host", () => {
  const ours = { digest: digest("a"), id: digest("c") };
  it.each<[string, InRegistry, object, string, string | null]>([
    ["where the registry has none", "nothing", {}, "here", null],
    ["that has the registry's digest", { ...ours, id: null }, known, "up", digest("a")],
    ["whose id is the registry's configuration", ours, { Id: digest("c") }, "up", null],
    ["whose id is the registry's manifest", ours, { Id: digest("a") }, "up", null],
  ])("is used %s", async (_, inRegistry, changes, found, expected) => {
    expect(await acquiring(inRegistry, { [inspect]: here(changes) })).toEqual({
      found,
      asked: [inspect],
      digest: expected,
    });
  });

  const denied = { exitCode: 1, stderr: "no basic auth credentials" };
  const silent = { exitCode: 1, stderr: "manifest unknown" };

  it.each<[string, PlannedTarget, object, string, string[]]>([
    ["is used where nothing is published", { ...base, push: false }, {}, "here", [inspect]],
    [
      "is used where it is published nowhere",
      { ...local("base"), push: false },
      {},
      "here",
      ["docker image inspect localhost/p:42"],
    ],
    ["is used where docker finds none, either", base, silent, "here", [inspect, pull]],
    ["is used where docker is refused, too", base, denied, "here", [inspect, pull]],
    ["is what docker pulls", base, { stdout: `Digest: ${digest("b")}` }, "up", [inspect, pull, inspect]],
  ])("where the registry cannot be asked: %s", async (_, of, pulled, expected, asked) => {
    const image = { stdout: JSON.stringify([inspected(of)]) };
    const made = await acquiring("unknown", { [`docker image inspect`]: image, [pull]: pulled }, of);
    expect(made).toMatchObject({ found: expected, asked });
  });

  it("that is gone when it has been pulled is a failure", async () => {
    const pulled = { stdout: `Digest: ${digest("b")}\n` };
    const { found, digest: learnt } = await acquiring("unknown", { [inspect]: absent, [pull]: pulled });
    expect([found, learnt]).toMatchObject([{ code: "missing-image", target: "base" }, null]);
  });

  it.each<InRegistry>(["nothing", "unknown", { digest: digest("a"), id: null }])(
    "that is not ours is refused (%j)",
    async (inRegistry) => {
      const { found, digest: learnt } = await acquiring(inRegistry, {
        [inspect]: here({ ...known, Config: { Labels: {} } }),
        [pull]: silent,
      });
      expect(found).toMatchObject({ code: "foreign-image", target: "base" });
      expect(learnt).toBeNull();
    },
  );

  it("that is another than the registry's is replaced by that", async () => {
    const commands = { [inspect]: here(known), [pull]: { stdout: `Digest: ${digest("b")}\n` } };
    const inRegistry = { digest: digest("b"), id: digest("c") };
    expect(await acquiring(inRegistry, commands)).toEqual({
      found: "up",
      asked: [inspect, pull, inspect],
      digest: digest("b"),
    });
  });
});

describe("a base that is not on the host", () => {
  it.each<[string, InRegistry, number]>([
    ["is not pulled where the registry has none", "nothing", 1],
    ["is pulled where the registry cannot be asked", "unknown", 2],
  ])("%s", async (_, inRegistry, count) => {
    const { found, asked } = await acquiring(inRegistry, {
      [inspect]: absent,
      [pull]: { exitCode: 1, stderr: "manifest unknown" },
    });
    expect([found, asked.length]).toEqual(["missing", count]);
  });

  it("is not pulled if it is published nowhere", async () => {
    const { found, asked } = await acquiring("unknown", { "docker image inspect": absent }, local("tools"));
    expect([found, asked]).toEqual(["missing", ["docker image inspect localhost/p:42"]]);
  });

  it.each<[string, string, InRegistry, string]>([
    ["missing where nobody could tell", "manifest unknown", "unknown", "missing"],
    ["missing where nobody may see it", "no basic auth credentials", "unknown", "missing"],
    ["a failure where it is up", "manifest unknown", { digest: digest("a"), id: null }, "missing-image"],
    [
      "a failure where it is up and refused",
      "no basic auth credentials",
      { digest: digest("a"), id: null },
      "unauthorized",
    ],
    ["a failure where the registry is not there", "connection refused", "unknown", "registry-down"],
    ["a failure for a reason that is not known", "something else", "unknown", "unknown"],
    ["a failure where the disk is full", "no space left on device", "unknown", "no-space"],
  ])("a pull that fails is %s", async (_, stderr, inRegistry, expected) => {
    const { found } = await acquiring(inRegistry, { [inspect]: absent, [pull]: { exitCode: 1, stderr } });
    expect(typeof found === "string" ? found : found.code).toBe(expected);
  });

  it("is asked for again while the registry is unwell", async () => {
    let left = 2;
    let pulled = false;
    const { found, asked } = await acquiring("unknown", {
      [inspect]: () => (pulled ? here() : absent),
      [pull]: () => {
        if (left-- > 0) return { exitCode: 1, stderr: "received unexpected HTTP status: 503 Service Unavailable" };
        pulled = true;
        return { stdout: "" };
      },
    });
    expect([found, asked.filter((line) => line === pull)]).toEqual(["up", [pull, pull, pull]]);
  });

  it("that is pulled but not ours is refused", async () => {
    let pulled = false;
    const { found, digest: learnt } = await acquiring("unknown", {
      [inspect]: () =>
        pulled ? here({ Config: { Labels: { ...base.labels, "multistage-build.target": "app" } } }) : absent,
      [pull]: () => {
        pulled = true;
        return { stdout: `Digest: ${digest("b")}\n` };
      },
    });
    expect([found, learnt]).toEqual([expect.objectContaining({ code: "foreign-image" }), null]);
  });
});
