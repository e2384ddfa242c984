import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { build, docker, engines, ensureBaseImage, hasEngine } from "./rig.ts";
import { dockerfileOf, newSpace, pushTo, removeImages, workspace } from "./workspace.ts";

const sha = "860c1904a1ce";

describe.skipIf(!hasEngine).each(engines)("on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  it("removes this project's old images and nobody else's, none in use and no other name", async () => {
    const [space, neighbour] = [newSpace(), newSpace()];
    const project = await workspace(dockerfileOf(space, ["app"]), ["base", "app"], { space, address: "localhost:1" });
    const other = await workspace(dockerfileOf(neighbour, ["app"]), ["base", "app"], {
      space: neighbour,
      address: "localhost:1",
    });
    onTestFinished(() => removeImages(engine, space));
    onTestFinished(() => removeImages(engine, neighbour));
    const run = async (number: number, ...args: string[]) => {
      const ended = await build(engine, project.cwd, pushTo("master", number, space), args);
      expect(ended, ended.err).toMatchObject({ code: 0 });
      return ended.out;
    };
    const image = (target: string, number: number) => `${project.repository(target)}:master-${sha}-${number}`;
    for (const number of [41, 42, 43]) await run(number, "--no-push");
    await build(engine, other.cwd, pushTo("master", 1, neighbour), ["--no-push"]);
    // An image that somebody made on ours without us inherits its labels; one that is in use; one with a name of its own.
    const [derived, kept] = [`localhost:1/${space}/derived:1`, `localhost:1/${space}/release:7`];
    await buildOn(image("app", 41), derived);
    const container = await docker(engine, ["create", image("base", 41), "true"]);
    onTestFinished(async () => void (await docker(engine, ["rm", container])));
    await docker(engine, ["tag", image("base", 42), kept]);

    const planned = await run(43, "clean", "--keep", "1", "--dry-run");
    const before = await tags(`localhost:1/${space}/*`);
    expect(planned.match(/would be removed/g)).toHaveLength(3);
    expect(before).toHaveLength(8);

    await run(43, "clean", "--keep", "1");
    expect(await tags(`localhost:1/${space}/*`)).toEqual(
      [image("app", 43), image("base", 41), image("base", 43), derived, kept].toSorted(),
    );
    expect(await tags(`localhost:1/${neighbour}/*`)).toHaveLength(2);
    // What is of the running build stays, whatever the limits say; what is young stays if so told.
    expect(await run(43, "clean", "--keep", "0", "--older", "1h")).not.toContain("removed");
    expect(await tags(image("app", 43))).toEqual([image("app", 43)]);
  });

  async function buildOn(image: string, name: string): Promise<void> {
    const container = await docker(engine, ["create", image, "true"]);
    await docker(engine, ["commit", container, name]);
    await docker(engine, ["rm", container]);
  }

  /** The names that the engine has, sorted. */
  async function tags(reference: string): Promise<string[]> {
    const format = "{{.Repository}}:{{.Tag}}";
    const found = await docker(engine, ["image", "ls", "--format", format, "--filter", `reference=${reference}`]);
    return found
      .split("\n")
      .filter((name) => name !== "")
      .toSorted();
  }
});
