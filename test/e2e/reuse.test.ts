import { writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startProxy, uploads } from "./proxy.ts";
import { baseImage, build, digestOf, docker, engines, ensureBaseImage, hasEngine } from "./rig.ts";
import { newSpace, pushTo, removeImages, standsOn, workspace } from "./workspace.ts";

const names = ["base", "app1", "app2"];
const of = (number: number) => `master-860c1904a1ce-${number}`;

/** Each app holds a file of its own; the base's RUN never gives the same twice. */
const dockerfile = (os: string) =>
  `FROM ${os} AS base\nRUN cat /proc/sys/kernel/random/uuid > /base\n` +
  names
    .slice(1)
    .map((app) => `FROM base AS ${app}\nCOPY ${app}.txt /\n`)
    .join("");

describe.skipIf(!hasEngine)("what earlier builds have made", () => {
  beforeAll(async () => {
    for (const engine of engines) await ensureBaseImage(engine);
  });

  it.each(engines)("is used again: $name", async (engine) => {
    const proxy = await startProxy();
    onTestFinished(() => proxy.stop());
    const space = newSpace();
    onTestFinished(() => removeImages(engine, space));
    const os = `${proxy.address}/${space}/os:1`;
    await docker(engine, ["tag", baseImage, os]);
    onTestFinished(async () => void (await docker(engine, ["image", "rm", "-f", os])));
    await docker(engine, ["push", os]);
    const files = { "app1.txt": "1", "app2.txt": "2" };
    const { cwd } = await workspace(dockerfile(os), names, { space, address: proxy.address, files });
    const digests = (tag: string) => Promise.all(names.map((name) => digestOf(`${space}/${name}`, tag)));
    const run = async (number: number, env = engine.env, ...args: string[]) => {
      proxy.log.length = 0;
      const ended = await build({ ...engine, env }, cwd, pushTo("master", number, space), [...args, "--json"]);
      expect(ended, ended.err).toMatchObject({ code: 0 });
      const { targets } = JSON.parse(ended.out) as { targets: { status: string; why: string | null }[] };
      return targets.map(({ status, why }) => [status, why]);
    };

    const onBase = ["built", "base is built, which it stands on"];
    expect(await run(41)).toEqual([["built", "no earlier image is up"], onBase, onBase]);
    const first = await digests(of(41));

    // No docker is needed, and no layer is sent: the registry only gets names.
    const away = engine.buildx ? { ...engine.env, DOCKER_HOST: "tcp://127.0.0.1:1" } : engine.env;
    const same = names.map(() => ["reused", `nothing has changed since ${of(41)}`]);
    expect(await run(42, away)).toEqual(same);
    expect([await digests(of(42)), await digests("latest"), uploads(proxy.log)]).toEqual([first, first, []]);

    // One file, one image.
    await writeFile(path.join(cwd, "app2.txt"), "another");
    expect(await run(43)).toEqual([...same.slice(0, 2), ["built", `changed since ${of(41)}: the file app2.txt`]]);
    const third = await digests(of(43));
    expect(third.slice(0, 2)).toEqual(first.slice(0, 2));
    expect(third[2]).not.toBe(first[2]);
    expect((await standsOn(space, { name: "app2", tag: of(43) }, { name: "base", tag: of(41) })).layers).toBe(true);
    expect(await digests("latest")).toEqual(third);

    // Another image from outside under the same name: all is made anew on that.
    await writeFile(path.join(cwd, "Dockerfile.os"), `FROM ${baseImage}\nLABEL newer=true\n`);
    await docker(engine, ["build", "-q", "-t", os, "-f", path.join(cwd, "Dockerfile.os"), cwd]);
    await docker(engine, ["push", os]);
    expect(await run(44)).toEqual([["built", `changed since ${of(41)}: the image ${os}`], onBase, onBase]);
    expect((await standsOn(space, { name: "app1", tag: of(44) }, { name: "base", tag: of(44) })).layers).toBe(true);
    expect(await run(45, engine.env, "--no-reuse")).toEqual(names.map(() => ["built", null]));
  });
});
