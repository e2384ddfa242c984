import { describe, expect, it } from "vitest";
import type { Command } from "../../../src/host/host.ts";
import { systemFiles } from "../../../src/host/system-files.ts";
import { type Engine, scriptedDocker } from "../../support/docker/docker.ts";
import { project } from "../../support/project.ts";
import { NotExpected } from "../../support/docker/words.ts";
import { createRegistry, type RegistryOptions } from "../../support/registry/in-memory.js";

const engines: Engine[] = ["modern", "containerd", "legacy"];
const env = { PATH: "/usr/bin", DOCKER_BUILDKIT: "1" };

/** A docker host, and its answers to command lines that are taken apart at spaces. */
async function host(
  engine: Engine,
  options: RegistryOptions & { buildx?: boolean; files?: Record<string, string> } = {},
) {
  const cwd = await project(options.files ?? {});
  const registry = createRegistry(options);
  const { buildx } = options;
  const docker = scriptedDocker({ registry, engine, files: systemFiles, ...(buildx === undefined ? {} : { buildx }) });
  const run = (line: string, more: Partial<Command> = {}) =>
    docker.exec({ argv: ["docker", ...line.split(" ")], cwd, env, ...more });
  return { cwd, registry, docker, run };
}

const image = { labels: { x: "1" }, layers: ["sha256:one", "sha256:two"] };

/** As the real engines of these kinds answered. */
describe("the texts of the real engines", () => {
  const old = { modern: "Error response from daemon", containerd: "Error response from daemon", legacy: "Error" };

  it.each(engines)("of an image that is not there: %s", async (engine) => {
    const { run } = await host(engine);
    const push = {
      modern: "An image does not exist locally with the tag: r.io/x",
      containerd: "tag does not exist: r.io/x:1",
    };
    const pull = {
      modern: "Error response from daemon: manifest for r.io/x:1 not found: manifest unknown: manifest unknown",
      containerd: 'Error response from daemon: failed to resolve reference "r.io/x:1": r.io/x:1: not found',
    };
    const kind = engine === "containerd" ? "containerd" : "modern";
    expect(await run("image inspect r.io/x:1")).toMatchObject({
      exitCode: 1,
      stdout: "[]\n",
      stderr: `${old[engine]}: No such image: r.io/x:1\n`,
    });
    expect(await run("image rm r.io/x:1")).toMatchObject({
      exitCode: 1,
      stderr: `${old[engine]}: No such image: r.io/x:1\n`,
    });
    expect(await run("tag r.io/x:1 r.io/y:1")).toMatchObject({
      exitCode: 1,
      stderr: "Error response from daemon: No such image: r.io/x:1\n",
    });
    expect(await run("push r.io/x:1")).toEqual({
      exitCode: 1,
      stdout: "The push refers to repository [r.io/x]\n",
      stderr: `${push[kind]}\n`,
      missing: false,
    });
    expect(await run("pull r.io/x:1")).toMatchObject({ exitCode: 1, stdout: "", stderr: `${pull[kind]}\n` });
    expect(await run("container inspect --format {{.Image}} x")).toMatchObject({
      exitCode: 1,
      stderr: `${old[engine]}: No such container: x\n`,
    });
  });

  it.each([
    ["modern", 401, 'Head "http://localhost:5/v2/x/manifests/1": no basic auth credentials'],
    [
      "modern",
      403,
      "pull access denied for localhost:5/x, repository does not exist or may require 'docker login': denied: ",
    ],
    ["modern", 429, "toomanyrequests: "],
    ["modern", 503, "received unexpected HTTP status: 503 Service Unavailable"],
    [
      "modern",
      0,
      'Get "http://localhost:5/v2/": read tcp 127.0.0.1:44876->127.0.0.1:5977: read: connection reset by peer',
    ],
    ["legacy", 403, "denied"],
    [
      "containerd",
      401,
      'failed to resolve reference "localhost:5/x:1": pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials',
    ],
    [
      "containerd",
      503,
      'unknown: failed to resolve reference "localhost:5/x:1": unexpected status from HEAD request to http://localhost:5/v2/x/manifests/1: 503 Service Unavailable',
    ],
    [
      "containerd",
      0,
      'failed to resolve reference "localhost:5/x:1": failed to do request: Head "http://localhost:5/v2/x/manifests/1": read tcp 127.0.0.1:44876->127.0.0.1:5977: read: connection reset by peer',
    ],
  ] as const)("of a registry that refuses a pull: %s, %i", async (engine, status, text) => {
    const { run } = await host(engine, { beforeRequest: () => (status === 0 ? "reset" : { status }) });
    const { stderr } = await run("pull localhost:5/x:1");
    expect(stderr).toBe(`Error response from daemon: ${text}\n`);
  });

  it.each([
    ["modern", 401, "HEAD", 'Head "http://localhost:5/v2/x/blobs/DIGEST": no basic auth credentials'],
    ["modern", 403, "POST", "denied: said"],
    ["modern", 429, "POST", "toomanyrequests: said"],
    ["modern", 503, "PUT", "received unexpected HTTP status: 503 Service Unavailable"],
    ["legacy", 403, "HEAD", 'error parsing HTTP 403 response body: unexpected end of JSON input: ""'],
    ["legacy", 429, "HEAD", 'error parsing HTTP 429 response body: unexpected end of JSON input: ""'],
    [
      "containerd",
      401,
      "HEAD",
      "push access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials",
    ],
    [
      "containerd",
      403,
      "HEAD",
      "unknown: unexpected status from HEAD request to http://localhost:5/v2/x/blobs/DIGEST: 403 Forbidden",
    ],
  ] as const)("of a registry that refuses a push: %s, %i to a %s", async (engine, status, method, text) => {
    const { run, docker, registry } = await host(engine, {
      beforeRequest: (request) =>
        request.method === method ? { status, body: '{"errors":[{"message":"said"}]}' } : undefined,
    });
    docker.load("localhost:5/x:1", image);
    const { exitCode, stderr } = await run("push localhost:5/x:1");
    expect([exitCode, stderr.replace(/sha256:[0-9a-f]{64}/, "DIGEST")]).toEqual([1, `${text}\n`]);
    expect(registry.tags("localhost:5/x")).toEqual([]);
  });

  it.each([
    ["legacy", undefined, "docker: 'buildx' is not a docker command.\nSee 'docker --help'\n"],
    ["modern", false, "docker: unknown command: docker buildx\n\nRun 'docker --help' for more information\n"],
  ] as const)("without buildx: %s", async (engine, buildx, text) => {
    const { run } = await host(engine, buildx === undefined ? {} : { buildx });
    expect(await run("buildx version")).toMatchObject({ exitCode: 1, stderr: text });
    const baked = await run("buildx bake -f - --progress=rawjson", { stdin: "{}" });
    expect([baked.exitCode, baked.stderr.split("\n")[0]]).toEqual([125, "unknown shorthand flag: 'f' in -f"]);
  });
});

