import { describe, expect, it } from "vitest";
import { moveAll } from "../../../src/run/move.ts";
import { labelsOf, planned } from "../../support/planned.ts";
import { digestOf, ownRegistry, publish } from "../../support/own-registry.ts";

const tag = "master-860c1904a1ce-42";

/** Two targets that are up, the second in two repositories, and what moving their tags comes to. */
async function place(tags: string[] = ["latest", "1.2"]) {
  const registry = await ownRegistry();
  const { at, context, reporter } = registry;
  const targets = [
    planned("base", { repositories: [at("p/base")], tags }),
    planned("app", { repositories: [at("p/app"), at("mirror/app")], tags }),
  ];
  const digests = new Map<string, string>();
  for (const { name, repositories } of targets) {
    for (const repository of repositories) {
      digests.set(name, await publish(repository, tag, { ...labelsOf(42), "multistage-build.target": name }));
    }
  }
  const names = targets.flatMap(({ moving }) => moving);
  return {
    ...registry,
    digests,
    names,
    move: (force = false) => moveAll(context, targets, digests, force, reporter),
    /** Where the moving tags point to. */
    points: () => Promise.all(names.map((name) => digestOf(name))),
  };
}

describe("moveAll", () => {
  it("gives every target's very image all its names in all its repositories", async () => {
    const { move, points, names, digests } = await place();
    const moved = await move();
    expect(moved).toMatchObject({ failures: [], closed: [] });
    expect(moved.pushed.map(({ reference }) => reference).toSorted()).toEqual(names.toSorted());
    expect(await points()).toEqual(names.map((name) => digests.get(name.includes("app") ? "app" : "base")));
  });

  it("moves nothing of any target if one's build tag is another image than was pushed", async () => {
    const { move, points, names, at } = await place();
    await publish(at("mirror/app"), tag, labelsOf(41));
    const moved = await move();
    expect(moved.failures).toMatchObject([
      { target: "app", message: expect.stringMatching(/is sha256:.*, not the sha256:/) },
    ]);
    expect(await points()).toEqual(names.map(() => null));
  });

  it("moves nothing of any target if one's is gone", async () => {
    const { move, points, names, fault } = await place();
    fault(({ path }) => (path.includes(`/app/manifests/${tag}`) ? { status: 404 } : undefined));
    expect((await move()).failures).toMatchObject([
      { target: "app", message: expect.stringContaining("is not in the registry") },
      { target: "app" },
    ]);
    fault(() => undefined);
    expect(await points()).toEqual(names.map(() => null));
  });

  it("leaves a tag with a later build and says so, and moves the others", async () => {
    const { move, names, at, notes, digests } = await place();
    const later = await publish(at("p/base"), "latest", labelsOf(43));
    const moved = await move();
    expect(moved.pushed).toHaveLength(names.length - 1);
    expect(notes).toEqual([
      expect.stringMatching(/^base: .*p\/base:latest stays where it is: build 43 is later \(--force/),
    ]);
    expect(await digestOf(`${at("p/base")}:latest`)).toBe(later);
    await move(true);
    expect(await digestOf(`${at("p/base")}:latest`)).toBe(digests.get("base"));
  });

  it("waits as long as a busy registry asks, and tries again what has not been done", async () => {
    const { move, notes, requests, fault, context, names } = await place(["latest"]);
    const left = [{ status: 429, headers: { "retry-after": "7" } }, { status: 503 }, "reset" as const];
    fault(({ method }) => (method === "PUT" ? left.shift() : undefined));
    const [before, started] = [requests.length, context.host.now()];
    expect(await move()).toMatchObject({ failures: [], closed: [] });
    expect(notes).toHaveLength(3);
    expect(notes.join("\n")).toMatch(/answered 429; trying again in 7.0 s \(2 of 5\)/);
    expect(context.host.now() - started).toBeGreaterThanOrEqual(7_000);
    const puts = requests.slice(before).filter(({ method, status }) => method === "PUT" && status === 201);
    expect(puts).toHaveLength(names.length);
  });

  it("gives up on a registry that stays unwell", async () => {
    const { move, points, names, fault } = await place();
    fault(({ method, path }) => (method === "GET" && path.includes("/base/") ? { status: 502 } : undefined));
    expect((await move()).failures).toMatchObject([{ target: "base", code: "registry-down" }]);
    fault(() => undefined);
    expect(await points()).toEqual(names.map(() => null));
  });

  it("leaves to docker what only docker may write, but not what is to stay", async () => {
    const { move, at, fault } = await place();
    await publish(at("mirror/app"), "latest", labelsOf(43));
    fault(({ method, path }) => (method === "PUT" && path.includes("/mirror/") ? { status: 403 } : undefined));
    const moved = await move();
    expect(moved.failures).toEqual([]);
    expect(moved.closed).toMatchObject([{ name: "app", moving: [`${at("mirror/app")}:1.2`] }]);
    expect(moved.pushed).toHaveLength(4);
  });

  it("does not take it for done if the registry made another manifest of it", async () => {
    const { move, fault } = await place(["latest"]);
    fault(({ method, path }) =>
      method === "PUT" && path.includes("/base/")
        ? { status: 201, headers: { "docker-content-digest": "sha256:other" } }
        : undefined,
    );
    expect((await move()).failures).toMatchObject([
      { target: "base", message: expect.stringContaining("became sha256:other") },
    ]);
  });
});
