import { describe, expect, it } from "vitest";
import { buildTag, example, type ExampleOptions, repositories } from "../support/docker/example.ts";
import { pushOf } from "../support/docker/promotions.ts";
import { createRegistry } from "../support/registry/in-memory.js";

const [base = "", app1 = "", app2 = ""] = repositories;

/** A registry that these builds of the default branch have published to, and nothing on the host. */
async function published(numbers = [38, 39, 40, 41, 42], options: ExampleOptions = {}) {
  const registry = options.registry ?? createRegistry();
  const made = await example({ ...options, registry });
  for (const number of numbers)
    expect(await made.run(["build", "--no-reuse"], pushOf(number))).toMatchObject({ code: 0 });
  const other = await example({ ...options, registry });
  const left = (repository = app1) => registry.tags(repository);
  /** Whether every tag that is left can be pulled. */
  const isWhole = async () => {
    const whole: boolean[] = [];
    for (const repository of repositories)
      for (const tag of registry.tags(repository)) whole.push(registry.image(repository, tag) !== null);
    return whole.every(Boolean);
  };
  const removed = () => registry.requests.filter(({ method }) => method === "DELETE");
  return { ...other, registry, left, isWhole, removed };
}

const tags = (...numbers: number[]) => numbers.map(buildTag);

