import { describe, expect, it } from "vitest";
import type { PlannedTarget } from "../../../src/plan/plan.ts";
import { verifyBases } from "../../../src/run/verify.ts";
import { fakeHost } from "../../support/host.ts";
import { labelsOf, planned } from "../../support/planned.ts";

/** What `docker image inspect` says of a target's image. */
const image = ({ name, image: reference, labels }: PlannedTarget, layers: string[], changes: object = {}) => ({
  Id: `sha256:${name}`,
  RepoTags: [reference],
  RootFS: { Layers: layers },
  Config: { Labels: labels },
  ...changes,
});

/** Verifies targets of which the host has these images. */
async function verify(targets: readonly PlannedTarget[], images: readonly object[], stderr = "") {
  const ran = { out: "", err: "", commands: [] as { argv: readonly string[] }[] };
  const stdout = JSON.stringify(images);
  const exitCode = images.length < targets.length ? 1 : 0;
  const world = { cwd: "/", commands: { "docker image inspect": { stdout, stderr, exitCode } } };
  const host = fakeHost([], world, ran as Parameters<typeof fakeHost>[2]);
  const docker = { host, session: { directory: "/", env: {} }, directory: "/", env: {} };
  return { ...(await verifyBases(docker, targets, "build it first")), commands: ran.commands };
}

const base = planned("base");
const app = planned("app", { base: "base", needs: ["base"] });

describe("verifyBases", () => {
  it("proves all of them by one inspection, and gives their ids", async () => {
    const { ids, failures, commands } = await verify([base, app], [image(base, ["a"]), image(app, ["a", "b"])]);
    expect(failures).toEqual([]);
    expect(Object.fromEntries(ids)).toEqual({ base: "sha256:base", app: "sha256:app" });
    expect(commands.map(({ argv }) => argv)).toEqual([["docker", "image", "inspect", base.image, app.image]]);
  });

  it.each([
    ["another layer", ["x", "b"], "does not stand on base: layer 1 of 2 differs"],
    ["another layer higher up", ["a", "x", "b"], "does not stand on base: layer 2 of 2 differs"],
    ["too few layers", ["a"], "does not stand on base: layer 2 of 2 differs"],
  ])("refuses an app with %s", async (_, layers, message) => {
    const { failures } = await verify([base, app], [image(base, ["a", "b"]), image(app, layers)]);
    expect(failures).toMatchObject([{ target: "app", message }]);
  });

  it.each([
    ["another build's", { Config: { Labels: labelsOf(41) } }, "master-860c1904a1ce-41"],
    ["somebody else's", { Config: { Labels: null } }, "missing"],
  ])("refuses %s image of that name", async (_, changes, label) => {
    const { failures } = await verify([base], [image(base, ["a"], changes)]);
    expect(failures).toMatchObject([{ target: "base", message: expect.stringContaining(label) }]);
  });

  it("says what is not here, and what to do", async () => {
    const { failures } = await verify([base, app], [image(base, ["a"])], `Error: No such image: ${app.image}`);
    expect(failures).toMatchObject([{ target: "app", code: "missing-image", hint: "build it first" }]);
  });

  it("tells a host that does not answer from one that has no image", async () => {
    const { failures } = await verify([base], [], "Cannot connect to the Docker daemon at unix:///x.sock.");
    expect(failures).toMatchObject([{ target: null, code: "daemon-down" }]);
  });

  it.each(["docker.io/acme/base", "docker.io/library/base"])("knows %s by docker's short name", async (repository) => {
    const hub = planned("base", { repositories: [repository] });
    const short = hub.image.replace(/^docker\.io\/(?:library\/)?/, "");
    expect((await verify([hub], [image(hub, ["a"], { RepoTags: [short] })])).failures).toEqual([]);
  });

  it("does not look at an index of several platforms", async () => {
    const index = planned("base", { platforms: ["linux/amd64", "linux/arm64"] });
    expect(await verify([index], [])).toMatchObject({ failures: [], commands: [] });
  });
});
