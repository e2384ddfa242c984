import { describe, expect, it } from "vitest";
import { dockerCredentials } from "../../../src/registry/credentials.ts";
import { fakeHost, type World } from "../../support/host.ts";
import { project } from "../../support/project.ts";

const encoded = (text: string) => ({ auth: Buffer.from(text).toString("base64") });
const helper = (answer: object): World["commands"] => ({
  "docker-credential-keys get": { stdout: JSON.stringify(answer) },
});
const missing: World["commands"] = { "docker-credential-keys get": { exitCode: 1, stdout: "credentials not found" } };
const robot = { kind: "password", username: "robot", password: "secret" };

/** What is found for a registry with this config.json, and what the helper was asked. */
async function find(
  config: object | string,
  registry: string,
  commands: World["commands"] = {},
  variables: Record<string, string> = {},
) {
  const cwd = await project({ "config.json": config });
  const ran = { out: "", err: "", commands: [] };
  const env = { PATH: "/bin", HOME: "/home/x", NPM_TOKEN: "t", ...variables };
  const host = fakeHost([], { cwd, commands }, ran);
  const found = await dockerCredentials(host, env, cwd, registry);
  return { found, asked: ran.commands as { stdin?: string; env?: object }[] };
}

describe("credentials that stand in config.json", () => {
  it.each([
    ["by host", { auths: { "a.com": encoded("robot:secret") } }, "a.com", robot],
    ["with a port", { auths: { "localhost:5000": encoded("robot:secret") } }, "localhost:5000", robot],
    ["by URL", { auths: { "https://a.com": encoded("robot:secret") } }, "a.com", robot],
    ["plain", { auths: { "a.com": { username: "robot", password: "secret" } } }, "a.com", robot],
    ["a password with a colon", { auths: { "a.com": encoded("robot:a:b") } }, "a.com", { ...robot, password: "a:b" }],
    [
      "an identity token",
      { auths: { "a.com": { ...encoded("robot:"), identitytoken: "t" } } },
      "a.com",
      { kind: "identity-token", token: "t" },
    ],
    ["Docker Hub", { auths: { "https://index.docker.io/v1/": encoded("robot:secret") } }, "docker.io", robot],
    ["another registry's", { auths: { "b.com": encoded("robot:secret") } }, "a.com", null],
    ["another port's", { auths: { "a.com:5000": encoded("robot:secret") } }, "a.com", null],
    ["an entry without a password", { auths: { "a.com": {} } }, "a.com", null],
    ["none", {}, "a.com", null],
    ["no JSON", "{", "a.com", null],
  ])("%s", async (_, config, registry, expected) => {
    expect((await find(config, registry)).found).toEqual(expected);
  });
});

describe("credentials that a helper keeps", () => {
  const answer = { Username: "robot", Secret: "secret" };

  it.each([
    ["a registry's own", { credHelpers: { "a.com": "keys" } }, "a.com", "a.com"],
    ["the store, for what is logged in to", { credsStore: "keys", auths: { "a.com": {} } }, "a.com", "a.com"],
    ["the store, for Docker Hub", { credsStore: "keys" }, "docker.io", "https://index.docker.io/v1/"],
    ["the store, for what it may know", { credsStore: "keys" }, "a.com", "a.com"],
  ])("%s", async (_, config, registry, key) => {
    const { found, asked } = await find(config, registry, helper(answer));
    expect(found).toEqual(robot);
    expect(asked.map(({ stdin }) => stdin)).toEqual([key]);
    // A helper finds its own login in its own variables, and no secret of the build.
    expect(asked[0]!.env).toEqual({ PATH: "/bin", HOME: "/home/x" });
  });

  it("tells an identity token by its user name", async () => {
    const config = { credHelpers: { "a.com": "keys" } };
    const { found } = await find(config, "a.com", helper({ Username: "<token>", Secret: "t" }));
    expect(found).toEqual({ kind: "identity-token", token: "t" });
  });

  it("takes what stands in the file where the helper knows nothing", async () => {
    const config = { credHelpers: { "a.com": "keys" }, auths: { "a.com": encoded("robot:secret") } };
    expect((await find(config, "a.com", missing)).found).toEqual(robot);
  });

  it("has none where neither does", async () => {
    expect((await find({ credsStore: "keys" }, "a.com", missing)).found).toBeNull();
  });

  it.each(["../evil", "a b", "x;y"])("does not start a helper called %s", async (name) => {
    expect(await find({ credHelpers: { "a.com": name } }, "a.com")).toEqual({ found: null, asked: [] });
  });
});
