import { describe, expect, it } from "vitest";
import { bakes, buildTag, engines, example, faulty, repositories } from "../support/docker/example.ts";
import { droneEnv } from "../support/project.ts";

const [base = "", app1 = ""] = repositories;
const own = buildTag(42);
const none = [null, null, null];

describe("a pull request", () => {
  const env = droneEnv({
    DRONE_BUILD_EVENT: "pull_request",
    DRONE_COMMIT_REF: "refs/pull/17/head",
    DRONE_PULL_REQUEST: "17",
  });

  it.each(engines)("writes nothing, and logs in nowhere: %s", async (engine) => {
    const config = '"registries":{"r.io":{"username":"USER_NAME","password":"PASS_WORD"}}';
    const { run, registry, asked } = await example({ engine, env, config });
    expect((await run(["build"])).code).toBe(0);
    expect((await run(["build", "app1"])).code).toBe(0);
    expect(registry.requests.filter(({ method }) => !["GET", "HEAD"].includes(method))).toEqual([]);
    expect([asked("docker login"), asked("docker push")]).toEqual([[], []]);
  });

  it.each([401, 403, 404])("builds a base that it may not see (%d)", async (status) => {
    const registry = faulty(({ host }) => (host === "r.io" ? { status } : undefined));
    const { run } = await example({ registry, env });
    const ran = await run(["build", "app1"]);
    expect(ran.code, ran.err).toBe(0);
  });

  it("does not build a base that a broken registry may have", async () => {
    const registry = faulty(({ host }) => (host === "r.io" ? { status: 500 } : undefined));
    const { run, docker } = await example({ registry, env });
    expect((await run(["build", "app1"])).code).toBe(1);
    expect(docker.commands.filter((line) => bakes.test(line))).toEqual([]);
  });
});

it.each(engines)("--no-push writes nothing: %s", async (engine) => {
  const { run, registry } = await example({ engine });
  expect((await run(["build", "--no-push"])).code).toBe(0);
  expect(registry.requests.filter(({ method, host }) => host === "r.io" && !["GET", "HEAD"].includes(method))).toEqual(
    [],
  );
});

describe("an interruption", () => {
  it.each([
    ["asking for buildx", "docker buildx version"],
    ["building", "docker buildx bake"],
    ["publishing the base", `docker push ${base}`],
    ["looking at images", `docker image inspect ${base}:${own} ${app1}:${own}`],
  ])("while %s ends with 143, one document and nothing moved", async (_, start) => {
    const controller = new AbortController();
    const { run, docker, builds: at, files, cwd } = await example({ signal: controller.signal });
    docker.fault((_command, line) => {
      if (!line.startsWith(start)) return undefined;
      setImmediate(() => controller.abort("SIGTERM"));
      return "hang";
    });
    const ran = await run(["build", "--json", "--metadata-file", "run.json"]);
    expect([ran.code, at("latest")]).toEqual([143, none]);
    expect(ran.json()).toMatchObject({ error: { code: "interrupted" } });
    expect(JSON.parse((await files.read(`${cwd}/run.json`))!)).toEqual(ran.json());
  });
});

it.each<[string, string[], string]>([
  ["docker buildx version", ["build"], "buildx version"],
  ["docker buildx version for --builder buildx", ["build", "--builder", "buildx"], "buildx version"],
  ["docker version", ["build"], "version"],
])("an interruption while %s is asked ends with 143", async (_, argv, start) => {
  const controller = new AbortController();
  const { run, docker } = await example({ engine: "legacy", signal: controller.signal });
  docker.fault((_command, line) => {
    if (!line.startsWith(`docker ${start}`)) return undefined;
    setImmediate(() => controller.abort("SIGTERM"));
    return "hang";
  });
  const ran = await run([...argv, "--json"]);
  expect([ran.code, ran.json()]).toMatchObject([143, { error: { code: "interrupted" } }]);
});

