import { describe, expect, it } from "vitest";
import { buildTag, example, type ExampleOptions, isOurs, repositories } from "../support/docker/example.ts";
import { createRegistry, type InMemoryRegistry } from "../support/registry/in-memory.js";

const own = buildTag(42);
const [base = "", app1 = ""] = repositories;
const platforms = ["linux/amd64", "linux/arm64"];
const config = `"defaults":{"platforms":${JSON.stringify(platforms)}}`;

/** An agent of a build: a docker host of its own that shares the registry with the others. */
const agent = (registry: InMemoryRegistry, options: ExampleOptions = {}) => example({ registry, config, ...options });

type Request = Parameters<NonNullable<NonNullable<Parameters<typeof createRegistry>[0]>["beforeRequest"]>>[0];
/** How the registry answers a request in its own way, in the first or the second run. */
type Fault = (request: Request, run: number) => { status: number; body?: string } | undefined;
const unknown = '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}';

describe("a build in parts", () => {
  it.each<[string, Fault, string]>([
    [
      "its own part cannot be read after it was published",
      (request, run) =>
        run === 2 && isOurs(request) && request.path.endsWith(`p/app1/manifests/${own}-linux-arm64`)
          ? { status: 404, body: unknown }
          : undefined,
      `${app1}:${own}-linux-arm64 was published but cannot be read`,
    ],
    [
      "another's part may not be read",
      ({ path: asked }, run) =>
        run === 2 && asked.endsWith(`p/app1/manifests/${own}-linux-amd64`) ? { status: 403, body: "{}" } : undefined,
      "the registry",
    ],
    [
      "the whole may not be written",
      ({ method, path: asked }) =>
        method === "PUT" && asked.endsWith(`p/app1/manifests/${own}`) ? { status: 403, body: "{}" } : undefined,
      `${app1}:${own} cannot be written`,
    ],
  ])("moves nothing where %s", async (_, fault, said) => {
    let runs = 0;
    const registry = createRegistry({ beforeRequest: (request) => fault(request, runs) });
    for (const platform of platforms) {
      runs += 1;
      const ended = await (await agent(registry)).run(["build", "--platform", platform]);
      expect([ended.code, ended.err.includes(said)]).toEqual(platform === "linux/arm64" ? [1, true] : [0, false]);
    }
    expect(registry.digest(app1, "latest")).toBeNull();
  });

  it.each<[string, (registry: InMemoryRegistry) => void, string]>([
    [
      "the whole is up already, as something else",
      (registry) => void registry.putImage(app1, own, { layers: ["x"] }),
      "is up already, joined of other images",
    ],
    [
      "the base's part is somebody else's",
      (registry) => void registry.putImage(base, `${own}-linux-amd64`, { layers: ["x"] }),
      `${base}:${own}-linux-amd64 was not built by this build`,
    ],
    [
      "a part is another one in the second repository",
      (registry) => {
        const { layers, labels } = registry.image("s.io/p/app1", `${own}-linux-amd64`)!;
        registry.putImage("s.io/p/app1", `${own}-linux-amd64`, { layers, labels: { ...labels, more: "x" } });
      },
      "other than in the target's other repositories",
    ],
  ])("moves nothing where %s", async (_, act, said) => {
    const registry = createRegistry();
    const options = { targets: { base, app1: [app1, "s.io/p/app1"] } };
    await (await agent(registry, options)).run(["build", "--platform", "linux/amd64"]);
    act(registry);
    const ended = await (await agent(registry, options)).run(["build", "app1", "--platform", "linux/arm64"]);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.err).toContain(said);
    expect(registry.digest(app1, "latest")).toBeNull();
  });
});