describe.each(engines)("the images on a host: %s", (engine) => {
  const inspect = async (run: Awaited<ReturnType<typeof host>>["run"], name: string) =>
    JSON.parse((await run(`image inspect ${name}`)).stdout) as Record<string, unknown>[];

  it("come and go by their names", async () => {
    const { run, docker } = await host(engine);
    const { id } = docker.load("docker.io/library/x:1", image);
    await run("tag x:1 docker.io/acme/y");
    expect(docker.images()).toMatchObject([{ id, names: ["acme/y:latest", "x:1"] }]);
    expect((await run("image ls --quiet --no-trunc --filter label=x=1")).stdout).toBe(`${id}\n${id}\n`);
    expect((await run("image ls --quiet --no-trunc --filter label=x=2")).stdout).toBe("");
    const container = docker.container("x:1");
    expect((await run("container ls --all --quiet --no-trunc")).stdout).toBe(`${container}\n`);
    expect((await run(`container inspect --format {{.Image}} ${container}`)).stdout).toBe(`${id}\n`);
    expect((await run("image rm x:1")).stdout).toBe("Untagged: x:1\n");
    const kept = await run("image rm acme/y:latest");
    expect([kept.exitCode, kept.stderr]).toEqual([1, expect.stringContaining("conflict: unable to ")]);
    // A name that another image gets is taken from the one that had it.
    const other = docker.load("acme/y:latest", {});
    expect(docker.images().map(({ names }) => names)).toEqual([[], ["acme/y:latest"]]);
    expect((await run("image rm acme/y:latest")).stdout).toBe(`Untagged: acme/y:latest\nDeleted: ${other.id}\n`);
  });

  it("are known by the registry's digest once they were pushed or pulled", async () => {
    const { run, docker, registry } = await host(engine);
    const { id } = docker.load("r.io/x:1", image);
    const format = {
      argv: [
        "docker",
        "image",
        "inspect",
        "--format",
        "{{range .RepoDigests}}{{println .}}{{end}}",
        "r.io/x:1",
      ] as const,
    };
    const digests = async () => (await run("", format)).stdout;
    const before = await digests();
    const pushed = await run("push r.io/x:1");
    const digest = registry.digest("r.io/x", "1")!;
    expect(pushed.stdout).toMatch(new RegExp(`^1: digest: ${digest} size: \\d+\n$`, "m"));
    expect(await digests()).toBe(`r.io/x@${digest}\n\n`);
    // The containerd image store knows the manifest's digest from the start.
    expect(before).toBe(engine === "containerd" ? await digests() : "\n");
    expect(registry.image("r.io/x", "1")).toEqual({ ...image, digest });
    expect(await inspect(run, "r.io/x:1")).toMatchObject([
      {
        Id: id,
        RepoTags: ["r.io/x:1"],
        RepoDigests: [`r.io/x@${digest}`],
        RootFS: { Layers: image.layers },
        Config: { Labels: image.labels },
      },
    ]);
    expect(id === digest).toBe(engine === "containerd");
    await run("image rm r.io/x:1");
    expect(docker.images()).toEqual([]);
    const pulled = await run("pull r.io/x:1");
    expect(pulled.stdout).toContain(`Digest: ${digest}\nStatus: Downloaded newer image for r.io/x:1\n`);
    expect((await run("pull r.io/x:1")).stdout).toContain("Status: Image is up to date for r.io/x:1\n");
    // The classic image store does not count a pull as giving a name.
    const [again] = await inspect(run, "r.io/x:1");
    expect(again).toMatchObject({
      Id: id,
      RepoDigests: [`r.io/x@${digest}`],
      Metadata: { LastTagTime: engine === "containerd" ? "1970-01-01T00:00:00.000Z" : "0001-01-01T00:00:00Z" },
    });
  });
});

