import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { exampleWorkspace, runPipeline } from "./example.ts";
import { canRun, daemons, engine, forget, newAgent, publishedStandIn } from "./farm.ts";
import { downloads, repeated, startProxy, uploads } from "./proxy.ts";
import { baseImage, build, digestOf, docker, type Engine, ensureBaseImage, imageIn, program, tagsIn } from "./rig.ts";
import { dockerfileOf, newSpace, pushTo, removeImages, standsOn, workspace, wrongIn } from "./workspace.ts";

const tag = "master-860c1904a1ce-42";
const apps = ["app1", "app2", "app3"];
const targets = ["base", ...apps];

describe.skipIf(!canRun)("stand-alone BuildKit daemons, and no docker engine", () => {
  beforeAll(() => ensureBaseImage(engine));

  it("builds one base for the apps of two agents: its layers go up once, and come down once an agent", async () => {
    const proxy = await startProxy();
    onTestFinished(() => proxy.stop());
    const [first, second] = [await newAgent(0), await newAgent(1)];
    const { cwd, space } = await place({ address: proxy.address });
    await forget(second);
    await step(first, cwd, space, ["base"]);
    const base = await imageIn(`${space}/base`, tag);
    const own = base.blobs.slice(1);
    // The lowest layer is the base image's, which the registry may have already.
    expect(uploads(proxy.log).filter((digest) => own.includes(digest))).toEqual(own);
    proxy.log.length = 0;
    await step(first, cwd, space, ["app1"]);
    expect(downloads(proxy.log).filter((digest) => base.blobs.includes(digest))).toEqual([]);
    let log = await step(second, cwd, space, ["app2"]);
    log += await step(second, cwd, space, ["app3"]);
    expect(log).not.toMatch(new RegExp(`│ +${space}$`, "m"));
    expect(downloads(proxy.log).filter((digest) => own.includes(digest))).toEqual(own);
    expect(uploads(proxy.log).filter((digest) => base.blobs.includes(digest))).toEqual([]);
    expect(repeated(uploads(proxy.log))).toEqual([]);
    expect(await wrongIn(space, targets, tag)).toEqual([]);
  });

  it("builds nothing again that the registry has, once a daemon has forgotten all", async () => {
    const proxy = await startProxy();
    onTestFinished(() => proxy.stop());
    const agent = await newAgent(1);
    const { cwd, space } = await place({ address: proxy.address, files: { "one.txt": "1" }, copies: "one.txt" });
    await step(agent, cwd, space, []);
    const before = await Promise.all(targets.map((name) => digestOf(`${space}/${name}`, tag)));
    await forget(agent);
    proxy.log.length = 0;
    await step(agent, cwd, space, []);
    await step(agent, cwd, space, [], 43);
    const after = await Promise.all(targets.map((name) => digestOf(`${space}/${name}`, tag.replace(/42$/, "43"))));
    expect([after, uploads(proxy.log)]).toEqual([before, []]);
    // An app that has changed is built on the base that is up.
    await writeFile(path.join(cwd, "one.txt"), "2");
    const log = await step(agent, cwd, space, [], 44);
    expect(log).not.toMatch(new RegExp(`│ +${space}$`, "m"));
    const digests = await Promise.all(targets.map((name) => digestOf(`${space}/${name}`, "latest")));
    expect(digests.map((digest, at) => digest === before[at])).toEqual([true, false, true, true]);
  });

  it("publishes the tags that the engine's own builder does, and each uses again what the other has published", async () => {
    const agent = await newAgent(0);
    const { cwd, space } = await place({});
    onTestFinished(() => removeImages(engine, space));
    await step(engine, cwd, space, []);
    const digests = (of: string) => Promise.all(targets.map((name) => digestOf(`${space}/${name}`, of)));
    const [made, tags] = [await digests(tag), await Promise.all(targets.map((name) => tagsIn(`${space}/${name}`)))];
    expect(await step(agent, cwd, space, [], 43)).toContain("nothing has changed since");
    expect(await digests("latest")).toEqual(made);
    const other = await place({});
    onTestFinished(() => removeImages(engine, other.space));
    await step(agent, other.cwd, other.space, []);
    expect(await Promise.all(targets.map((name) => tagsIn(`${other.space}/${name}`)))).toEqual(tags);
    const latest = () => Promise.all(targets.map((name) => digestOf(`${other.space}/${name}`, "latest")));
    const sent = await latest();
    await step(engine, other.cwd, other.space, [], 43);
    expect(await latest()).toEqual(sent);
  });

  it("keeps two branches apart that are built at the same moment on both", async () => {
    const agents = [await newAgent(0), await newAgent(1)];
    const space = newSpace();
    const builds = await Promise.all(
      ["dev", "master"].map(async (branch, at) => {
        const { cwd } = await place({ space, mark: `${space}-${branch}` });
        return { branch, number: 41 + at, cwd, agent: agents[at]! };
      }),
    );
    const run = (at: number, args: string[]) => {
      const { branch, number, cwd, agent } = builds[at]!;
      return build(agent, cwd, pushTo(branch, number, space), args);
    };
    for (const args of [["base"], apps]) {
      const ended = await Promise.all([run(0, args), run(1, args)]);
      expect(ended.map(({ code, err }) => [code, code === 0 ? "" : err])).toEqual([
        [0, ""],
        [0, ""],
      ]);
    }
    for (const { branch, number } of builds) {
      const own = `${branch}-860c1904a1ce-${number}`;
      for (const name of apps)
        expect((await standsOn(space, { name, tag: own }, { name: "base", tag: own })).layers).toBe(true);
    }
    expect(await digestOf(`${space}/app1`, "latest")).toBe(await digestOf(`${space}/app1`, "master-860c1904a1ce-42"));
  });

  it("has one base where two agents need it at the same moment, or fails with what to do", async () => {
    const agents = [await newAgent(0), await newAgent(1)];
    const { cwd, space } = await place({});
    const ended = await Promise.all(
      agents.map((agent, at) => build(agent, cwd, pushTo("master", 42, space), [apps[at]!])),
    );
    for (const { code, err } of ended) expect(code === 0 || err.includes("start a new build"), err).toBe(true);
    const published = await Promise.all(apps.slice(0, 2).map((name) => digestOf(`${space}/${name}`, "latest")));
    for (const [at, name] of apps.slice(0, 2).entries()) {
      const stands = published[at] === null || (await standsOn(space, { name, tag }, { name: "base", tag })).layers;
      expect(stands, name).toBe(true);
    }
  });

  it("completes a build that was killed", async () => {
    const agent = await newAgent(0);
    for (const after of ["│ published", "│ exporting to image"]) {
      const { cwd, space } = await place({});
      const env = { ...agent.env, ...pushTo("master", 42, space), NO_COLOR: "1" };
      const child = execa(process.execPath, [program], { cwd, env, extendEnv: false, reject: false, stdin: "ignore" });
      child.stderr.on("data", (chunk: Buffer) => {
        if (chunk.toString().includes(after)) child.kill("SIGKILL");
      });
      await child;
      await step(agent, cwd, space, []);
      expect(await wrongIn(space, targets, tag)).toEqual([]);
    }
  });

  it("has secrets where a step mounts them, and shows them nowhere", async () => {
    const agent = await newAgent(0);
    const space = newSpace();
    const on = await publishedStandIn(space);
    const text = `FROM ${on} AS app\nRUN --mount=type=secret,id=npm wc -c < /run/secrets/npm > /size && cat /run/secrets/npm\n`;
    const secret = "correct-horse-battery-staple";
    const more = { defaults: { secrets: { npm: { env: "NPM_TOKEN" } } } };
    const { cwd } = await workspace(text, ["app"], { space, more });
    const ended = await build(agent, cwd, { ...pushTo("master", 42, space), NPM_TOKEN: secret });
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.out + ended.err).not.toContain(secret);
    expect(JSON.stringify(await imageIn(`${space}/app`, tag))).not.toContain(secret);
  });

  it("publishes nothing of a pull request, and brings images to an engine that asks for them", async () => {
    const { cwd, space } = await place({});
    const pull = { DRONE_BUILD_EVENT: "pull_request", DRONE_COMMIT_REF: "refs/pull/17/head" };
    const ended = await build(await newAgent(0), cwd, { ...pushTo("master", 42, space), ...pull });
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.err).toContain("no image of base, app1, app2, app3 is kept");
    for (const name of targets) expect(await tagsIn(`${space}/${name}`)).toEqual([]);
    const near = await newAgent(0, { DOCKER_HOST: engine.env.DOCKER_HOST! });
    onTestFinished(() => removeImages(engine, space));
    await step(near, cwd, space, ["build", "--load"]);
    expect(await docker(engine, ["run", "--rm", await reference(near, cwd, space), "cat", "/app"])).toBe(
      `app1 ${space}`,
    );
    for (const name of targets) expect(await tagsIn(`${space}/${name}`)).toEqual([]);
    await step(near, cwd, space, ["push"]);
    expect(await wrongIn(space, targets, tag)).toEqual([]);
  });

  it("does by hand what a dry run prints", async () => {
    const agent = await newAgent(1);
    const { cwd, space } = await place({});
    const ended = await build(agent, cwd, pushTo("master", 42, space), ["--dry-run"]);
    const script = ended.out.slice(ended.out.indexOf("\n(\n"));
    await execa("sh", { input: script, cwd, env: { ...agent.env, ...pushTo("master", 42, space) }, extendEnv: false });
    expect(await wrongIn(space, targets, tag)).toEqual([]);
  });

  it("runs the example of a pipeline on Kubernetes", async () => {
    // Without an engine docker logs in over HTTPS alone, which the tests' registry does not speak.
    const { BUILDX_BUILDER: _, ...env } = (await newAgent(1, { DOCKER_HOST: engine.env.DOCKER_HOST! })).env;
    const on = await publishedStandIn(newSpace());
    const { cwd, space } = await exampleWorkspace("kubernetes", on);
    const file = path.join(cwd, ".drone.yml");
    await writeFile(file, (await readFile(file, "utf8")).replaceAll("tcp://127.0.0.1:1234", daemons[1]!));
    await docker({ name: "", env, buildx: true }, ["buildx", "rm", "farm"]);
    await runPipeline({ name: "", env, buildx: true }, cwd, ".drone.yml", pushTo("master", 42, space));
    const { layers } = await imageIn(`${space}/myproject/base`, tag);
    for (const name of ["app1", "app2"])
      expect((await imageIn(`${space}/myproject/${name}`, tag)).layers.slice(0, -1)).toEqual(layers);
  });
});

/** A project of a base that differs whenever it is built, and apps on it. */
async function place(options: {
  space?: string;
  mark?: string;
  address?: string;
  files?: Record<string, string>;
  copies?: string;
}) {
  const { space = newSpace(), mark = space, copies, ...rest } = options;
  const on = await publishedStandIn(space);
  const plain = dockerfileOf(mark, apps).replace(baseImage, on);
  const text =
    copies === undefined ? plain : plain.replace("FROM base AS app1\n", `FROM base AS app1\nCOPY ${copies} /\n`);
  return workspace(text, targets, { space, ...rest });
}

async function step(agent: Engine, cwd: string, space: string, args: string[], number = 42): Promise<string> {
  const ended = await build(agent, cwd, pushTo("master", number, space), args);
  expect(ended, `${args.join(" ")}: ${ended.err}`).toMatchObject({ code: 0 });
  return ended.err;
}

async function reference(agent: Engine, cwd: string, space: string): Promise<string> {
  return (await build(agent, cwd, pushTo("master", 42, space), ["ref", "app1"])).out.trim();
}
