import { describe, expect, it } from "vitest";
import { atFirst, buildTag, engines, example, type ExampleOptions, repositories } from "../support/docker/example.ts";
import { farmOf } from "../support/docker/farm.ts";
import { failuresIn } from "../support/docker/promotions.ts";
import { droneEnv } from "../support/project.ts";
import { createRegistry } from "../support/registry/in-memory.js";

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
