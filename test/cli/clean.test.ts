import { describe, expect, it } from "vitest";
import type { Engine } from "../support/docker/docker.ts";
import { atFirst, buildTag, engines, example, repositories } from "../support/docker/example.ts";
import { droneEnv } from "../support/project.ts";

const [app = ""] = repositories;
const day = 24 * 60 * 60 * 1000;

/** A host with one image of each of these builds, a day apart, and what others have. */
async function host(engine: Engine, numbers = [38, 39, 40, 41, 42], signal?: AbortSignal) {
  const made = await example({ engine, ...(signal === undefined ? {} : { signal }) });
  const { docker, clock } = made;
  const labels = (number: number, changes: Record<string, string> = {}) => ({
    "multistage-build.build-tag": buildTag(number),
    "multistage-build.build-number": String(number),
    "multistage-build.repository": "octocat/hello-world",
    ...changes,
  });
  const { now } = clock;
  numbers.forEach((number, at) => {
    clock.now = now - (numbers.length - 1 - at) * day;
    docker.load(`${app}:${buildTag(number)}`, { labels: labels(number), layers: [`of ${number}`] });
  });
  clock.now = now;
  const others = {
    "r.io/elses/image:1": labels(1, { "multistage-build.repository": "octocat/other" }),
    // Made from one of ours, it has inherited the labels.
    "r.io/elses/derived:1": labels(2),
    "r.io/elses/plain:1": {},
  };
  for (const [name, given] of Object.entries(others)) docker.load(name, { labels: given, layers: [name] });
  const names = () => docker.images().flatMap((image) => image.names);
  return {
    ...made,
    /** The builds that are left. */
    left: () => numbers.filter((number) => names().includes(`${app}:${buildTag(number)}`)),
    /** How many of the others' are left. */
    others: () => Object.keys(others).filter((name) => names().includes(name)).length,
  };
}

describe.each(engines)("clean: %s", (engine) => {
  it.each([
    ["the five newest builds", [], [38, 39, 40, 41, 42]],
    ["the two newest builds", ["--keep", "2"], [41, 42]],
    ["the current build", ["--keep", "0"], [42]],
    ["what is young enough", ["--older", "36h"], [41, 42]],
    ["what either of two limits keeps", ["--older", "36h", "--keep", "3"], [40, 41, 42]],
  ])("keeps %s, and all that is not of this project", async (_, flags, expected) => {
    const { run, left, others } = await host(engine);
    expect((await run(["clean", ...flags])).code).toBe(0);
    expect([left(), others()]).toEqual([expected, 3]);
  });

  it("keeps the current build though newer ones are there", async () => {
    const { run, left } = await host(engine);
    await run(["clean", "--keep", "1"], droneEnv({ DRONE_BUILD_NUMBER: "39" }));
    expect(left()).toEqual([39, 42]);
  });

  it("removes nothing with --dry-run, and says what it would", async () => {
    const { run, docker, left, asked } = await host(engine);
    const before = docker.images().length;
    const ran = await run(["clean", "--keep", "1", "--dry-run", "--json"]);
    expect([ran.code, docker.images().length, asked("docker image rm")]).toEqual([0, before, []]);
    const { images } = ran.json() as { images: { removed: boolean }[] };
    expect(left()).toHaveLength(5);
    expect(images.filter(({ removed }) => removed)).toHaveLength(4);
  });

  it("keeps what a container uses", async () => {
    const { run, docker, left } = await host(engine);
    docker.container(`${app}:${buildTag(39)}`);
    expect((await run(["clean", "--keep", "0"])).code).toBe(0);
    expect(left()).toEqual([39, 42]);
  });

  it("keeps an image that docker does not let go, and removes the others", async () => {
    const { run, docker, left } = await host(engine);
    atFirst(docker, `docker image rm ${app}:${buildTag(40)}`, () => ({
      exitCode: 1,
      stderr: "conflict: unable to remove",
    }));
    const ran = await run(["clean", "--keep", "0", "--json"]);
    expect([ran.code, left()]).toEqual([0, [40, 42]]);
    expect(JSON.stringify(ran.json())).toContain("conflict: unable to remove");
  });

  it("removes only our own names of an image", async () => {
    const { run, docker } = await host(engine);
    docker.load("r.io/elses/name:1", {
      labels: docker.images().find(({ names }) => names.includes(`${app}:${buildTag(38)}`))!.labels,
      layers: ["of 38"],
    });
    await run(["clean", "--keep", "0"]);
    expect(docker.images().flatMap(({ names }) => names)).toContain("r.io/elses/name:1");
  });

  it.each(["docker image ls", "docker container ls", "docker image inspect"])(
    "removes nothing if docker refuses %s",
    async (start) => {
      const { run, docker, left, asked } = await host(engine);
      atFirst(docker, start, () => ({ exitCode: 1, stderr: "Cannot connect to the Docker daemon" }));
      const ran = await run(["clean", "--keep", "0", "--json"]);
      expect([ran.code, left().length, asked("docker image rm")]).toEqual([1, 5, []]);
      expect(ran.json()).toMatchObject({ error: { failures: [{ code: "daemon-down" }] } });
    },
  );

  it("removes nothing if it cannot be told what containers use", async () => {
    const { run, docker, asked } = await host(engine);
    docker.container(`${app}:${buildTag(39)}`);
    atFirst(docker, "docker container inspect", () => ({ exitCode: 1, stderr: "Cannot connect to the Docker daemon" }));
    expect([(await run(["clean", "--keep", "0"])).code, asked("docker image rm")]).toEqual([1, []]);
  });

  it("does not mind what is gone meanwhile", async () => {
    const { run, docker, left } = await host(engine);
    docker.container(`${app}:${buildTag(39)}`);
    atFirst(docker, "docker container inspect", () => ({ exitCode: 1, stderr: "Error: No such container: cc" }));
    expect([(await run(["clean", "--keep", "0"])).code, left().includes(42)]).toEqual([0, true]);
  });

  it("has nothing to do on an empty host", async () => {
    const { run, asked } = await example({ engine });
    const ran = await run(["clean"]);
    expect([ran.code, ran.out, asked("docker container")]).toEqual([0, "no images of this project on this host\n", []]);
  });
});

it.each([
  ["--keep", "x"],
  ["--keep", "-1"],
  ["--older", "soon"],
])("clean %s %s is an input error, and nothing is removed", async (...flags) => {
  const { run, docker } = await host("modern");
  expect([(await run(["clean", flags.join("=")])).code, docker.commands]).toEqual([2, []]);
});

it("clean refuses to guess whose images they are", async () => {
  const { run, docker } = await example({ env: {} });
  expect([(await run(["clean"])).code, docker.commands]).toEqual([2, []]);
});

// It does: what is stopped counts as docker's objection, and the exit code is 0.
it("an interrupted clean ends with 143", async () => {
  const controller = new AbortController();
  const { run, docker } = await host("modern", [38, 39, 40, 41, 42], controller.signal);
  docker.fault((_, line) => {
    if (!line.startsWith("docker image rm")) return undefined;
    setImmediate(() => controller.abort("SIGTERM"));
    return "hang";
  });
  expect((await run(["clean", "--keep", "0"])).code).toBe(143);
});