describe("clean --registry", () => {
  it.each([
    ["the five newest builds", [], [38, 39, 40, 41, 42]],
    ["the two newest builds", ["--keep", "2"], [41, 42]],
    ["what latest stands for", ["--keep", "0"], [42]],
    ["what either of two limits keeps", ["--older", "1d", "--keep", "3"], [40, 41, 42]],
  ])("keeps %s, in every repository, and asks no docker", async (_, flags, expected) => {
    const { run, left, docker, isWhole, clock } = await published();
    clock.now += 1000 * 86_400_000;
    expect(await run(["clean", "--registry", ...flags], pushOf(42))).toMatchObject({ code: 0 });
    for (const repository of repositories) expect(left(repository)).toEqual(["latest", ...tags(...expected)]);
    expect([docker.commands, await isWhole()]).toEqual([[], true]);
  });

  it("keeps the running build, whatever else is newer", async () => {
    const { run, left } = await published();
    await run(["clean", "--registry", "--keep", "1"], pushOf(39));
    expect(left()).toEqual(["latest", ...tags(39, 42)]);
  });

  it("says what it would remove and removes nothing with --dry-run", async () => {
    const { run, left, removed } = await published([40, 41, 42]);
    const ended = await run(["clean", "--registry", "--keep", "1", "--dry-run"], pushOf(42));
    expect(ended.out).toMatch(new RegExp(`${app1}:${buildTag(40)} +would be removed`));
    expect(ended.out).toMatch(new RegExp(`${app1}:${buildTag(42)} +kept: latest stands for it`));
    expect([left().length, removed()]).toEqual([4, []]);
  });

  it("prints one JSON document of the build tags", async () => {
    const { run, registry } = await published([41, 42]);
    const digest = registry.digest(app1, buildTag(41));
    const ended = await run(["clean", "--registry", "--keep", "1", "--json"], pushOf(42));
    const { tags: told } = ended.json() as { tags: object[] };
    expect(told).toHaveLength(9);
    expect(told).toContainEqual({ reference: `${app1}:${buildTag(41)}`, digest, removed: true, kept: null });
  });

  it("keeps the base of an app that stays, also of a target that is built by itself", async () => {
    const { run, left, registry } = await published([41]);
    // The app of another branch, whose moving tag keeps it, stands on the base of its build alone.
    await run(["build", "--no-reuse"], pushOf(42));
    const dev = { DRONE_COMMIT_REF: "refs/heads/dev", DRONE_BRANCH: "dev", DRONE_COMMIT_BRANCH: "dev" };
    await run(["build", "app1", "--no-reuse"], pushOf(40, dev));
    expect(registry.tags(base)).toContain("dev-860c1904a1ce-40");
    expect(await run(["clean", "--registry", "--keep", "0"], pushOf(42))).toMatchObject({ code: 0 });
    expect(left(base)).toEqual(["dev-860c1904a1ce-40", "latest", buildTag(42)]);
    expect(left(app1)).toEqual(["dev", "dev-860c1904a1ce-40", "latest", buildTag(42)]);
  });

  it("leaves alone what others have put there, and what is signed and stays", async () => {
    const { run, left, registry } = await published([41, 42]);
    const of = (number: number) => `sha256-${registry.digest(app1, buildTag(number))!.slice(7)}.sig`;
    const [gone, stays] = [of(41), of(42)];
    for (const tag of [gone, stays, "by-hand", buildTag(7)]) registry.putImage(app1, tag, { layers: [tag] });
    await run(["clean", "--registry", "--keep", "1"], pushOf(42));
    expect(left()).toEqual(["by-hand", "latest", buildTag(42), buildTag(7), stays].toSorted());
  });

  it("keeps what an index lists that stays", async () => {
    const { run, registry, left } = await published([41, 42]);
    registry.putIndex(app1, "all", [registry.digest(app1, buildTag(41))!]);
    await run(["clean", "--registry", "--keep", "1"], pushOf(42));
    expect(left()).toContain(buildTag(41));
    expect(left(app2)).not.toContain(buildTag(41));
  });

  it("looks into the repository of build tags as well", async () => {
    const builds = "r.io/ci/all";
    const { run, registry, isWhole } = await published([40, 41, 42], {
      config: `"builds":${JSON.stringify(builds)}`,
      targets: { base: { repo: false }, app1, app2 },
    });
    expect(await run(["clean", "--registry", "--keep", "1"], pushOf(42))).toMatchObject({ code: 0 });
    expect(registry.tags(builds)).toEqual(["app1", "app2", "base"].map((name) => `${buildTag(42)}-${name}`));
    expect([registry.tags(app1), await isWhole()]).toEqual([["latest"], true]);
  });

  it("removes nothing anywhere where one repository cannot be looked at", async () => {
    const registry = createRegistry({
      beforeRequest: ({ path, method }) =>
        path === "/v2/p/app2/tags/list" && method === "GET" && closed ? { status: 403 } : undefined,
    });
    let closed = false;
    const { run, removed } = await published([41, 42], { registry });
    closed = true;
    const ended = await run(["clean", "--registry", "--keep", "0", "--json"], pushOf(42));
    expect([ended.code, removed()]).toEqual([1, []]);
    expect(ended.json()).toMatchObject({ tags: [], error: { failures: [{ code: "unauthorized" }] } });
  });

  it.each([
    ["405", undefined, "unsupported", "removes nothing"],
    ["403", { status: 403 }, "unauthorized", "a right of its own"],
  ])("says so once where the registry does not remove (%s)", async (_, fault, code, words) => {
    const registry = createRegistry({
      keepsAll: true,
      beforeRequest: ({ method }) => (method === "DELETE" ? fault : undefined),
    });
    const { run, left, removed } = await published([40, 41, 42], { registry });
    const ended = await run(["clean", "--registry", "--keep", "1"], pushOf(42));
    expect([ended.code, left().length]).toEqual([1, 4]);
    expect(ended.err).toContain(words);
    expect(ended.err.match(/error/g)).toHaveLength(1);
    expect(ended.out).toContain("kept: the registry does not remove it");
    expect(removed()).toHaveLength(1);
    expect((await run(["clean", "--registry", "--keep", "1", "--json"], pushOf(42))).json()).toMatchObject({
      error: { failures: [{ code }] },
    });
  });

  it("spares what has been given another name since it was looked at", async () => {
    let [isLooking, looked] = [false, 0];
    const tagIt = async () => {
      const digest = registry.digest(app1, buildTag(41))!;
      await registry.handle({
        method: "PUT",
        url: "https://r.io/v2/p/app1/manifests/stable",
        headers: { "content-type": "application/vnd.oci.image.manifest.v1+json" },
        body: registry.manifest(app1, digest)!,
      });
    };
    const registry = createRegistry({
      beforeRequest: async ({ path }) => {
        if (path === "/v2/p/app1/tags/list" && isLooking && ++looked === 2) await tagIt();
        return undefined;
      },
    });
    const { run, left } = await published([41, 42], { registry });
    isLooking = true;
    const ended = await run(["clean", "--registry", "--keep", "1"], pushOf(42));
    expect(ended.out).toContain("kept: it has been given another name meanwhile");
    expect(left()).toContain(buildTag(41));
  });
});

it("clean --registry refuses to guess whose build tags they are", async () => {
  const { run, registry } = await example({ env: {} });
  expect([(await run(["clean", "--registry"])).code, registry.requests]).toEqual([2, []]);
});

describe("clean --registry where not all can be seen", () => {
  it.each([
    ["an image's configuration", /\/blobs\//],
    ["a manifest", /\/manifests\//],
    ["the tags", /\/tags\//],
  ])("removes nothing: %s", async (_, path) => {
    let isClosed = false;
    const registry = createRegistry({
      beforeRequest: (request) => (isClosed && path.test(request.path) ? { status: 403, body: "{}" } : undefined),
    });
    const { run, left, removed } = await published([41, 42], { registry });
    isClosed = true;
    const ended = await run(["clean", "--registry", "--keep", "1"], pushOf(42));
    expect([ended.code, left().length, removed().length]).toEqual([1, 3, 0]);
  });
});
