import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { build, digestOf, engines, ensureBaseImage, registry, tagsIn } from "./rig.ts";
import { dockerfileOf, newSpace, pushTo, removeImages, workspace } from "./workspace.ts";

/** How often two builds meet on each engine; E2E_ROUNDS asks for more. */
const rounds = Array.from({ length: Number(process.env.E2E_ROUNDS ?? 3) }, (_, at) => at + 1);
const targets = ["base", "app1", "app2"];
const numbers = [41, 42];
const moving = ["edge", "latest", "master"];
const tagOf = (number: number) => `master-860c1904a1ce-${number}`;

describe.skipIf(registry === "").each(engines)("on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  it.each(rounds)("two builds that publish at the same time leave all tags to the later, round %d", async () => {
    const space = newSpace();
    onTestFinished(() => removeImages(engine, space));
    const more = { tags: moving.map((tag) => `type=raw,value=${tag}`) };
    const { cwd } = await workspace(dockerfileOf(space, targets.slice(1)), targets, { space, more });
    for (const number of numbers) {
      const built = await build(engine, cwd, pushTo("master", number, space), ["--no-push"]);
      expect(built, built.err).toMatchObject({ code: 0 });
    }
    const ended = await Promise.all(
      numbers.map((number) => build(engine, cwd, pushTo("master", number, space), ["push"])),
    );
    for (const one of ended) expect(one, one.err).toMatchObject({ code: 0 });
    for (const target of targets) {
      expect(await tagsIn(`${space}/${target}`)).toEqual([...moving, ...numbers.map(tagOf)].toSorted());
      const own = await digestOf(`${space}/${target}`, tagOf(42));
      for (const tag of moving) expect(await digestOf(`${space}/${target}`, tag), `${target}:${tag}`).toBe(own);
    }
  });
});
