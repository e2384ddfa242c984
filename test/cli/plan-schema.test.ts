import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { planSchema, type Schema } from "../../schema.config.ts";
import { faults } from "../support/json-schema.ts";
import { linked, planOf } from "../support/plans.ts";
import { droneEnv, question } from "../support/project.ts";
import { root } from "../support/readme.ts";

const schema = planSchema();

const everything = {
  ...linked,
  "multistage-build.config.yaml": `registries: { my-registry.com: { username: REG_USER, password: REG_PASSWORD } }
targets:
  base: { repo: my-registry.com/base, secrets: { npm: { env: NPM_TOKEN }, rc: { file: .npmrc } }, ssh: default }
  app1:
    repo: [my-registry.com/app1, docker.io/acme/app1]
    args: { BASE: "{{ref.base}}", NPM_TOKEN: x }
    contexts: { lib: target:base, files: ../files }
    platforms: [linux/amd64, linux/arm64]
    cacheFrom: my-registry.com/app1:latest
    labels: { a: b }
  app2: false
`,
};
const pullRequest = droneEnv({ DRONE_BUILD_EVENT: "pull_request", DRONE_COMMIT_REF: "refs/pull/17/head" });
const tag = droneEnv({ DRONE_BUILD_EVENT: "tag", DRONE_COMMIT_REF: "refs/tags/v1.2.3", DRONE_TAG: "v1.2.3" });

describe("the plan's JSON schema", () => {
  it.each<[string, Record<string, string | object>, string[], Record<string, string>]>([
    ["of the question", question, [], droneEnv()],
    ["of one target, with an anchor", question, ["app1"], droneEnv()],
    ["of a base and apps", linked, [], droneEnv()],
    ["of an app whose base is acquired", linked, ["app1"], droneEnv()],
    ["for docker build", linked, ["--builder", "docker"], droneEnv()],
    ["of a pull request", linked, [], pullRequest],
    ["of a git tag", linked, [], tag],
    ["of a laptop", linked, [], {}],
    ["that is explained", linked, ["--explain"], {}],
    ["with all that a config may have", everything, [], droneEnv()],
    ["of a part of that", everything, ["app1", "--builder", "docker"], droneEnv()],
  ])("holds for a plan %s", async (_, files, args, env) => {
    expect(faults(schema, await planOf(files, args, env))).toEqual([]);
  });

  it("takes no plan that has more, less or something else, wherever that is", async () => {
    const plan = await planOf(everything, ["app1"]);
    const objects = objectsIn(plan, "plan");
    // The document itself, its event, targets, references, steps, commands, …
    expect(objects.length).toBeGreaterThan(20);
    for (const { at, object, isRecord } of objects) {
      if (isRecord) continue;
      object.unheardOf = 1;
      expect(faults(schema, plan).length, `${at} with one more`).toBeGreaterThan(0);
      delete object.unheardOf;
      for (const [name, value] of Object.entries(object)) {
        delete object[name];
        expect(faults(schema, plan).length, `${at} without ${name}`).toBeGreaterThan(0);
        object[name] = () => undefined;
        expect(faults(schema, plan).length, `${at} with another ${name}`).toBeGreaterThan(0);
        object[name] = value;
      }
    }
    expect(faults(schema, plan)).toEqual([]);
    expect(faults(schema, { ...plan, version: 1 })).toEqual(["plan.version: is not 2"]);
  });

  it("says what the fields are", () => {
    expect(schema).toMatchObject({
      $schema: expect.stringContaining("draft-07"),
      description: expect.stringContaining("plan"),
    });
    const targets = schema.properties!.targets as Schema;
    expect(targets.items!.properties!.base!.description).toContain("whose image this one stands on");
  });

  it("is in the package", () => {
    const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
      exports: Record<string, unknown>;
    };
    expect(manifest.exports).toMatchObject({ "./plan.schema.json": "./dist/plan.schema.json" });
  });
});

/** All objects in a document. Maps by names of the user's may have any. */
function objectsIn(value: unknown, at: string): { at: string; object: Record<string, unknown>; isRecord: boolean }[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.entries(value).flatMap(([name, one]) => objectsIn(one, `${at}.${name}`));
  if (Array.isArray(value)) return below;
  const isRecord = /\.(?:args|labels|contexts)$/.test(at);
  return [{ at, object: value as Record<string, unknown>, isRecord }, ...below];
}
