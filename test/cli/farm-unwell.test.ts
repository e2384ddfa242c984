import { describe, expect, it } from "vitest";
import { buildTag, example, repositories } from "../support/docker/example.ts";
import { farmOf } from "../support/docker/farm.ts";
import { droneEnv } from "../support/project.ts";
import { createRegistry, type InMemoryRegistry } from "../support/registry/in-memory.js";

const tag = buildTag(42);
const [, app1 = ""] = repositories;

/** An agent with a builder of its own, and no image on its docker host. */
const agent = (name: string, registry: InMemoryRegistry, options: Parameters<typeof example>[0] = {}) =>
  example({ registry, builders: farmOf(name), env: droneEnv({ BUILDX_BUILDER: name }), ...options });

const digestsIn = (registry: InMemoryRegistry, of: string) =>
  repositories.map((repository) => registry.digest(repository, of));

describe("a registry that is the store, and unwell", () => {
  it("is asked again for a name that it was too busy to take", async () => {
    let refused = 0;
    const registry = createRegistry({
      beforeRequest: ({ method, path }) =>
        method === "PUT" && path.endsWith(`p/app1/manifests/${tag}`) && refused++ === 0 ? { status: 503 } : undefined,
    });
    const ended = await (await agent("farm1", registry)).run([]);
    expect(ended, ended.err).toMatchObject({ code: 0 });
    expect([refused, registry.digest(app1, "latest")]).toEqual([2, registry.digest(app1, tag)]);
  });

  it.each([
    [
      "takes no name",
      "PUT",
      /p\/app1\/manifests\/master-/,
      { status: 403, body: "{}" },
      "the registry does not let this user do that",
    ],
    [
      "does not have what was sent",
      "GET",
      /p\/app1\/manifests\/sha256:/,
      { status: 404, body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}' },
      "though the builder has sent it",
    ],
    ["does not let us read what was sent", "GET", /p\/app1\/manifests\/sha256:/, { status: 403, body: "{}" }, "error"],
    ["does not let us read the base", "GET", /p\/base\/manifests\/sha256:/, { status: 403, body: "{}" }, "error"],
  ])("that %s moves no tag", async (_, method, path, fault, said) => {
    const registry = createRegistry({
      beforeRequest: (request) =>
        request.method === method && path.test(request.path) && request.headers["user-agent"] === undefined
          ? fault
          : undefined,
    });
    const ended = await (await agent("farm1", registry)).run([]);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.err).toContain(said);
    expect(digestsIn(registry, "latest")).toEqual([null, null, null]);
  });

  it("has one image under an app's build tag, whoever was first", async () => {
    let looked = false;
    const registry: InMemoryRegistry = createRegistry({
      beforeRequest: ({ method, path }) => {
        if (method === "GET" && /p\/app1\/manifests\/sha256:/.test(path) && !looked) {
          looked = true;
          registry.putImage(app1, tag, { layers: ["other"] });
        }
        return undefined;
      },
    });
    const ended = await (await agent("farm1", registry)).run([]);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.err).toContain("is up already, as another image");
    expect(digestsIn(registry, "latest")).toEqual([null, null, null]);
  });

  it("has a laptop's images named anew each time", async () => {
    const registry = createRegistry();
    const { run } = await agent("farm1", registry, { env: { BUILDX_BUILDER: "farm1" } });
    for (let time = 0; time < 2; time++) {
      const ended = await run(["build", "--push", "--no-cache"]);
      expect(ended, ended.err).toMatchObject({ code: 0 });
    }
    expect(registry.tags(app1).some((one) => one.startsWith("local-"))).toBe(true);
  });
});
