import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Proxy, startProxy } from "./proxy.ts";
import { build, digestOf, type Engine, engines, ensureBaseImage, registry, tagsIn } from "./rig.ts";
import { dockerfileOf, newSpace, pushTo, removeImages, type Workspace, workspace } from "./workspace.ts";

const tag = "master-860c1904a1ce-42";
const targets = ["base", "app"];
const login = { username: "robot", password: "correct horse & battery/staple" };
/** The password in every form that could give it away. */
const forms = [
  login.password,
  encodeURIComponent(login.password),
  Buffer.from(login.password).toString("base64"),
  Buffer.from(`${login.username}:${login.password}`).toString("base64"),
];

describe.skipIf(registry === "").each(engines)("on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  it("logs in, publishes and moves tags, and shows the password to nobody", async () => {
    const { made, run, home, commands } = await place(engine);
    const ended = await run(login.password);
    expect(ended, ended.err).toMatchObject({ code: 0 });
    for (const name of targets) {
      expect(await digestOf(`${made.space}/${name}`, "latest")).toBe(await digestOf(`${made.space}/${name}`, tag));
    }
    const seen = [ended.out, ended.err, await commands(), await textIn(home)].join("\n");
    expect(await commands()).toContain("login --username robot --password-stdin");
    for (const form of forms) expect(seen).not.toContain(form);
  });

  it("says once that a password is wrong, and pushes nothing", async () => {
    const { proxy, made, run } = await place(engine);
    const ended = await run("not the password");
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.err.match(/^error/gm)).toHaveLength(1);
    expect(ended.err).toContain(`login to ${proxy.address} failed`);
    expect(ended.err).toContain("user name and password");
    expect(ended.out + ended.err).not.toContain("not the password");
    for (const name of targets) expect(await tagsIn(`${made.space}/${name}`)).toEqual([]);
  });

  it("does not log in for a pull request, which has no secrets", async () => {
    const { proxy, run, commands } = await place(engine);
    const pullRequest = { DRONE_BUILD_EVENT: "pull_request", DRONE_COMMIT_REF: "refs/pull/17/head" };
    const ended = await run(undefined, pullRequest);
    expect(ended, ended.err).toMatchObject({ code: 0 });
    expect(await commands()).not.toContain("login");
    expect(proxy.log.filter(({ method }) => method !== "GET" && method !== "HEAD")).toEqual([]);
  });
});

/** A registry that wants a login, a project that has it, and a docker command that notes what it is called with. */
async function place(engine: Engine) {
  const proxy: Proxy = await startProxy(login);
  onTestFinished(() => proxy.stop());
  const space = newSpace();
  const registries = { [proxy.address]: { username: "ROBOT", password: "ROBOT_LOGIN" } };
  const made: Workspace = await workspace(dockerfileOf(space, ["app"]), targets, {
    space,
    address: proxy.address,
    more: { registries },
  });
  onTestFinished(() => removeImages(engine, space));
  const folder = await mkdtemp(path.join(os.tmpdir(), "credentials-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [bin, home, noted] = [path.join(folder, "bin"), path.join(folder, "home"), path.join(folder, "commands")];
  await mkdir(bin);
  await mkdir(home);
  const wrapper = `#!/bin/sh\necho "$*" >> '${noted}'\nPATH="\${PATH#*:}" exec docker "$@"\n`;
  await writeFile(path.join(bin, "docker"), wrapper);
  await chmod(path.join(bin, "docker"), 0o755);
  const run = (password: string | undefined, event: Record<string, string> = {}) => {
    const secrets: Record<string, string> =
      password === undefined ? {} : { ROBOT: login.username, ROBOT_LOGIN: password };
    const env = { ...engine.env, HOME: home, PATH: `${bin}:${engine.env.PATH}` };
    return build({ ...engine, env }, made.cwd, { ...pushTo("master", 42, space), ...secrets, ...event });
  };
  return { proxy, made, run, home, commands: () => readFile(noted, "utf8") };
}

/** All that stands in the files of a folder. */
async function textIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(files.map((file) => readFile(path.join(file.parentPath, file.name), "utf8")));
  return texts.join("\n");
}
