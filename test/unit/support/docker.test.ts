import { describe, expect, it } from "vitest";
import type { Engine } from "../../support/docker/docker.ts";
import { world } from "../../support/docker/world.ts";

const engines: Engine[] = ["modern", "containerd", "legacy"];

/** A base and two apps on it, as the question has them. */
const files = {
  Dockerfile: `FROM python:3.8-slim AS base
RUN head -c 8 /dev/urandom > /base
FROM base AS app1
RUN echo app1 > /app
FROM base AS app2
RUN echo app2 > /app
`,
  "multistage-build.config.yaml": `targets:
  base: r.io/p/base
  app1: r.io/p/app1
  app2: r.io/p/app2
`,
};
const images = ["python:3.8-slim"];
const buildTag = "master-860c1904a1ce-42";
const repositories = ["base", "app1", "app2"].map((name) => `r.io/p/${name}`);

describe.each(engines)("today's program with a scripted docker: %s", (engine) => {
  it("publishes a base and two apps that stand on it", async () => {
    const { run, registry, docker } = await world({ engine, files, images });
    const ran = await run(["build", "--json"]);
    expect(ran.err).not.toContain("error");
    expect(ran.code).toBe(0);
    for (const repository of repositories) {
      expect(registry.tags(repository)).toEqual(["latest", buildTag]);
      expect(registry.digest(repository, "latest")).toBe(registry.digest(repository, buildTag));
    }
    const [base, ...apps] = repositories.map((repository) => registry.image(repository, buildTag)!);
    for (const app of apps) {
      expect(app.layers.slice(0, base!.layers.length)).toEqual(base!.layers);
      expect(app.layers).toHaveLength(base!.layers.length + 1);
    }
    expect(docker.images().flatMap(({ names }) => names)).toEqual(repositories.map((name) => `${name}:${buildTag}`));
  });
});
