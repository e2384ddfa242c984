import { mkdir, readdir, readFile, readlink, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.ts";
import { ownConfig, withSession } from "../../../src/docker/session.ts";
import { fakeHost } from "../../support/host.ts";
import { project } from "../../support/project.ts";

const hub = "https://index.docker.io/v1/";

describe("ownConfig", () => {
  it.each([
    ["nothing", {}, ["a.com"], { credHelpers: {} }],
    [
      "keeps other registries' logins",
      { auths: { "b.com": { auth: "x" } } },
      ["a.com"],
      { auths: { "b.com": { auth: "x" } }, credHelpers: {} },
    ],
    [
      "keeps what else docker reads there",
      { currentContext: "far", proxies: {} },
      [],
      { currentContext: "far", proxies: {}, credHelpers: {} },
    ],
    [
      "keeps other registries' helpers, but not the one of what is logged in to",
      { credHelpers: { "a.com": "keys", "b.com": "keys" } },
      ["a.com"],
      { credHelpers: { "b.com": "keys" } },
    ],
    [
      "asks the store for other registries only",
      { credsStore: "keys", auths: { "a.com": {}, "b.com": {} } },
      ["a.com"],
      { auths: { "a.com": {}, "b.com": {} }, credHelpers: { [hub]: "keys", "b.com": "keys" } },
    ],
    ["takes Docker Hub by both its names", { credsStore: "keys" }, ["docker.io"], { credHelpers: {} }],
    ["takes a registry by its URL, too", { credHelpers: { "https://a.com": "keys" } }, ["a.com"], { credHelpers: {} }],
  ])("%s", (_, theirs, registries, expected) => {
    expect(ownConfig(theirs, registries)).toEqual(expected);
  });
});

describe("withSession", () => {
  /** A docker configuration of the user's, and a host that finds it. */
  async function place(text: string) {
    const cwd = await project({ "config.json": text });
    await mkdir(path.join(cwd, "cli-plugins"));
    await writeFile(path.join(cwd, "cli-plugins", "docker-buildx"), "");
    const host = fakeHost([], { cwd, env: { DOCKER_CONFIG: cwd } }, { out: "", err: "", commands: [] });
    return { cwd, host };
  }

  it("works on a copy that only we can read, with the user's plugins", async () => {
    const { cwd, host } = await place('{"auths":{"b.com":{}}}');
    await withSession(host, { registries: ["a.com"] }, async ({ directory, env }) => {
      expect(env).toEqual({ DOCKER_CONFIG: directory, WORK: directory });
      expect((await stat(directory)).mode & 0o777).toBe(0o700);
      expect(await readlink(path.join(directory, "cli-plugins"))).toBe(path.join(cwd, "cli-plugins"));
      // What docker login does.
      await writeFile(path.join(directory, "config.json"), '{"auths":{"a.com":{"auth":"secret"}}}');
    });
    expect(await readFile(path.join(cwd, "config.json"), "utf8")).toBe('{"auths":{"b.com":{}}}');
  });

  it.each([
    ["ENOENT", "there is no such folder"],
    ["EACCES", "nothing may be written to it"],
    ["EXYZ", "mkdtemp failed"],
  ])("has no place: that is told as the user's own mistake (%s)", async (code, reason) => {
    const { host } = await place("{}");
    const makeTemporary = () => Promise.reject(Object.assign(new Error("mkdtemp failed"), { code }));
    const broken = { ...host, env: { TMPDIR: "/nonexistent" }, files: { ...host.files, makeTemporary } };
    const run = withSession(broken, null, async () => undefined);
    await expect(run).rejects.toThrow(`TMPDIR: ${reason} (got "/nonexistent")`);
    await expect(run).rejects.toBeInstanceOf(InputError);
  });

  it("is kept out of CI's workspace and the repository, wherever in it the step works", async () => {
    const { host, cwd } = await place("{}");
    await mkdir(path.join(cwd, ".git"));
    const asked: (readonly string[])[] = [];
    const makeTemporary = (_: string, workspaces: readonly string[]) => {
      asked.push(workspaces);
      return Promise.reject(new Error("no"));
    };
    const env = { DRONE_WORKSPACE: "/drone/src", CI_WORKSPACE: "" };
    const inside = path.join(cwd, "a", "b");
    const watched = { ...host, cwd: inside, env, files: { ...host.files, makeTemporary } };
    await expect(withSession(watched, null, async () => undefined)).rejects.toThrow("TMPDIR: no");
    expect(asked).toEqual([[inside, cwd, "/drone/src"]]);
  });

  it("leaves the user's configuration in charge where nobody logs in", async () => {
    const { host } = await place("{}");
    await withSession(host, null, async ({ directory, env }) => {
      expect(env).toEqual({ WORK: directory });
      expect(await readdir(directory)).toEqual([]);
    });
  });

  it.each(["{}", "no JSON"])("takes its folder away when the run ends, and when it fails: %s", async (text) => {
    const { cwd, host } = await place(text);
    const folders: string[] = [];
    const note = ({ directory }: { directory: string }) => Promise.resolve(void folders.push(directory));
    await withSession(host, { registries: [] }, note);
    const failing = withSession(host, { registries: [] }, async (session) => {
      await note(session);
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(folders).toHaveLength(2);
    for (const folder of folders) await expect(stat(folder)).rejects.toThrow("ENOENT");
    // The link to the plugins went, not the plugins.
    expect(await readdir(path.join(cwd, "cli-plugins"))).toEqual(["docker-buildx"]);
  });
});