describe("what it was not told to expect", () => {
  it.each([
    "frobnicate",
    "image prune --force",
    "image rm --force x:1",
    "image rm sha256:0000000000000000000000000000000000000000000000000000000000000000",
    "image inspect",
    "image inspect --format {{.Id}} x:1",
    "image ls --quiet",
    "image ls --quiet --no-trunc --filter dangling=true",
    "push --all-tags x",
    "push x y",
    "pull -q x",
    "tag x",
    "login --username me --password secret r.io",
    "login --username me --password-stdin r.io",
    "version",
    "buildx bake -f bake.json --progress=rawjson --metadata-file m.json",
    "buildx prune",
    "container ls",
    "container rm x",
  ])("docker %s", async (line) => {
    const { run } = await host("modern");
    await expect(run(line)).rejects.toThrow(NotExpected);
  });

  it.each([
    ["another program", { argv: ["podman", "version"] }],
    ["input that is not read", { stdin: "secret" }],
    ["no folder", { cwd: undefined }],
    ["the whole of our own environment", { env: undefined }],
    ["variables of CI", { env: { ...env, DRONE_REPO: "octocat/hello-world" } }],
    ["a password in docker's own style", { env: { ...env, DOCKER_PASSWORD: "secret" } }],
    ["the builder without BuildKit", { env: { PATH: "/usr/bin" } }],
  ] as [string, Partial<Command>][])("%s", async (_, more) => {
    const { run } = await host("modern");
    await expect(run("push x:1", more)).rejects.toThrow(NotExpected);
    expect((await run("push x:1")).exitCode).toBe(1);
  });

  it.each([
    ["a key", { target: { a: { output: ["type=docker"], "shm-size": "1g" } } }],
    ["what is attested", { target: { a: { output: ["type=docker"], attest: ["type=provenance,mode=max"] } } }],
    ["an output", { target: { a: { output: ["type=tar"] } } }],
    ["a block", { target: { a: { output: ["type=docker"] } }, function: {} }],
    ["several platforms", { target: { a: { output: ["type=docker"], platforms: ["linux/amd64", "linux/arm64"] } } }],
    ["an expression", { target: { a: { output: ["type=docker"], labels: { x: "${HOME}" } } } }],
    ["a folder elsewhere", { target: { a: { output: ["type=docker"], context: "../x" } } }],
    ["a cache", { target: { a: { output: ["type=docker"], "cache-to": ["type=local,dest=/tmp"] } } }],
    ["no such target", { group: { default: { targets: ["b"] } }, target: {} }],
  ])("in a bake file: %s", async (_, definition) => {
    const { run } = await host("modern", { files: { Dockerfile: "FROM scratch AS a\nRUN true\n" } });
    const bake = (group: object) =>
      run("buildx bake -f - --progress=rawjson --metadata-file m.json", { stdin: JSON.stringify(group) });
    await expect(bake({ group: { default: { targets: ["a"] } }, ...definition })).rejects.toThrow(NotExpected);
    const plain = {
      group: { default: { targets: ["a"] } },
      target: { a: { output: ["type=docker"], labels: { x: "$${HOME}" } } },
    };
    expect((await bake(plain)).exitCode).toBe(0);
  });
});
