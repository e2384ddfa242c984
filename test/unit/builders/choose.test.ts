import { describe, expect, it } from "vitest";
import { engineBuilder } from "../../../src/builders/bake.ts";
import type { Builder } from "../../../src/builders/builder.ts";
import { chooseBuilder, presumedBuilder } from "../../../src/builders/choose.ts";
import { dockerBuilder } from "../../../src/builders/docker-build.ts";
import { builderFault } from "../../../src/builders/faults.ts";
import type { WantedBuilder } from "../../../src/core/builder-name.ts";
import type { DockerContext } from "../../../src/docker/exec.ts";
import { fakeHost, type Ran, type World } from "../../support/host.ts";
import { planned } from "../../support/planned.ts";

/** A docker that answers so, and the files that are there. */
function world(commands: NonNullable<World["commands"]>, files: string[] = [], env: Record<string, string> = {}) {
  const ran: Omit<Ran, "code"> = { out: "", err: "", commands: [] };
  const host = fakeHost([], { cwd: "/", commands }, ran);
  const exists = (file: string) => Promise.resolve(files.includes(file));
  const context: DockerContext = {
    host: { ...host, home: "/home/me", files: { ...host.files, exists } },
    session: { directory: "", env: {} },
    directory: "/work",
    env,
    digests: new Map(),
    say: () => undefined,
  };
  return { context, ran: () => ran.commands.map(({ argv }) => argv.join(" ")) };
}

const asked = (name: string): WantedBuilder => ({ name, path: "--builder" });
const nothing = { cacheExport: false };
const once = { load: false };

const without = { "docker buildx version": { exitCode: 1, stderr: "docker: 'buildx' is not a docker command." } };
const nowhere = { "docker buildx version": { missing: true } };

describe("the builder of a run", () => {
  it.each<[string, string, NonNullable<World["commands"]>, string]>([
    ["buildx, where docker has it", "auto", { "docker buildx version": {} }, "buildx"],
    ["buildx, as it is asked for", "buildx", { "docker buildx version": {} }, "buildx"],
    ["docker, where it has no buildx", "auto", without, "docker"],
    ["docker, where it has no buildx that would call the engine's own so", "default", without, "docker"],
    ["docker, as it is asked for, without a question", "docker", {}, "docker"],
  ])("is %s", async (_, name, commands, expected) => {
    expect(await chooseBuilder(world(commands).context, asked(name), nothing)).toMatchObject({ name: expected });
  });

  it.each([
    ["the user's", "/home/me/.docker/cli-plugins/docker-buildx", {}],
    ["that of DOCKER_CONFIG", "/etc/d/cli-plugins/docker-buildx", { DOCKER_CONFIG: "/etc/d" }],
    ["Debian's", "/usr/libexec/docker/cli-plugins/docker-buildx", {}],
    ["the machine's own", "/usr/local/lib/docker/cli-plugins/docker-buildx", {}],
  ])("is buildx, without a question, where the plugin lies: %s", async (_, file, env) => {
    const { context, ran: commandsRun } = world({}, [file], env);
    expect(await chooseBuilder(context, asked("auto"), nothing)).toMatchObject({ name: "buildx" });
    expect(commandsRun()).toEqual([]);
  });

  it("is none, and it is said what to install, where buildx is asked for and there is none", async () => {
    expect(await chooseBuilder(world(without).context, asked("buildx"), nothing)).toMatchObject({
      code: "no-buildx",
      hint: expect.stringContaining("docker-cli-buildx"),
    });
  });

  it.each<string>(["auto", "buildx"])("is none where there is no docker: %s", async (name) => {
    expect(await chooseBuilder(world(nowhere).context, asked(name), nothing)).toMatchObject({ code: "no-docker" });
  });

  it.each<[string, string]>([
    ["auto", "buildx"],
    ["buildx", "buildx"],
    ["docker", "docker"],
  ])("is presumed without a question: %s", (name, expected) => {
    expect(presumedBuilder(asked(name), "/work").name).toBe(expected);
  });
});