describe.each(engines)("the result: %s", (engine) => {
  /** What the result says of each target. */
  const targetsOf = (json: unknown) =>
    (json as { targets: { name: string; digest: string; published: string[]; status: string; cached: boolean }[] })
      .targets;

  it("of a build says what is up, and whether it was built for it", async () => {
    const { run, registry } = await example({ engine });
    const expected = (cached: boolean) =>
      repositories.map((repository) => ({
        name: repository.slice("r.io/p/".length),
        digest: registry.digest(repository, own),
        published: [`${repository}:${own}`, `${repository}:latest`],
        status: "built",
        cached,
      }));
    expect(targetsOf((await run(["build", "--json"])).json())).toMatchObject(expected(false));
    expect(targetsOf((await run(["build", "--json"])).json())).toMatchObject(expected(true));
  });

  it("of a target is about that alone", async () => {
    const { run } = await example({ engine });
    expect(targetsOf((await run(["build", "app1", "--json"])).json()).map(({ name }) => name)).toEqual(["app1"]);
  });

  it("of a build that publishes nothing has the images' ids", async () => {
    const { run, docker } = await example({ engine });
    const targets = targetsOf((await run(["build", "--no-push", "--json"])).json());
    const ids = repositories.map((name) => docker.images().find(({ names }) => names.includes(`${name}:${own}`))?.id);
    expect(targets.map(({ digest }) => digest)).toEqual(ids);
    expect(targets).toMatchObject(targets.map(() => ({ published: [], cached: false, status: "built" })));
  });

  it("of a push says what is up", async () => {
    const { run, registry } = await example({ engine });
    await run(["build", "--no-push"]);
    const targets = targetsOf((await run(["push", "--json"])).json());
    expect(targets).toMatchObject(
      repositories.map((repository) => ({
        digest: registry.digest(repository, own),
        published: [`${repository}:${own}`, `${repository}:latest`],
        cached: true,
      })),
    );
  });

  it("of a build that could not begin has all as skipped", async () => {
    const { run, docker } = await example({ engine });
    docker.fault(() => ({ exitCode: 127, missing: true }));
    const targets = targetsOf((await run(["build", "--json"])).json());
    expect(targets).toMatchObject(
      repositories.map(() => ({ status: "skipped", cached: false, digest: null, published: [] })),
    );
  });
});

it("the result of a build that fails says what it has published before, in the plan's order", async () => {
  const mirror = "mirror.io/p/app1";
  const registry = faulty(({ method, path }) =>
    method === "PUT" && path.startsWith("/v2/p/app2/manifests/") ? { status: 403 } : undefined,
  );
  const targets = { base, app1: [mirror, app1], app2: "r.io/p/app2" };
  const { run } = await example({ registry, targets });
  const ran = await run(["build", "--json"]);
  expect(ran.json()).toMatchObject({
    targets: [
      { published: [`${base}:${own}`], status: "built" },
      { digest: registry.digest(app1, own), published: [`${mirror}:${own}`, `${app1}:${own}`], status: "built" },
      { published: [], status: expect.stringMatching(/failed|skipped/) },
    ],
  });
  expect(ran.code).toBe(1);
});

it.each([
  ["once", 1, 0],
  ["without what it was to push, too", Infinity, 1],
])(
  "a build whose builder cannot read back what it has published is published by docker: %s",
  async (_, times, code) => {
    const { run, docker, registry, standing, tags } = await example();
    const stderr = "ERROR: Error response from daemon: manifest unknown: manifest unknown\n";
    const digests: (string | null)[] = [];
    docker.fault(({ stdin = "" }, line) => {
      const isApps = line.startsWith("docker buildx bake") && stdin.includes(`${app1}:`);
      if (!isApps || digests.length === times) return undefined;
      return (ended) => {
        digests.push(registry.digest(app1, own));
        return { ...ended, exitCode: 1, stderr };
      };
    });
    const ran = await run(["build", "--no-cache"]);
    expect([ran.code, registry.digest(app1, own), digests.length], ran.err).toEqual([code, digests[0], 2 - (1 - code)]);
    const all = repositories.map(() => (code === 0 ? ["latest", own] : [own]));
    expect([standing(), tags()]).toEqual([true, all]);
  },
);

it("a build without docker says so", async () => {
  const { run, docker } = await example();
  docker.fault(() => ({ exitCode: 127, missing: true }));
  const ran = await run(["build", "--json"]);
  expect(ran.json()).toMatchObject({ error: { failures: [{ code: "no-docker" }] } });
});

it("--builder buildx is not taken for another where there is no buildx", async () => {
  const { run, docker } = await example({ engine: "legacy" });
  const ran = await run(["build", "--builder", "buildx", "--json"]);
  expect([ran.code, docker.commands]).toEqual([1, ["docker buildx version"]]);
  expect(ran.json()).toMatchObject({ error: { failures: [{ code: "no-buildx" }] } });
});

it("--as is not taken for the build that it pretends, unless it is said", async () => {
  const { run, docker } = await example();
  expect([(await run(["build", "--as", "push:master"])).code, docker.commands]).toEqual([2, []]);
});

