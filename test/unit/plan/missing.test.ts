import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../../src/config/resolve.ts";
import type { FileFault } from "../../../src/host/host.ts";
import { missingCredentials, missingSecrets } from "../../../src/plan/missing.ts";
import { planned } from "../../support/planned.ts";
import { eventOf, pullRequestEvent } from "../tags/event-of.ts";

describe("credentials that the environment does not have", () => {
  const registries = { "x.io": { username: "ROBOT", password: "TOKEN" }, "y.io": { insecure: true } };
  const { config } = resolveConfig({ registries, targets: { app: "x.io/app" } }, "/work");

  it.each<[string, Record<string, string>, string[]]>([
    ["none", { ROBOT: "r", TOKEN: "t" }, []],
    ["all", {}, ["registries.x.io.username", "registries.x.io.password"]],
    ["an empty one", { ROBOT: "r", TOKEN: "" }, ["registries.x.io.password"]],
  ])("%s", (_, env, expected) => {
    const problems = missingCredentials(config, env);
    expect(problems.map(({ path }) => path)).toEqual(expected);
    for (const { message } of problems)
      expect(message).toMatch(/^the environment variable (?:ROBOT|TOKEN) is not set$/);
  });
});

describe("secrets that cannot be had", () => {
  const secrets = [
    { id: "npm", env: "NPM_TOKEN" },
    { id: "key", file: "key.pem" },
  ];
  const missing = (
    event: ReturnType<typeof eventOf>,
    env: Record<string, string>,
    key: string | FileFault = "-----BEGIN",
  ) => {
    const plan = { event, targets: [planned("base"), planned("app", { secrets })] };
    return missingSecrets(plan, env, new Map([["key.pem", key]])).map(({ path }) => path);
  };

  it("are those of variables that are not set, and empty ones are meant", () => {
    expect(missing(eventOf(), {})).toEqual(["targets.app.secrets.npm"]);
    expect(missing(eventOf(), { NPM_TOKEN: "" })).toEqual([]);
  });

  it("are no matter for a pull request, which may do without", () => {
    expect(missing(pullRequestEvent(17), {})).toEqual([]);
  });

  it("are files that cannot be read, for a pull request as well", () => {
    const fault = { missing: true, fault: "there is no such file", hint: "" };
    for (const event of [eventOf(), pullRequestEvent(17)]) {
      expect(missing(event, { NPM_TOKEN: "x" }, fault)).toEqual(["targets.app.secrets.key.file"]);
    }
  });
});
