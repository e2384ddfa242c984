import { describe, expect, it } from "vitest";
import { outsideKey, outsidePin } from "../../../src/plan/plan.ts";
import { bringOutsideImages, findOutsideImages, forgetTriggering } from "../../../src/release/outside-images.ts";
import { createRegistry } from "../../support/registry/in-memory.js";
import { movingPass } from "./rig.ts";

const image = "r.io/lib/os:3";
const here = (digests: string[]) =>
  JSON.stringify([{ Id: "sha256:id", RepoTags: [image], RepoDigests: digests.map((one) => `r.io/lib/os@${one}`) }]);

/** What is known of the image afterwards, and which processes it took. */
async function find(pull: boolean, { registry = createRegistry(), onHost = "[]", away = false } = {}) {
  const ran: string[] = [];
  const { context, state, targets, notes } = movingPass(registry, {
    host: {
      request: away ? async () => ({ status: 0, message: "no route", sent: false }) : registry.handle,
      exec: async ({ argv }) => {
        ran.push(argv.join(" "));
        return { exitCode: 0, stdout: onHost, stderr: "", missing: false };
      },
    },
  });
  await findOutsideImages(context, { kind: "resolve", targets: [], images: [image, "$NOT/one"], pull, promoted: null });
  const known = Object.fromEntries(context.docker.digests);
  return { context, state, targets, known, ran, notes: notes.join("\n") };
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

  it("is brought to the host for a builder that takes the host's, unless that is the same", async () => {
    const { registry, digest } = withImage();
    const bring = async (onHost: string) => {
      const { context, targets, ran } = await find(true, { registry, onHost });
      targets[0]!.inputs = { known: "", facts: [], images: [{ image }], unknown: null };
      await bringOutsideImages(context, targets);
      return ran;
    };
    expect(await bring(here(["sha256:old"]))).toEqual([`docker image inspect ${image}`, `docker pull ${image}`]);
    expect(await bring(here([digest]))).toEqual([`docker image inspect ${image}`]);
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

  it("is the one that its name says, and nobody is asked", async () => {
    const { context } = movingPass(createRegistry());
    await findOutsideImages(context, {
      kind: "resolve",
      targets: [],
      images: ["os:3@sha256:ab"],
      pull: true,
      promoted: null,
    });
    expect(context.docker.digests.get("image os:3@sha256:ab")).toBe("sha256:ab");
  });

  it.each([
    ["is not an input where it has ONBUILD triggers, as nobody knows what they read", { onBuild: ["COPY . /"] }, false],
    ["is one where it has none", {}, true],
  ])("%s", async (_, extra, isInput) => {
    const registry = createRegistry();
    registry.putImage("r.io/lib/os", "3", { labels: {}, layers: ["os"], ...extra });
    const { context, state, targets } = await find(true, { registry });
    targets[0]!.inputs = { known: "", facts: [], images: [{ image }], unknown: null };
    await forgetTriggering(context, state, targets);
    expect(context.docker.digests.has(outsideKey(image))).toBe(isInput);
    expect(context.docker.digests.has(outsidePin(image))).toBe(true);
    const asked = registry.requests.length;
    await forgetTriggering(context, state, targets);
    expect(registry.requests).toHaveLength(asked);
  });

  it("is not an input where its registry does not show it", async () => {
    const { context, state, targets } = await find(true, withImage());
    targets[0]!.inputs = { known: "", facts: [], images: [{ image }], unknown: null };
    context.docker.digests.set(outsidePin(image), `sha256:${"0".repeat(64)}`);
    await forgetTriggering(context, state, targets);
    expect(context.docker.digests.has(outsideKey(image))).toBe(false);
  });
});
