import { describe, expect, it } from "vitest";
import { findOutsideImages } from "../../../src/release/outside-images.ts";
import { createRegistry } from "../../support/registry/in-memory.js";
import { movingPass } from "./rig.ts";

const image = "r.io/lib/os:3";
const here = (digests: string[]) =>
  JSON.stringify([{ Id: "sha256:id", RepoTags: [image], RepoDigests: digests.map((one) => `r.io/lib/os@${one}`) }]);

/** What is known of the image afterwards, and which processes it took. */
async function find(pull: boolean, { registry = createRegistry(), onHost = "[]", binds = true, away = false } = {}) {
  const ran: string[] = [];
  const { context, notes } = movingPass(registry, {
    host: {
      request: away ? async () => ({ status: 0, message: "no route", sent: false }) : registry.handle,
      exec: async ({ argv }) => {
        ran.push(argv.join(" "));
        return { exitCode: 0, stdout: onHost, stderr: "", missing: false };
      },
    },
  });
  const builder = {
    name: "buildx",
    store: "host",
    binds,
    pushes: true,
    atOnce: 50,
    commands: () => [],
    run: async () => ({ built: [], failures: [] }),
  } as const;
  await findOutsideImages(
    { ...context, builder },
    { kind: "resolve", targets: [], images: [image, "$NOT/one"], pull, promoted: null },
  );
  return { known: Object.fromEntries(context.docker.digests), ran, notes: notes.join("\n") };
}

describe("an image from outside", () => {
  const withImage = () => {
    const registry = createRegistry();
    const digest = registry.putImage("r.io/lib/os", "3", { labels: {}, layers: ["os"] });
    return { registry, digest };
  };

  it("is the one that its registry has now, whatever the host has", async () => {
    const { registry, digest } = withImage();
    const { known, ran } = await find(true, { registry, onHost: here(["sha256:old"]) });
    expect(known).toEqual({ [`image ${image}`]: digest, [`pin ${image}`]: digest });
    expect(ran).toEqual([]);
  });

  it("is pulled for a builder that takes the host's, unless that is the same", async () => {
    const { registry, digest } = withImage();
    const other = await find(true, { registry, binds: false, onHost: here(["sha256:old"]) });
    expect(other.ran).toEqual([`docker image inspect ${image}`, `docker pull ${image}`]);
    const same = await find(true, { registry, binds: false, onHost: here([digest]) });
    expect(same.ran).toEqual([`docker image inspect ${image}`]);
  });

  it.each([
    ["its registry is not asked", false, {}, ""],
    ["its registry does not have it", true, {}, "it has no such image"],
    ["its registry cannot be reached", true, { away: true }, "it cannot be reached"],
  ])("is the host's own where %s", async (_, pull, world, said) => {
    const pulled = await find(pull, { ...world, onHost: here(["sha256:old"]) });
    expect(pulled.known).toEqual({ [`image ${image}`]: "sha256:old" });
    expect(pulled.notes).toContain(said);
    expect((await find(pull, { ...world, onHost: here([]) })).known).toEqual({ [`image ${image}`]: "sha256:id" });
    expect((await find(pull, { ...world, onHost: "[]" })).known).toEqual({});
  });
});
