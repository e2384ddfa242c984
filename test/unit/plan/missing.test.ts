import { describe, expect, it } from "vitest";
import type { Config } from "../../../src/config/config.ts";
import { missingCredentials, missingSecrets } from "../../../src/plan/missing.ts";
import { planned } from "../../support/planned.ts";
import { eventOf, pullRequestEvent } from "../tags/event-of.ts";

const config = { registries: { "r.io": { username: "USER", password: "PASSWORD" }, "x.io": {} } } as unknown as Config;
const targets = [
  planned("app", {
    secrets: [
      { id: "npm", env: "NPM_TOKEN" },
      { id: "rc", file: ".npmrc" },
    ],
  }),
];

describe("credentials that are not there", () => {
  it.each([
    [{ USER: "u", PASSWORD: "p" }, []],
    [{ USER: "u" }, ["registries.r.io.password"]],
    [{ USER: "", PASSWORD: "p" }, ["registries.r.io.username"]],
    [{}, ["registries.r.io.username", "registries.r.io.password"]],
  ])("with %o: %o", (env, expected) => {
    expect(missingCredentials(config, env).map(({ path }) => path)).toEqual(expected);
  });
});

describe("secrets that are not there", () => {
  it.each([
    ["a push", eventOf(), {}, ["targets.app.secrets.npm"]],
    ["a push that has them", eventOf(), { NPM_TOKEN: "" }, []],
    ["a pull request, which may do without", pullRequestEvent(17), {}, []],
  ])("of %s", (_, event, env, expected) => {
    expect(missingSecrets({ event, targets }, env).map(({ path }) => path)).toEqual(expected);
  });
});