describe("a builder that has a name", () => {
  const told = (driver: string, status = "running") =>
    `Name: farm\nDriver: ${driver}\n\nNodes:\nName: farm0\nEndpoint: tcp://a:1\nStatus: ${status}\nPlatforms: linux/arm64, linux/arm/v7\n`;

  it.each([
    ["remote", { name: "farm", store: "registry", platform: "linux/arm64" }],
    ["docker-container", { name: "farm", store: "registry" }],
    ["kubernetes", { name: "farm", store: "registry" }],
    ["docker", { name: "farm", store: "host", platform: null }],
  ])("keeps its images to itself, unless it is an engine's own: %s", async (driver, expected) => {
    const { context } = world({ "docker buildx version": {}, "docker buildx inspect farm": { stdout: told(driver) } });
    expect(await chooseBuilder(context, asked("farm"), nothing)).toMatchObject(expected);
  });

  it("is presumed to keep its images to itself where docker is not asked, but for buildx's default", () => {
    expect(presumedBuilder(asked("farm"), "/work")).toMatchObject({ name: "farm", store: "registry" });
    expect(presumedBuilder(asked("default"), "/work")).toMatchObject({ store: "host" });
  });

  it("is not to be had without buildx", async () => {
    const { context } = world(without);
    expect(await chooseBuilder(context, asked("farm"), nothing)).toMatchObject({ code: "no-buildx" });
  });
});

describe("an engine", () => {
  it.each([
    ['[["driver-type","io.containerd.snapshotter.v1"]]', true],
    ['[["Backing Filesystem","extfs"],["Supports d_type","true"]]', false],
  ])("exports build cache where containerd keeps its images: %s", async (status, exportsCache) => {
    const { context } = world({ "docker buildx version": {}, "docker info": { stdout: status } });
    expect(await chooseBuilder(context, asked("auto"), { cacheExport: true })).toMatchObject({ exportsCache });
  });

  it("is not asked where nothing is to be exported", async () => {
    const { context, ran: commandsRun } = world({ "docker buildx version": {} });
    await chooseBuilder(context, asked("auto"), nothing);
    expect(commandsRun()).toEqual(["docker buildx version"]);
  });
});

describe("a builder", () => {
  it.each<[Builder, object]>([
    [engineBuilder("/work"), { store: "host", binds: true, pushes: true, atOnce: 50 }],
    [dockerBuilder, { store: "host", binds: false, pushes: false, atOnce: Infinity }],
  ])("says what it can do: $name", (builder, expected) => {
    expect(builder).toMatchObject(expected);
  });
});

describe("docker's own BuildKit", () => {
  const version = (text: string) => ({ "docker version": { stdout: `${text}\n` } });
  const app = planned("app");

  it.each(["18.09.9 20.10.24", "19.03.15 28.5.2", "20.10.24 18.09.0", "20.10.5+dfsg1 20.10.5+dfsg1"])(
    "is good enough: %s",
    async (text) => {
      expect(await builderFault(dockerBuilder, world(version(text)).context, [app], once)).toBeNull();
    },
  );

  it.each(["18.06.3-ce 20.10.24", "20.10.24 18.06.1-ce", "23.0.1 28.5.2", "28.5.2 28.5.2", ""])(
    "is not, and it is said what to install: %j",
    async (text) => {
      expect(await builderFault(dockerBuilder, world(version(text)).context, [app], once)).toMatchObject({
        code: "no-buildx",
        message: expect.stringContaining("has no buildx"),
        hint: expect.stringContaining("docker-cli-buildx"),
      });
    },
  );

  it("has no named contexts", async () => {
    const named = planned("lib", { contexts: { files: "../files" } });
    const { context } = world(version("20.10.24 20.10.24"));
    expect(await builderFault(dockerBuilder, context, [app, named], once)).toMatchObject({
      code: "no-buildx",
      message: expect.stringContaining("no named contexts, which lib needs"),
    });
  });

  it("cannot be told where no daemon answers", async () => {
    const stderr = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
    const { context } = world({ "docker version": { exitCode: 1, stderr } });
    expect(await builderFault(dockerBuilder, context, [app], once)).toMatchObject({ code: "daemon-down" });
  });

  it("does not matter to buildx: nothing is asked", async () => {
    const { context, ran: commandsRun } = world({});
    expect(await builderFault(engineBuilder("/work"), context, [app], once)).toBeNull();
    expect(commandsRun()).toEqual([]);
  });
});
