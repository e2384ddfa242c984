import { writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startProxy } from "./proxy.ts";
import {
  build,
  digestOf,
  docker,
  type Engine,
  engines,
  ensureBaseImage,
  hasEngine,
  imageIn,
  registry,
  tagsIn,
} from "./rig.ts";
import { dockerfileOf, newSpace, pushTo, removeImages, workspace } from "./workspace.ts";

const of = (number: number, branch = "master") => `${branch}-860c1904a1ce-${number}`;

/** A project whose build tags are in one repository, and whose base is in no other. */
async function projectOf(engine: Engine, address: string) {
  const space = newSpace();
  const more = { builds: `${registry}/${space}/ci`, targets: { base: false, app: `${address}/${space}/app` } };
  const { cwd } = await workspace(dockerfileOf(space, ["app"]), [], { space, more });
  onTestFinished(() => removeImages(engine, space));
  const run = async (number: number, branch = "master", args: readonly string[] = []) => {
    await writeFile(path.join(cwd, "Dockerfile"), dockerfileOf(`${space}-${number}`, ["app"]));
    const ended = await build(engine, cwd, pushTo(branch, number, space), args);
    expect(ended, ended.err).toMatchObject({ code: 0 });
    return ended;
  };
  return { cwd, space, run };
}

describe.skipIf(!hasEngine)("build tags in a repository of their own", () => {
  beforeAll(async () => {
    for (const engine of engines) await ensureBaseImage(engine);
  });

  it.each(engines)("leave moving tags alone in the public one, the same images: $name", async (engine) => {
    const { space, run } = await projectOf(engine, registry);
    await run(40);
    expect([await tagsIn(`${space}/ci`), await tagsIn(`${space}/app`), await tagsIn(`${space}/base`)]).toEqual([
      [`${of(40)}-app`, `${of(40)}-base`],
      ["latest"],
      [],
    ]);
    expect(await digestOf(`${space}/app`, "latest")).toBe(await digestOf(`${space}/ci`, `${of(40)}-app`));
    const [base, app] = [await imageIn(`${space}/ci`, `${of(40)}-base`), await imageIn(`${space}/app`, "latest")];
    expect(app.layers.slice(0, base.layers.length)).toEqual(base.layers);
    const again = await run(40, "master", ["app"]);
    expect(again.err).toContain("already up as");
  });

  it.each(engines)("are copied to another registry by docker: $name", async (engine) => {
    const proxy = await startProxy();
    onTestFinished(() => proxy.stop());
    const { space, run } = await projectOf(engine, proxy.address);
    await run(40, "master", ["--tag", "more"]);
    const digest = await digestOf(`${space}/ci`, `${of(40)}-app`);
    expect(await tagsIn(`${space}/app`)).toEqual(["latest", "more"]);
    expect([await digestOf(`${space}/app`, "latest"), await digestOf(`${space}/app`, "more")]).toEqual([
      digest,
      digest,
    ]);
  });

  it.each(engines)(
    "are removed where nothing that stays needs them, and all else can be pulled: $name",
    async (engine) => {
      const { space, run } = await projectOf(engine, registry);
      for (const number of [40, 41, 43]) await run(number);
      await run(42, "dev");
      const said = await run(43, "master", ["clean", "--registry", "--keep", "1", "--dry-run"]);
      expect(said.out).toMatch(/ci:master-860c1904a1ce-40-base +would be removed/);
      expect(await tagsIn(`${space}/ci`)).toHaveLength(8);
      await run(43, "master", ["clean", "--registry", "--keep", "1"]);
      // That of dev is what its moving tag stands for, and what that stands on.
      const left = [of(42, "dev"), of(43)].flatMap((tag) => [`${tag}-app`, `${tag}-base`]);
      expect(await tagsIn(`${space}/ci`)).toEqual(left);
      expect(await tagsIn(`${space}/app`)).toEqual(["dev", "latest"]);
      await removeImages(engine, space);
      const names = [...left.map((tag) => `ci:${tag}`), "app:dev", "app:latest"];
      for (const name of names) await docker(engine, ["pull", `${registry}/${space}/${name}`]);
    },
  );
});
