import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { contentOf } from "../support/layers.ts";
import { project } from "../support/project.ts";
import {
  baseImage,
  build,
  digestOf,
  docker,
  type Engine,
  ensureBaseImage,
  hasBuildx,
  registry,
  withBuildx,
} from "./rig.ts";
import type { Outside } from "./sound/case.ts";
import { ofFiles } from "./sound/files.ts";
import { ofImages } from "./sound/images.ts";
import { ofInstructions } from "./sound/instructions.ts";
import { Parts, secretValues } from "./sound/parts.ts";
import { newSpace, pushTo, removeImages } from "./workspace.ts";

const sum = (text: string) => createHash("sha256").update(text).digest("hex");

// What images are made from is no matter of the engine, and this builds a hundred.
describe.skipIf(!hasBuildx).each(withBuildx.slice(0, 1))("on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  it("uses an image again as long as a build without cache would give it, and no longer", async () => {
    const space = newSpace();
    onTestFinished(() => removeImages(engine, space));
    const outside: Outside = {
      os: `${registry}/${space}/os:1`,
      os2: `${registry}/${space}/os:2`,
      files: await serve(),
      sums: { before: sum("before"), after: sum("after") },
    };
    const all = [...ofInstructions(outside), ...ofFiles(outside), ...ofImages(outside)];
    const made = new Parts(await project({ "package.json": {} }), `${registry}/${space}`);
    const run = async (number: number, ...args: string[]) => {
      // Each build is of another commit.
      const sha = sum(String(number)).slice(0, 40);
      const ci = { ...pushTo("master", number, space, sha), ...secretValues };
      const ended = await build(engine, made.cwd, ci, [...args, "--json"]);
      expect(ended, ended.err).toMatchObject({ code: 0 });
      const { targets } = JSON.parse(ended.out) as { targets: { name: string; status: string; why: string | null }[] };
      const told = new Map(targets.map((one) => [one.name, one]));
      const images = all.map(async ({ what }, at) => {
        const [name, tag] = [`part${at}`, `master-${sha.slice(0, 12)}-${number}`];
        const content = await contentOf(registry, `${space}/${name}`, tag);
        const { status = "", why = null } = told.get(name) ?? {};
        return { what, status, why, digest: await digestOf(`${space}/${name}`, tag), content };
      });
      return Promise.all(images);
    };
    const push = async (image: string, marker: string) => pushOs(engine, made.cwd, image, marker);
    const write = (state: "before" | "beside" | "after") =>
      made.write(
        all.map((one) => one[state]),
        all.map(({ others = {} }) => others),
      );

    await push(outside.os, "1");
    await push(outside.os2, "1");
    await write("before");
    const before = await run(41);

    await push(outside.os2, "2");
    await write("beside");
    const again = await run(42);
    const isKnown = (_: unknown, at: number) => all[at]!.unknown === undefined;
    const short = ({ what, status, why }: (typeof before)[number]) => ({
      what,
      status,
      ...(status === "built" && { why }),
    });
    expect(again.map(short)).toEqual(
      all.map(({ what, unknown }) => ({
        what,
        status: unknown ? "built" : "reused",
        ...(unknown && { why: unknown }),
      })),
    );
    expect(again.filter(isKnown).map(({ digest }) => digest)).toEqual(
      before.filter(isKnown).map(({ digest }) => digest),
    );
    const anew = await made.withoutCache(engine);
    expect(
      again.flatMap(({ what, content }, at) => differing(content, anew[at]!).map((one) => `${what}: ${one}`)),
    ).toEqual([]);

    await push(outside.os, "3");
    await write("after");
    const changed = await run(43);
    expect(changed.map(({ what, status }) => ({ what, status }))).toEqual(
      all.map(({ what }) => ({ what, status: "built" })),
    );
    // Else the case would show nothing.
    const same = changed.filter(({ content }, at) => isDeepEqual(content, before[at]!.content));
    expect(same.map(({ what }) => what)).toEqual(all.flatMap(({ what, isSame }) => (isSame ? [what] : [])));
  }, 900_000);
});

/** The paths of an image that are otherwise in a file system; folders that a layer does not name are no difference. */
function differing(image: ReadonlyMap<string, string>, system: ReadonlyMap<string, string>): string[] {
  const files = [...system.keys()].filter((name) => !system.get(name)!.startsWith("5"));
  const names = new Set([...image.keys(), ...files].filter((name) => !name.startsWith("~") && name !== ""));
  return [...names].filter((name) => image.get(name) !== system.get(name));
}

function isDeepEqual(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([name, entry]) => b.get(name) === entry);
}

/** An image from outside: the stand-in with a file of its own. */
async function pushOs(engine: Engine, cwd: string, image: string, marker: string): Promise<void> {
  const dockerfile = path.join(cwd, "os.Dockerfile");
  await writeFile(dockerfile, `FROM ${baseImage}\nCOPY <<EOF /marker\n${image} ${marker}\nEOF\n`);
  await docker(engine, ["build", "-q", "-t", image, "-f", dockerfile, cwd]);
  onTestFinished(async () => void (await docker(engine, ["image", "rm", "-f", image]).catch(() => "")));
  await docker(engine, ["push", "-q", image]);
}

/** Serves a file that holds its own name, whatever it is. */
async function serve(): Promise<string> {
  const server = createServer(({ url = "" }, response) => response.end(url.slice(1)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
