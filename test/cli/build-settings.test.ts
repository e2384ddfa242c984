import { describe, expect, it } from "vitest";
import { bakes, buildTag, engines, example } from "../support/docker/example.ts";
import { baked, commandsOf, planOf, target } from "../support/plans.ts";

const files = (config: string) => ({
  "package.json": {},
  Dockerfile: "FROM scratch AS base\nCOPY x /x\nFROM base AS app\nCOPY y /y\n",
  x: "x",
  y: "y",
  "multistage-build.config.yaml": config,
});
const app = (keys: string, more = "") => `${more}targets: { app: { repo: r.io/app, ${keys} } }\n`;
const plain = ["type=provenance,disabled=true", "type=sbom,disabled=true"];

describe("bake is told", () => {
  it.each<[string, string, object]>([
    ["that nothing is attested", app("needs: []"), { attest: plain }],
    ["of provenance", app("attest: { provenance: true }"), { attest: ["type=provenance,mode=min", plain[1]] }],
    ["of all of it", app("attest: { provenance: max }"), { attest: ["type=provenance,mode=max", plain[1]] }],
    ["of an SBOM", app("attest: { sbom: true }"), { attest: [plain[0], "type=sbom"] }],
    [
      "of what the whole config says, but for what a target says",
      app("attest: { sbom: false }", "attest: { provenance: true, sbom: true }\n"),
      { attest: ["type=provenance,mode=min", plain[1]] },
    ],
    [
      "of annotations, the defaults' as well",
      app('annotations: { b: "{{sha}} ${x}" }', "defaults: { annotations: { a: 1 } }\n"),
      { annotations: ["manifest:a=1", "manifest:b=860c190 $${x}"] },
    ],
    [
      "of the index's annotations, where there will be one",
      app("annotations: { a: 1 }, attest: { sbom: true }"),
      { annotations: ["index,manifest:a=1"] },
    ],
    [
      "of the same for several platforms",
      app("annotations: { a: 1 }, platforms: [linux/amd64, linux/arm64]"),
      { annotations: ["index,manifest:a=1"] },
    ],
    ["of no network", app("network: none"), { network: "none" }],
    [
      "of hosts as a map",
      app("extraHosts: { a.test: 10.0.0.1, b: host-gateway }"),
      { "extra-hosts": { "a.test": "10.0.0.1", b: "host-gateway" } },
    ],
    [
      "of hosts as docker writes them, the defaults' as well",
      app('extraHosts: ["a.test:10.0.0.1", "b=[::1]", "c:2001:db8::1"]', "defaults: { extraHosts: { d: 10.0.0.2 } }\n"),
      { "extra-hosts": { "a.test": "10.0.0.1", b: "::1", c: "2001:db8::1", d: "10.0.0.2" } },
    ],
  ])("%s", async (_, config, expected) => {
    expect(baked(await planOf(files(config), []), "app")).toMatchObject(expected);
  });

  it("nothing of what is not written", async () => {
    const bake = baked(await planOf(files(app("needs: []")), []), "app");
    expect(["annotations", "network", "extra-hosts"].filter((key) => key in bake)).toEqual([]);
  });

  it.each([
    ["host", true],
    ["none", false],
  ])("that it may use the network %s: %s", async (network, expected) => {
    const commands = commandsOf(await planOf(files(app(`network: ${network}`)), []));
    expect(commands.some(({ argv }) => argv.includes("--allow=network.host"))).toBe(expected);
  });
});

it("docker build is told of networks and hosts by its flags", async () => {
  const config = app('network: host, extraHosts: ["a.test:10.0.0.1", "b:::1"]');
  const [argv = []] = commandsOf(await planOf(files(config), ["--builder", "docker"])).map((command) => command.argv);
  expect(argv.filter((word) => /^--(?:network|add-host)/.test(word))).toEqual([
    "--network=host",
    "--add-host=a.test:10.0.0.1",
    "--add-host=b:::1",
  ]);
});

it.each([
  ["attest: { provenance: true }"],
  ["attest: { sbom: true }"],
  ["annotations: { a: 1 }"],
  ["network: none"],
  ["extraHosts: { a: 10.0.0.1 }"],
])("%s can change the image, and is an input", async (keys) => {
  const [before, after] = await Promise.all(
    ["needs: []", keys].map(async (one) => target(await planOf(files(app(one, "reuse: true\n")), []), "app").inputs),
  );
  expect(before!.known).toMatch(/^[0-9a-f]{64}$/);
  expect(after!.known).toMatch(/^[0-9a-f]{64}$/);
  expect(after!.known).not.toBe(before!.known);
});

describe.each(engines)("what the engine cannot keep is said before anything is built: %s", (engine) => {
  it.each([
    ["attest", '"attest":{"provenance":true}', "attestations"],
    ["annotations", '"defaults":{"annotations":{"a":"1"}}', "annotations"],
  ])("%s", async (_, config, what) => {
    const { run, docker } = await example({ engine, config });
    if (engine === "containerd")
      docker.fault((_command, line) => (bakes.test(line) ? { exitCode: 1, stderr: "ERROR: x" } : undefined));
    const ended = await run(["build"]);
    expect(ended.code).toBe(1);
    const built = docker.commands.some((line) => bakes.test(line));
    expect([built, ended.err.includes(`no ${what}`)]).toEqual(engine === "containerd" ? [true, false] : [false, true]);
  });

  it("networks and hosts it can", async () => {
    const { run, registry } = await example({
      engine,
      config: '"defaults":{"network":"none","extraHosts":{"a":"10.0.0.1"}}',
    });
    expect(await run(["build"])).toMatchObject({ code: 0 });
    expect(registry.tags("r.io/p/base")).toEqual(["latest", buildTag(42)]);
  });
});
