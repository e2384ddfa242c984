import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { build, digestOf, docker, type Engine, engines, imageIn, program, registry, tagsIn } from "./rig.ts";
import { newSpace, pushTo, removeImages, workspace } from "./workspace.ts";

const tag = "master-860c1904a1ce-42";
const platforms = ["linux/amd64", "linux/arm64"];
const targets = ["base", "app1", "app2"];
const partOf = (platform: string) => `${tag}-${platform.replace("/", "-")}`;

/** Two agents of a build, each other's neighbour in the list, in both orders. */
const pairs = engines.flatMap((first, at) => {
  const second = engines[(at + 1) % engines.length]!;
  return [first, second].map((agent, turn) => ({
    name: `${agent.name} for ${platforms[turn]!} first`,
    agents: turn === 0 ? [first, second] : [second, first],
    order: turn === 0 ? platforms : platforms.toReversed(),
  }));
});

/** Nothing runs in what is built, so that any engine can build it for any platform. */
async function project(space: string) {
  const apps = ["app1", "app2"].map((app) => `FROM base AS ${app}\nCOPY ${app} /${app}\n`);
  return workspace(`FROM scratch AS base\nCOPY base /base\n${apps.join("")}`, targets, {
    space,
    more: { defaults: { platforms } },
    files: Object.fromEntries(targets.map((name) => [name, `${name} ${space}`])),
  });
}

/** What an index lists, as buildx reads it. */
async function listed(engine: Engine, name: string): Promise<Map<string, string>> {
  const raw = await docker(engine, ["buildx", "imagetools", "inspect", "--raw", name]);
  const { manifests } = JSON.parse(raw) as { manifests: { digest: string; platform: Record<string, string> }[] };
  return new Map(manifests.map(({ digest, platform }) => [`${platform.os}/${platform.architecture}`, digest]));
}

/** What is wrong with a release in parts. */
async function expectWhole(space: string): Promise<void> {
  const inspector = engines.find(({ buildx }) => buildx)!;
  const below = new Map<string, string[]>();
  const standing: [string, string, boolean][] = [];
  for (const name of targets) {
    expect(await tagsIn(`${space}/${name}`)).toEqual(["latest", tag, ...platforms.map(partOf)].toSorted());
    expect(await digestOf(`${space}/${name}`, "latest")).toBe(await digestOf(`${space}/${name}`, tag));
    const parts = await listed(inspector, `${registry}/${space}/${name}:latest`);
    expect([...parts.keys()].filter((platform) => !platform.includes("unknown"))).toEqual(platforms);
    for (const platform of platforms) {
      const { layers } = await imageIn(`${space}/${name}`, parts.get(platform)!);
      if (name === "base") below.set(platform, layers);
      else standing.push([name, platform, below.get(platform)!.every((layer, at) => layers[at] === layer)]);
    }
  }
  expect(standing.filter(([, , isOnBase]) => !isOnBase)).toEqual([]);
}

describe.skipIf(registry === "")("agents of two architectures", () => {
  it.each(pairs)("make one image of their parts: $name", async ({ agents, order }) => {
    const space = newSpace();
    for (const agent of agents) onTestFinished(() => removeImages(agent, space));
    const { cwd } = await project(space);
    const run = async (at: number) => {
      const ended = await build(agents[at]!, cwd, pushTo("master", 42, space), ["--platform", order[at]!]);
      expect(ended, ended.err).toMatchObject({ code: 0 });
    };
    await run(0);
    expect(await tagsIn(`${space}/base`)).toEqual([partOf(order[0]!)]);
    await run(1);
    await expectWhole(space);
  });

  it("start at once, and one or both of them join", async () => {
    const space = newSpace();
    for (const agent of engines) onTestFinished(() => removeImages(agent, space));
    const { cwd } = await project(space);
    const ended = await Promise.all(
      platforms.map((platform, at) =>
        build(engines[at % engines.length]!, cwd, pushTo("master", 42, space), ["--platform", platform]),
      ),
    );
    for (const one of ended) expect(one, one.err).toMatchObject({ code: 0 });
    await expectWhole(space);
  });

  it("complete what was killed while it was joined", async () => {
    const [agent] = engines;
    const space = newSpace();
    onTestFinished(() => removeImages(agent!, space));
    const { cwd } = await project(space);
    const ci = pushTo("master", 42, space);
    await build(agent!, cwd, ci, ["--platform", "linux/amd64"]);
    await build(agent!, cwd, ci, ["--platform", "linux/arm64", "--no-push"]);
    for (let moment = 0; moment < 6; moment++) {
      const env = { ...agent!.env, ...ci };
      const child = execa(process.execPath, [program, "push", "--platform", "linux/arm64"], {
        cwd,
        env,
        reject: false,
      });
      await sleep(400 + moment * 250);
      child.kill("SIGKILL");
      await child;
    }
    const ended = await build(agent!, cwd, ci, ["push", "--platform", "linux/arm64"]);
    expect(ended, ended.err).toMatchObject({ code: 0 });
    await expectWhole(space);
  });
});