it("on a laptop nothing is published, and what is needed is built along", async () => {
  const { run, registry, docker } = await example({ env: {} });
  const ran = await run(["build", "app1"]);
  expect(ran.code, ran.err).toBe(0);
  expect(registry.requests.filter(({ host }) => host === "r.io")).toEqual([]);
  expect(docker.images().flatMap(({ names }) => names)).toHaveLength(2);
});

it.each<[string, string[], Record<string, string>, number]>([
  ["a build", ["build"], {}, 0],
  ["a build that fails", ["build"], { Dockerfile: "FROM python:3.8-slim AS base\nRUN exit 3\n" }, 1],
  ["a push of what is not here", ["push"], {}, 1],
])("%s ends with one JSON document, which is in the metadata file, too", async (_, argv, changes, code) => {
  const dockerfile = changes["Dockerfile"];
  const targets = { base };
  const { run, files, cwd } = await example({
    targets,
    dockerfile: dockerfile ?? "FROM python:3.8-slim AS base\nRUN x\n",
  });
  const ran = await run([...argv, "--json", "--metadata-file", "run.json"]);
  expect(ran.code).toBe(code);
  expect(JSON.parse((await files.read(`${cwd}/run.json`))!)).toEqual(ran.json());
});

describe("a build that the engine loses", () => {
  const names = Array.from({ length: 8 }, (_, at) => `app${at + 1}`);
  const many = {
    dockerfile: names.map((name) => `FROM os:${name} AS ${name}\nRUN echo ${name} > /app\n`).join(""),
    targets: Object.fromEntries(names.map((name) => [name, `r.io/p/${name}`])),
    images: names.map((name) => `os:${name}`),
  };
  const lost = {
    exitCode: 1,
    stderr: "ERROR: target app7: failed to receive status: rpc error: code = NotFound desc = no such job x1\n",
  };

  /** How a build ends where the engine takes `most` targets at once, how many each bake had, and what was sent of each. */
  async function losing(most: number, { refused = () => true }: { refused?: (name: string) => boolean } = {}) {
    let isLost = false;
    const sent: string[] = [];
    const registry = faulty(({ method, path }) => {
      const [, name = ""] = /^\/v2\/p\/(app\d)\/manifests\//.exec(path) ?? [];
      if (method !== "PUT" || !path.endsWith(own)) return undefined;
      if (isLost && refused(name)) return { status: 403 };
      sent.push(name);
      return undefined;
    });
    const { run, docker } = await example({ ...many, registry });
    const asked: number[] = [];
    docker.fault(({ stdin = "" }, line) => {
      if (!line.startsWith("docker buildx bake")) return undefined;
      const { group } = JSON.parse(stdin) as { group: { default: { targets: string[] } } };
      const { length } = group.default.targets;
      asked.push(length);
      isLost = length > most;
      return isLost ? (ended) => ({ ...ended, ...lost }) : undefined;
    });
    const ran = await run(["build", "--json"]);
    return { ran, asked, sent, tags: names.map((name) => registry.tags(`r.io/p/${name}`)) };
  }

  it.each([
    [8, [8]],
    [4, [8, 4, 4]],
    [3, [8, 4, 2, 2, 4, 2, 2]],
    [1, [8, 4, 2, 1, 1, 2, 1, 1, 4, 2, 1, 1, 2, 1, 1]],
  ])("is done again with fewer targets at once, where it takes %i", async (most, bakesOf) => {
    const { ran, asked, tags } = await losing(most);
    expect([ran.code, asked], ran.err).toEqual([0, bakesOf]);
    expect(tags).toEqual(names.map(() => ["latest", own]));
  });

  it("is not done again for what is up by then", async () => {
    const { ran, asked, sent, tags } = await losing(3, { refused: (name) => name > "app5" });
    expect([ran.code, asked], ran.err).toEqual([0, [8, 3]]);
    expect(sent.toSorted()).toEqual(names);
    expect(tags).toEqual(names.map(() => ["latest", own]));
  });

  it("is done where all is up by then", async () => {
    const { ran, asked } = await losing(0, { refused: () => false });
    expect([ran.code, asked], ran.err).toEqual([0, [8]]);
  });

  it("fails where not even one is built, and says why", async () => {
    const { ran, asked, tags } = await losing(0);
    expect(ran.code).toBe(1);
    expect(ran.json()).toMatchObject({
      error: { failures: [{ code: "overloaded", hint: expect.stringContaining("under load") }] },
    });
    expect(asked).toEqual([8, 4, 2, 1, 1, 1, 1, 1]);
    expect(tags).toEqual(names.map(() => []));
  });
});
