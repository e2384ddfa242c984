import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { processesWith } from "../support/processes.ts";
import { docker, engines, hasEngine } from "./rig.ts";

const demo = path.resolve(import.meta.dirname, "../../examples/demo/run.js");

/** Where the demo brings its own engine: root on Debian, whose packages are there already. */
const bringsEngine =
  process.getuid?.() === 0 && (await exists("/etc/debian_version")) && (await exists("/usr/sbin/dockerd"));
const noEngine = { PATH: process.env.PATH ?? "", HOME: "/root", DOCKER_HOST: "unix:///nowhere/docker.sock" };

const nobody = { uid: 65534, gid: 65534 };
const othersMayRead = bringsEngine && (await execa("test", ["-r", demo], { ...nobody, reject: false })).exitCode === 0;

const run = (env: Record<string, string>, options: object = {}) =>
  execa(process.execPath, [demo], { env, extendEnv: false, reject: false, all: true, stdin: "ignore", ...options });

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** The last list of what the registry holds, without the digests: repository → tags. */
function tagsIn(output: string): Record<string, string[]> {
  const [list = ""] = output.slice(output.lastIndexOf("The registry now holds\n")).split("\n\n");
  const tags: Record<string, string[]> = {};
  let repository = "";
  for (const [, name, listed = ""] of list.matchAll(/^ {2}(\S*) +sha256:[0-9a-f]{12} {2}(.+)$/gm)) {
    repository = name === "" || name === undefined ? repository : name;
    tags[repository] = [...(tags[repository] ?? []), ...listed.split(", ")].toSorted();
  }
  return tags;
}

const tags = [
  "1.2.3-rc.1",
  "dev",
  "dev-3f0c8e21d7b9-41",
  "latest",
  "master-c7d14e90ab3f-43",
  "v1.2.3-rc.1-c7d14e90ab3f-44",
];
const allTags = { "myproject/app1": tags, "myproject/app2": tags, "myproject/base": tags };

/** The folder that a run worked in, from what it says at the end. */
function folderOf(output: string): string {
  const folder = /^Removed: .*?(\/\S+\/msdemo-\w+)/m.exec(output)?.[1];
  expect(folder, output).toBeDefined();
  return folder!;
}

async function expectNothingLeft(output: string, pid: number | undefined) {
  const folder = folderOf(output);
  expect(await exists(folder)).toBe(false);
  expect(await processesWith(folder)).toEqual([]);
  expect(await readFile("/proc/mounts", "utf8")).not.toContain(folder);
  expect(await exists(`/sys/class/net/msdemo${pid}`)).toBe(false);
}

describe.runIf(hasEngine).each(engines)("on the $name engine", (engine) => {
  it("publishes the example for three events, and leaves nothing", async () => {
    const images = () =>
      Promise.all(
        ["python:3.8-slim", "stand-in.invalid/demo"].map((name) => docker(engine, ["image", "ls", "-q", name])),
      );
    const before = await images();
    const { all, exitCode } = await run(engine.env);
    expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
    expect(tagsIn(all)).toEqual(allTags);
    expect(all).toContain("The registry has received nothing.");
    expect(all).toContain(
      "Built: myproject/app1 once, myproject/app2 once, myproject/base once; published under 18 tags.",
    );
    expect(all).toContain(" 0 downloads.");
    const port = /localhost:(\d+)/.exec(all)?.[1];
    const label = `label=multistage-build.repository=octocat/demo-${port}`;
    expect(await docker(engine, ["image", "ls", "-q", "--filter", label])).toBe("");
    expect(await docker(engine, ["image", "ls", "-q", "--filter", `reference=localhost:${port}/*/*`])).toBe("");
    expect(await images()).toEqual(before);
    expect(await exists(folderOf(all))).toBe(false);
  });
});

describe.runIf(bringsEngine)("where no engine answers", () => {
  it("says that it starts one, and removes it", async () => {
    const child = run(noEngine);
    const { all, exitCode } = await child;
    expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
    expect(all.indexOf("starts a throw-away engine")).toBeLessThan(all.indexOf("engine    Docker"));
    expect(tagsIn(all)).toEqual(allTags);
    await expectNothingLeft(all, child.pid);
  });

  it.each([
    ["SIGINT", 130, "== Somebody pushes"],
    ["SIGTERM", 143, "starts a throw-away engine"],
  ] as const)("leaves nothing after a %s", async (signal, expected, moment) => {
    const child = run(noEngine);
    for await (const line of child.iterable({ from: "all" })) if (line.includes(moment)) child.kill(signal);
    const { all, exitCode } = await child;
    expect({ exitCode, all }).toMatchObject({ exitCode: expected });
    await expectNothingLeft(all, child.pid);
  });

  // A checkout in somebody's private folder cannot be read by anybody else: there is nothing to try then.
  if (othersMayRead) {
    it("tells what it needs whoever may not start one", async () => {
      const { all, exitCode } = await run(noEngine, nobody);
      expect({ exitCode, all }).toMatchObject({ exitCode: 1 });
      expect(all).toContain("Sorry, the demo needs a Docker engine, and none can be used here:");
      expect(all).toContain("DOCKER_HOST");
    });
  }
});
