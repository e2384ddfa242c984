import { describe, expect, it } from "vitest";
import actionVectors from "../fixtures/vectors/metadata-action.json" with { type: "json" };
import droneVectors from "../fixtures/vectors/drone-auto-tag.json" with { type: "json" };
import { run } from "../helpers/host.ts";
import { project } from "../helpers/project.ts";

interface Vector {
  name: string;
  env: Record<string, string>;
  expected: { tags?: string[]; version?: string | null; error?: unknown };
}

/** The tags of a project with one target, through the real command. */
async function tagsOf(config: object, { env, expected }: Vector) {
  const cwd = await project({ "package.json": {}, "multistage-build.config.json": config });
  const ended = await run(["tags", "app", "--json"], { cwd, env });
  const output = JSON.parse(ended.out) as { tags: string[]; version: string | null; error?: object };
  expect(ended.code).toBe("error" in expected ? 2 : 0);
  return output;
}

describe("what docker/metadata-action makes of it, we make of it", () => {
  it.each(actionVectors as unknown as (Vector & { tags: string[]; flavor: string[] })[])("$name", async (vector) => {
    const { tags, flavor, expected } = vector;
    const output = await tagsOf({ tags, flavor, targets: { app: "octocat/hello-world" } }, vector);
    if ("error" in expected) return expect(output.error).toBeDefined();
    return expect({ tags: output.tags, version: output.version }).toEqual(expected);
  });
});

describe("what plugins/docker's auto_tag makes of it, we make of it", () => {
  it.each(droneVectors as unknown as (Vector & { suffix: string | null })[])("$name", async (vector) => {
    const { suffix, expected } = vector;
    const target = { repo: "octocat/hello-world", ...(suffix === null ? {} : { suffix }) };
    const output = await tagsOf({ tags: "auto_tag", targets: { app: target } }, vector);
    if ("error" in expected) return expect(output.error).toBeDefined();
    return expect(output.tags.toSorted()).toEqual(expected.tags!.toSorted());
  });
});
