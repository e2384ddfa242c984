import { describe, expect, it } from "vitest";
import { dockerCredentials } from "../../../src/registry/credentials.ts";
import type { Command } from "../../../src/host/host.ts";
import { type Answer, fakeHost, type World } from "../../support/host.ts";
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
  const said: string[] = [];
  const found = await dockerCredentials(host, env, cwd, registry, (line) => void said.push(line));
  return { found, said, asked: ran.commands as { stdin?: string; env?: object }[] };
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
    ["by a URL with a path", { auths: { "https://a.com/v2/": encoded("robot:secret") } }, "a.com", robot],
    ["by a URL of version 1", { auths: { "http://a.com:80/v1/": encoded("robot:secret") } }, "a.com:80", robot],
    [
      "by itself before a URL",
      { auths: { "https://a.com": encoded("x:y"), "a.com": encoded("robot:secret") } },
      "a.com",
      robot,
    ],
    ["Docker Hub by its name", { auths: { "docker.io": encoded("robot:secret") } }, "docker.io", robot],
    [
      "Docker Hub by another URL",
      { auths: { "https://index.docker.io/v2/": encoded("robot:secret") } },
      "docker.io",
      robot,
    ],
    ["padded", { auths: { "a.com": encoded("robot:secret\0\0") } }, "a.com", robot],
    [
      "an identity token by its user name",
      { auths: { "a.com": encoded("<token>:t") } },
      "a.com",
      { kind: "identity-token", token: "t" },
    ],
    [
      "a registry's token",
      { auths: { "a.com": { ...encoded("robot:secret"), registrytoken: "t" } } },
      "a.com",
      { kind: "registry-token", token: "t" },
    ],
    ["of no use", { auths: { "a.com": encoded("nothing") } }, "a.com", null],
    ["without a user", { auths: { "a.com": encoded(":secret") } }, "a.com", null],
    ["of wrong types", { auths: { "a.com": { auth: 5, username: {} }, "b.com": null } }, "a.com", null],
    ["null", { auths: { "a.com": null } }, "a.com", null],
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
  const known = { Username: "robot", Secret: "secret" };

  it.each([
    ["a registry's own", { credHelpers: { "a.com": "keys" } }, "a.com", "a.com"],
    ["a registry's own, by URL", { credHelpers: { "https://a.com": "keys" } }, "a.com", "a.com"],
    ["Docker Hub's own", { credHelpers: { "docker.io": "keys" } }, "docker.io", "https://index.docker.io/v1/"],
    ["the store, for what is logged in to", { credsStore: "keys", auths: { "a.com": {} } }, "a.com", "a.com"],
    ["the store, for Docker Hub", { credsStore: "keys" }, "docker.io", "https://index.docker.io/v1/"],
    ["the store, for what it may know", { credsStore: "keys" }, "a.com", "a.com"],
  ])("%s", async (_, config, registry, key) => {
    const { found, asked } = await find(config, registry, helper(known));
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

  it("has none where the run is interrupted meanwhile, which is said later", async () => {
    const controller = new AbortController();
    const cwd = await project({ "config.json": { credsStore: "keys" } });
    const act = () => controller.abort("SIGTERM");
    const commands = { "docker-credential-keys get": { exitCode: 143, act } };
    const host = fakeHost([], { cwd, commands, signal: controller.signal }, { out: "", err: "", commands: [] });
    const said: string[] = [];
    expect(await dockerCredentials(host, {}, cwd, "a.com", (line) => void said.push(line))).toBeNull();
    expect(said).toEqual([]);
  });

  it.each<[string, Answer, string]>([
    ["is not installed", { missing: true }, "there is no such program here, though docker's config.json names it"],
    [
      "fails",
      { exitCode: 1, stdout: "error getting credentials\n\u001b[31mlocked\n" },
      "error getting credentials [31mlocked",
    ],
    ["fails and says so elsewhere", { exitCode: 3, stderr: "gcloud: not logged in" }, "gcloud: not logged in"],
    ["fails without a word", { exitCode: 2 }, "it ended with exit code 2"],
    ["prints garbage", { stdout: "robot:s3cret" }, "its answer is none"],
    ["prints something else", { stdout: '{"token":"s3cret"}' }, "its answer is none"],
    ["hangs", { exitCode: 143, late: "it has not ended within 60 s" }, "it has not ended within 60 s"],
  ])("says so where the helper %s, and goes on without", async (_, answer, why) => {
    const config = { credsStore: "keys", auths: { "a.com": encoded("robot:secret") } };
    const { found, said } = await find(config, "a.com", { "docker-credential-keys get": answer });
    expect(found).toEqual(robot);
    expect(said).toEqual([`a.com: docker-credential-keys gives no credentials: ${why}`]);
  });

  it.each([
    ["on standard output", { exitCode: 1, stdout: "credentials not found in native keychain\n" }],
    ["with nothing", { stdout: '{"Username":"","Secret":""}' }],
  ])("is silent where the helper only knows nothing, and says so %s", async (_, ended) => {
    const answered = await find({ credsStore: "keys" }, "a.com", { "docker-credential-keys get": ended });
    expect(answered).toMatchObject({ found: null, said: [] });
  });

  it("is given up after a while, and is told of meanwhile", async () => {
    const act = async (command: Command) => {
      expect(command.limit).toBe(60_000);
      expect(await command.onSilence?.(30)).toBeNull();
    };
    const { said } = await find({ credsStore: "keys" }, "a.com", {
      "docker-credential-keys get": { ...helper(known)!["docker-credential-keys get"], act },
    });
    expect(said).toEqual(["a.com: docker-credential-keys has said nothing for 30 s, still waiting"]);
  });

  it.each(["../evil", "a b", "x;y"])("does not start a helper called %s", async (name) => {
    const { found, asked, said } = await find({ credHelpers: { "a.com": name } }, "a.com");
    expect({ found, asked }).toEqual({ found: null, asked: [] });
    expect(said).toEqual([expect.stringContaining("that is no name of a program")]);
  });
});

describe("DOCKER_AUTH_CONFIG", () => {
  const variable = (config: object | string) => ({
    DOCKER_AUTH_CONFIG: typeof config === "string" ? config : JSON.stringify(config),
  });
  const file = { auths: { "a.com": encoded("file:secret") } };

  it("is asked before the file and its helpers", async () => {
    const config = { ...file, credsStore: "keys" };
    const { found, asked } = await find(config, "a.com", {}, variable({ auths: { "a.com": encoded("robot:secret") } }));
    expect({ found, asked }).toEqual({ found: robot, asked: [] });
  });

  it.each([{ auths: { "b.com": encoded("x:y") } }, {}, "{", "null", ""])(
    "leaves the rest to the file: %o",
    async (text) => {
      expect((await find(file, "a.com", {}, variable(text))).found).toEqual({ ...robot, username: "file" });
    },
  );
});

describe("a config.json that cannot be read", () => {
  it("is as good as none", async () => {
    const cwd = await project({ "config.json/file": "" });
    const host = fakeHost([], { cwd }, { out: "", err: "", commands: [] });
    expect(await dockerCredentials(host, {}, cwd, "a.com", () => undefined)).toBeNull();
  });
});
