import { describe, expect, it } from "vitest";
import { type LayersUp, notHere, prove } from "../../../src/builders/prove.ts";
import type { InspectedImage } from "../../../src/docker/image-commands.ts";
import type { PlannedTarget } from "../../../src/plan/plan.ts";
import { docker, inspected, target } from "./images.ts";

const base = target("base");
const app = target("app", { base: "base", needs: ["base"] });

/** The proof of targets of which the host has these images. */
async function proving(
  targets: PlannedTarget[],
  images: InspectedImage[],
  stderr = "",
  up: Record<string, string[]> = {},
  digests: Record<string, string> = {},
  layersUp: LayersUp = async () => null,
) {
  const stdout = JSON.stringify(images);
  const exitCode = images.length < targets.length ? 1 : 0;
  const context = docker({ "docker image inspect": { stdout, stderr, exitCode } });
  for (const [name, digest] of Object.entries(digests)) context.digests.set(name, digest);
  return {
    ...(await prove(context, targets, "this run", new Map(Object.entries(up)), layersUp)),
    asked: context.asked(),
  };
}

const layers = (...Layers: string[]) => ({ RootFS: { Layers } });

describe("the proof that images stand on their base", () => {
  it("is one inspection, and gives the images", async () => {
    const { images, failures, asked } = await proving([base, app], [inspected(base), inspected(app, layers("a", "b"))]);
    expect([failures, [...images.keys()]]).toEqual([[], ["base", "app"]]);
    expect(asked).toEqual([
      "docker image inspect r.io/p/base:master-860c1904a1ce-42 r.io/p/app:master-860c1904a1ce-42",
    ]);
  });

  it.each([
    ["another layer", ["x", "b"], "does not stand on base: layer 1 of 2 differs"],
    ["another layer higher up", ["a", "x", "b"], "does not stand on base: layer 2 of 2 differs"],
    ["too few layers", ["a"], "does not stand on base: layer 2 of 2 differs"],
    ["no layers", [], "does not stand on base: layer 1 of 2 differs"],
  ])("fails for an app with %s", async (_, own, message) => {
    const images = [inspected(base, layers("a", "b")), inspected(app, layers(...own))];
    expect((await proving([base, app], images)).failures).toMatchObject([
      { target: "app", code: "wrong-base", message },
    ]);
  });

  it.each([
    [["up", "x"], 0],
    [["other", "x"], 1],
  ])("goes by the registry's layers where the base is not on the host: %s", async (own, count) => {
    const { failures } = await proving([app], [inspected(app, layers(...own))], "", { base: ["up"] });
    expect(failures).toHaveLength(count);
  });

  it.each<[string, string[] | null, string[]]>([
    ["what is up under its digest", ["a", "b"], []],
    ["another image that is up under its digest", ["x"], ["wrong-base"]],
    ["what is here, where nobody tells what is up", null, ["wrong-base"]],
  ])("goes by %s where a base's name on the host has become another image's", async (_, layersUp, codes) => {
    const images = [inspected(base, { Id: "sha256:other", ...layers("other") }), inspected(app, layers("a", "b", "c"))];
    const proof = await proving(
      [{ ...base, isBase: true }, app],
      images,
      "",
      {},
      { base: "sha256:ours" },
      async () => layersUp,
    );
    expect(proof.failures.map(({ code }) => code)).toEqual(codes);
  });

  it.each([
    ["bound to it", [{ stage: "base", target: "base" }], "start a new build"],
    ["not bound to it", [], "pass what differs to both as args:"],
  ])("tells what to do about an app that is %s", async (_, bind, hint) => {
    const { failures } = await proving([base, { ...app, bind }], [inspected(base), inspected(app, layers("x"))]);
    expect(failures).toMatchObject([{ hint: expect.stringContaining(hint) }]);
  });

  it("says which layers differ", async () => {
    const { failures } = await proving([base, app], [inspected(base, layers("a", "b")), inspected(app, layers("a"))]);
    expect(failures[0]?.details).toEqual(["  base: b", "  app: no such layer"]);
  });

  it.each([
    "multistage-build.build-tag",
    "multistage-build.target",
    "multistage-build.repository",
    "org.opencontainers.image.revision",
  ])("fails for an image of our name with another %s", async (label) => {
    for (const Labels of [{ ...base.labels, [label]: "other" }, { ...base.labels, [label]: "" }, null]) {
      const { failures } = await proving([base], [inspected(base, { Config: { Labels } })]);
      expect(failures).toMatchObject([{ target: "base", code: "foreign-image" }]);
    }
  });

  it("says what is not here, and why that may be", async () => {
    const { failures } = await proving([base, app], [inspected(base)], "Error: No such image: app");
    expect(failures).toMatchObject([
      { target: "app", code: "missing-image", hint: expect.stringContaining("another docker host's") },
    ]);
    expect(notHere(app, "an earlier step").hint).toContain("build --load");
  });

  it.each([{ RootFS: {} }, { RootFS: { Layers: null } }, { RootFS: undefined }])(
    "fails for an app of which %j is told",
    async (told) => {
      const odd = { ...inspected(app), ...told } as InspectedImage;
      expect((await proving([base, app], [inspected(base), odd])).failures).toMatchObject([{ code: "wrong-base" }]);
    },
  );

  it("fails for an image without a configuration", async () => {
    const odd = { ...inspected(base), Config: undefined } as unknown as InspectedImage;
    const message = "its label multistage-build.build-tag is missing, not master-860c1904a1ce-42";
    expect((await proving([base], [odd])).failures).toMatchObject([{ message: expect.stringContaining(message) }]);
  });

  it("takes the word of a docker that has found one of two", async () => {
    const { failures } = await proving([base, app], [inspected(base)], "some other trouble");
    expect(failures).toMatchObject([{ target: "app", code: "missing-image" }]);
  });

  it("tells a host that has none of them from one that does not answer", async () => {
    expect((await proving([base], [], "Error: No such image: base")).failures).toMatchObject([
      { code: "missing-image", target: "base" },
    ]);
    const down = "Cannot connect to the Docker daemon at unix:///x.sock.";
    expect((await proving([base], [], down)).failures).toMatchObject([{ code: "daemon-down", target: null }]);
  });

  it.each(["docker.io/acme/base", "docker.io/library/base", "index.docker.io/acme/base"])(
    "knows %s by docker's short name",
    async (name) => {
      const hub = target("base", {}, name);
      const short = `${name.replace(/^(?:index\.)?docker\.io\/(?:library\/)?/, "")}:${hub.image.tag}`;
      expect((await proving([hub], [inspected(hub, { RepoTags: [short] })])).failures).toEqual([]);
    },
  );

  it("does not look at an index of several platforms", async () => {
    const index = target("base", { platforms: ["linux/amd64", "linux/arm64"] });
    expect(await proving([index], [])).toMatchObject({ failures: [], asked: [] });
  });
});
