import { writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startProxy, uploads } from "./proxy.ts";
import { build, digestOf, docker, engines, ensureBaseImage, hasEngine, registry, tagsIn } from "./rig.ts";
import { dockerfileOf, newSpace, pushTo, removeImages, workspace } from "./workspace.ts";

const names = ["base", "app"];
const of = (number: number) => `master-860c1904a1ce-${number}`;

describe.skipIf(!hasEngine)("a promotion", () => {
  beforeAll(async () => {
    for (const engine of engines) await ensureBaseImage(engine);
  });

  it.each(engines)("gives another build's images its tag: $name", async (engine) => {
    const proxy = await startProxy();
    onTestFinished(() => proxy.stop());
    const space = newSpace();
    const { cwd } = await workspace(dockerfileOf(space, ["app"]), names, { space, address: proxy.address });
    onTestFinished(() => removeImages(engine, space));
    const digests = (tag: string) => Promise.all(names.map((name) => digestOf(`${space}/${name}`, tag)));
    const images = async () => {
      const filter = `label=multistage-build.repository=e2e/${space}`;
      // Docker lists images of one second in any order.
      return (await docker(engine, ["image", "ls", "-q", "--filter", filter])).split("\n").toSorted();
    };
    const promote = (number: number, parent: number, event: string, ...args: string[]) =>
      build(
        // No docker is needed.
        { ...engine, env: { ...engine.env, DOCKER_HOST: "tcp://127.0.0.1:1" } },
        cwd,
        {
          ...pushTo("master", number, space),
          DRONE_BUILD_PARENT: String(parent),
          DRONE_BUILD_EVENT: event,
          DRONE_DEPLOY_TO: "production",
        },
        args,
      );
    for (const number of [40, 41]) {
      await writeFile(path.join(cwd, "Dockerfile"), dockerfileOf(`${space}-${number}`, ["app"]));
      const built = await build(engine, cwd, pushTo("master", number, space));
      expect(built, built.err).toMatchObject({ code: 0 });
    }
    const [before, onHost] = [await digests(of(40)), await images()];
    proxy.log.length = 0;
    const forward = await promote(50, 41, "promote");
    expect(forward, forward.err).toMatchObject({ code: 0 });
    expect(await digests("production")).toEqual(await digests(of(41)));
    const back = await promote(51, 40, "rollback");
    expect(back, back.err).toMatchObject({ code: 0 });
    expect(await digests("production")).toEqual(before);
    expect([uploads(proxy.log), await images(), await digests("latest")]).toEqual([[], onHost, await digests(of(41))]);
    for (const name of names) {
      expect(await tagsIn(`${space}/${name}`)).toEqual([of(40), of(41), "latest", "production"].toSorted());
    }
    // A build of which one image is not up is not promoted at all.
    await build(engine, cwd, pushTo("master", 42, space), ["base"]);
    const half = await promote(52, 42, "promote");
    expect([half.code, half.err]).toEqual([
      1,
      expect.stringContaining(`app:${of(42)} is not in the registry`) as string,
    ]);
    expect(await digests("production")).toEqual(before);
  });

  it.skipIf(!engines.some(({ buildx }) => buildx))("copies an image to a registry that does not have it", async () => {
    const engine = engines.find(({ buildx }) => buildx)!;
    const proxy = await startProxy();
    onTestFinished(() => proxy.stop());
    const space = newSpace();
    const text = dockerfileOf(space, []);
    const { cwd } = await workspace(text, ["base"], { space });
    onTestFinished(() => removeImages(engine, space));
    const built = await build(engine, cwd, pushTo("master", 40, space));
    expect(built, built.err).toMatchObject({ code: 0 });
    const both = [`${registry}/${space}/base`, `${proxy.address}/${space}/copy`];
    const second = await workspace(text, [], { space, more: { targets: { base: both } } });
    const env = { DRONE_BUILD_PARENT: "40", DRONE_BUILD_EVENT: "promote", DRONE_DEPLOY_TO: "production" };
    const ended = await build(engine, second.cwd, { ...pushTo("master", 50, space), ...env });
    expect(ended, ended.err).toMatchObject({ code: 0 });
    const digest = await digestOf(`${space}/base`, of(40));
    const copied = [await digestOf(`${space}/copy`, of(40)), await digestOf(`${space}/copy`, "production")];
    expect([await digestOf(`${space}/base`, "production"), ...copied]).toEqual([digest, digest, digest]);
  });
});
