import { describe, expect, it } from "vitest";
import actionVectors from "../fixtures/vectors/metadata-action.json" with { type: "json" };
import droneVectors from "../fixtures/vectors/drone-auto-tag.json" with { type: "json" };
import { run } from "../support/host.ts";
import { project } from "../support/project.ts";

interface Vector {
  name: string;
  env: Record<string, string>;
  expected: { tags?: string[]; version?: string | null; error?: unknown };
}

/** The tags of a project with one target, through the real command. */
async function tagsOf(config: object, { env }: Vector): Promise<Vector["expected"]> {
  const cwd = await project({ "package.json": {}, "multistage-build.config.json": config });
  const ended = await run(["tags", "app", "--json"], { cwd, env });
  const output = JSON.parse(ended.out) as { tags: string[]; version: string | null };
  return ended.code === 2 ? { error: true } : { tags: output.tags, version: output.version };
}

describe("what docker/metadata-action makes of it, we make of it", () => {
  it.each(actionVectors as unknown as (Vector & { tags: string[]; flavor: string[] })[])("$name", async (vector) => {
    const { tags, flavor, expected } = vector;
    expect(await tagsOf({ tags, flavor, targets: { app: "octocat/hello-world" } }, vector)).toEqual(expected);
  });
});

describe("what plugins/docker's auto_tag makes of it, we make of it", () => {
  it.each(droneVectors as unknown as (Vector & { suffix: string | null })[])("$name", async (vector) => {
    const { suffix, expected } = vector;
    const target = { repo: "octocat/hello-world", ...(suffix === null ? {} : { suffix }) };
    const output = await tagsOf({ tags: "auto_tag", targets: { app: target } }, vector);
    expect({ ...output, tags: output.tags?.toSorted() }).toMatchObject({
      ...expected,
      tags: expected.tags?.toSorted(),
    });
  });
});
