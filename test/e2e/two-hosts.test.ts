import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { downloads, startProxy, uploads } from "./proxy.ts";
import { baseImage, build, docker, type Engine, engines, ensureBaseImage, imageIn, registry } from "./rig.ts";
import { dockerfileOf, newSpace, pushTo, removeImages, workspace } from "./workspace.ts";

const tag = "master-860c1904a1ce-42";
const apps = ["app1", "app2", "app3"];
/** Two engines with named contexts; and each with itself, once it has forgotten all, as another host of its kind. */
const pairs = engines.flatMap((first) =>
  engines
    .filter((second) => second === first || (first.buildx && second.buildx))
    .map((second) => ({ name: `${first.name} to ${second.name}`, first, second })),
);

describe.skipIf(registry === "" || pairs.length === 0)("a base from one host, apps on another", () => {
  beforeAll(() => ensureBaseImage(engines[0]!));

  it.each(pairs)(
    "from $name: the base's blobs come down once and its RUN does not run again",
    async ({ first, second }) => {
      const proxy = await startProxy();
      onTestFinished(() => proxy.stop());
      const space = newSpace();
      const shared = `${registry}/${space}/stand-in:1`;
      await docker(engines[0]!, ["tag", baseImage, shared]);
      onTestFinished(async () => void (await docker(engines[0]!, ["image", "rm", shared])));
      await docker(engines[0]!, ["push", shared]);
      const text = dockerfileOf(space, apps).replace(baseImage, shared);
      const { cwd } = await workspace(text, ["base", ...apps], { space, address: proxy.address });
      onTestFinished(() => removeImages(first, space));
      onTestFinished(() => removeImages(second, space));
      await step(first, cwd, space, ["base"]);
      if (first === second) await forget(second, space);
      proxy.log.length = 0;
      let log = await step(second, cwd, space, ["app1"]);
      await docker(second, ["builder", "prune", "-af"]);
      log += await step(second, cwd, space, ["app2", "app3"]);
      const base = await imageIn(`${space}/base`, tag);
      for (const name of apps)
        expect((await imageIn(`${space}/${name}`, tag)).layers.slice(0, -1)).toEqual(base.layers);
      expect(log).not.toMatch(new RegExp(`│ +${space}$`, "m"));
      // The lowest layer is the base image's, which the host may have already.
      const own = base.blobs.slice(1);
      expect(downloads(proxy.log).filter((digest) => own.includes(digest))).toEqual(own);
      expect(uploads(proxy.log).filter((digest) => base.blobs.includes(digest))).toEqual([]);
    },
  );
});

async function forget(engine: Engine, space: string): Promise<void> {
  await removeImages(engine, space);
  await docker(engine, ["builder", "prune", "-af"]);
}

async function step(engine: Engine, cwd: string, space: string, args: string[]): Promise<string> {
  const ended = await build(engine, cwd, pushTo("master", 42, space), args);
  expect(ended, `${args.join(" ")}: ${ended.err}`).toMatchObject({ code: 0 });
  return ended.err;
}
