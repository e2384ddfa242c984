import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { processesWith } from "../support/processes.ts";
import { type Proxy, startProxy } from "./proxy.ts";
import { type Engine, engines, ensureBaseImage, program, registry, tagsIn } from "./rig.ts";
import { dockerfileOf, newSpace, pushTo, removeImages, type Workspace, workspace, wrongIn } from "./workspace.ts";

const tag = "master-860c1904a1ce-42";
const targets = ["base", "app"];
const login = { username: "robot", password: "correct-horse-battery" };

/** How many runs are killed on each engine. */
const kills = Math.ceil(20 / engines.length);

describe.skipIf(registry === "").each(engines)("on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  it(`completes a build that was killed at any of ${kills} moments, and leaves no credential`, async () => {
    const { proxy, make, start, temporary } = await place(engine);
    const whole = await timed(async () => expect(await start(await make())).toMatchObject({ exitCode: 0 }));
    for (let at = 0; at < kills; at++) {
      const made = await make();
      const child = start(made);
      // One moment in each part of a run, the last ones being where tags move.
      await sleep(((at + Math.random()) / kills) * whole);
      child.kill("SIGKILL");
      await child;
      const again = await start(made);
      expect(again, again.stderr).toMatchObject({ exitCode: 0 });
      expect(await wrongIn(made.space, targets, tag)).toEqual([]);
      expect(await leftIn(temporary)).toEqual([]);
    }
    expect(proxy.log.length).toBeGreaterThan(0);
  });

  it.each([
    { name: "SIGINT", signals: ["SIGINT"], exitCode: 130 },
    { name: "SIGTERM", signals: ["SIGTERM"], exitCode: 143 },
    { name: "an impatient SIGINT", signals: ["SIGINT", "SIGINT"], exitCode: 130 },
  ] as const)("stops on $name with its exit code, and leaves no child and no file", async ({ signals, exitCode }) => {
    const { make, start, temporary } = await place(engine);
    const made = await make("sleep 30");
    const child = start(made);
    await lineWith(child, /started here/);
    for (const signal of signals) child.kill(signal);
    expect(await child).toMatchObject({ exitCode });
    expect(await readdir(temporary)).toEqual([]);
    await expect.poll(() => processesWith(temporary), { timeout: 5_000 }).toEqual([]);
    for (const name of targets) expect(await tagsIn(`${made.space}/${name}`)).not.toContain("latest");
  });

  it("stops at once where it waits for a busy registry", async () => {
    const { proxy, make, start, temporary } = await place(engine);
    proxy.fault = ({ path: asked }) =>
      asked.includes("/manifests/latest") ? { status: 429, headers: { "retry-after": "60" } } : null;
    const child = start(await make());
    await lineWith(child, /trying again/);
    child.kill("SIGTERM");
    const ended = await child;
    expect(ended, ended.stderr).toMatchObject({ exitCode: 143 });
    expect(ended.stderr).not.toContain("bug");
    expect(await readdir(temporary)).toEqual([]);
  });
});

/** A registry that wants a login, projects that publish to it, and a temporary folder of the program's own. */
async function place(engine: Engine) {
  const proxy: Proxy = await startProxy(login);
  onTestFinished(() => proxy.stop());
  const temporary = await mkdtemp(path.join(os.tmpdir(), "killed-"));
  onTestFinished(() => rm(temporary, { recursive: true, force: true }));
  const registries = { [proxy.address]: { username: "ROBOT", password: "ROBOT_PASSWORD" } };
  const make = async (command = "true") => {
    const space = newSpace();
    onTestFinished(() => removeImages(engine, space));
    const text = dockerfileOf(space, targets.slice(1)).replace(
      "RUN echo",
      `RUN echo started here && ${command} && echo`,
    );
    return workspace(text, targets, { space, address: proxy.address, more: { registries } });
  };
  const start = ({ cwd, space }: Workspace) => {
    const secrets = { ROBOT: login.username, ROBOT_PASSWORD: login.password };
    const env = { ...engine.env, ...pushTo("master", 42, space), ...secrets, TMPDIR: temporary, NO_COLOR: "1" };
    return execa(process.execPath, [program], { cwd, env, extendEnv: false, reject: false, stdin: "ignore" });
  };
  return { proxy, make, start, temporary };
}

/** Waits until the program prints such a line on standard error. */
async function lineWith({ stderr }: { stderr: Readable }, pattern: RegExp): Promise<void> {
  let text = "";
  await new Promise<void>((resolve) => {
    stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (pattern.test(text)) resolve();
    });
    stderr.on("end", resolve);
  });
}

/** The files that are left, but for the folders that a client which outlived its parent may have made again. */
async function leftIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

async function timed(act: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await act();
  return performance.now() - started;
}
