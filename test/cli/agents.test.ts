import { describe, expect, it } from "vitest";
import { atFirst, buildTag, engines, example, type ExampleOptions, repositories } from "../support/docker/example.ts";
import { farmOf } from "../support/docker/farm.ts";
import { failuresIn } from "../support/docker/promotions.ts";
import { droneEnv } from "../support/project.ts";
import type { ScriptedDocker } from "../support/docker/docker.ts";
import { createRegistry, type InMemoryRegistry } from "../support/registry/in-memory.js";

const own = buildTag(42);
const [base = "", app1 = "", app2 = ""] = repositories;

/** An agent of the build that builds with its engine, or with a builder that keeps its images to itself. */
const agent = (kind: (typeof engines)[number] | "farm", options: ExampleOptions) =>
  example(
    kind === "farm"
      ? { ...options, builders: farmOf("farm"), env: droneEnv({ BUILDX_BUILDER: "farm" }) }
      : { ...options, engine: kind },
  );

describe.each([...engines, "farm" as const])("two agents of one build at work at once: %s", (kind) => {
  const dockerfile = `FROM python:3.8-slim AS base
ARG PY
RUN make
FROM base AS app1
ARG PY
RUN echo app1
FROM base AS app2
ARG PY
RUN echo app2
`;
  const config = '"env":["PY"],"defaults":{"args":{"PY":"{{env.PY}}"}}';

  it("publish nothing on a base that the other has made from something else", async () => {
    const options = { registry: createRegistry(), dockerfile, config };
    const [slow, fast] = [await agent(kind, options), await agent(kind, options)];
    atFirst(slow.docker, kind === "legacy" ? "docker build " : "docker buildx bake", async () => {
      expect(await fast.run(["base", "app2"], { PY: "3.12" })).toMatchObject({ code: 0 });
      return undefined;
    });
    const ended = await slow.run(["base", "app1", "--json"], { PY: "3.8" });
    expect(failuresIn(ended.json())).toMatchObject([
      { code: "other-inputs", target: "base", hint: expect.stringContaining('suffix: "-{{env.PY}}"') },
    ]);
    const { registry } = options;
    expect([registry.tags(base), registry.tags(app1)]).toEqual([expect.arrayContaining([own]), []]);
    expect(registry.image(app2, own)!.layers.slice(0, -1)).toEqual(registry.image(base, own)!.layers);
  });
});

describe("a part that is used again", () => {
  const platforms = ["linux/amd64", "linux/arm64"];
  const config = `"defaults":{"platforms":${JSON.stringify(platforms)}}`;
  const elsewhere = "other.io/p/app2";

  /** Two builds in parts, the second of which publishes an unchanged target in another registry as well. */
  async function builds(
    kind: Parameters<typeof agent>[0],
    fault: Parameters<ScriptedDocker["fault"]>[0] = () => undefined,
  ) {
    const registry = createRegistry();
    const ran = [];
    for (const [number, to] of [
      ["42", app2],
      ["43", [app2, elsewhere]],
    ] as const)
      for (const platform of platforms) {
        const one = await agent(kind, { registry, config, targets: { base, app1, app2: to } });
        one.docker.fault(fault);
        const ended = await one.run(["build", "--platform", platform], { DRONE_BUILD_NUMBER: number });
        expect(ended, ended.err).toMatchObject({ code: 0 });
        ran.push({ ...one, ...ended });
      }
    return { registry, last: ran.at(-1)! };
  }

  const partsIn = (registry: InMemoryRegistry, repository: string, number: number) =>
    platforms.map((one) => registry.digest(repository, `${buildTag(number)}-${one.replace("/", "-")}`));

  it.each(["modern", "containerd", "farm"] as const)("is in another registry the part alone: %s", async (kind) => {
    const { registry, last } = await builds(kind);
    const parts = partsIn(registry, app2, 42);
    expect([partsIn(registry, app2, 43), partsIn(registry, elsewhere, 43)]).toEqual([parts, parts]);
    expect(registry.digest(elsewhere, "latest")).toBe(registry.digest(app2, buildTag(42)));
    expect(last.asked("docker buildx imagetools create")).toContainEqual(
      expect.stringMatching(`--tag=${elsewhere}:${buildTag(43)}-linux-arm64 ${app2}@${parts[1]}$`),
    );
  });

  it("is built anew where docker cannot copy it, and nothing has its build tag before", async () => {
    const { registry, last } = await builds("modern", (_, line) =>
      line.includes(" imagetools ")
        ? { exitCode: 1, stderr: "docker: 'buildx' is not a docker command.\n" }
        : undefined,
    );
    expect(last.err).toContain("app2: docker: 'buildx' is not a docker command.");
    const parts = partsIn(registry, elsewhere, 43);
    expect(partsIn(registry, app2, 43)).toEqual(parts);
    expect(parts.some((one) => one === null || partsIn(registry, app2, 42).includes(one))).toBe(false);
  });
});

describe("an image with attestations that is used again", () => {
  it("is copied to another registry with all that its index lists, which an engine would not send", async () => {
    const registry = createRegistry();
    await (await agent("containerd", { registry })).run([]);
    const image = registry.digest(app2, own)!;
    const type = "application/vnd.oci.image.index.v1+json";
    const manifests = ["linux", "unknown"].map((os) => ({ digest: image, platform: { os, architecture: "amd64" } }));
    const body = JSON.stringify({ schemaVersion: 2, mediaType: type, manifests });
    const url = "https://r.io/v2/p/app2/manifests/latest";
    await registry.handle({ method: "PUT", url, headers: { "content-type": type }, body });
    const targets = { base, app1, app2: [app2, "other.io/p/app2"] };
    const { run, asked } = await agent("containerd", { registry, targets });
    await run([], { DRONE_BUILD_NUMBER: "43" });
    expect(asked("docker pull")).toEqual([]);
    expect(asked("docker buildx imagetools create")).toEqual([
      expect.stringContaining(`${app2}@${registry.digest(app2, buildTag(43))}`),
    ]);
  });
});
