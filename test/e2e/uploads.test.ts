import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { repeated, startProxy, uploads } from "./proxy.ts";
import { baseImage, build, engines, ensureBaseImage, imageIn, registry } from "./rig.ts";
import { newSpace, pushTo, removeImages, workspace } from "./workspace.ts";

const tag = "master-860c1904a1ce-42";
const apps = ["app1", "app2", "app3", "app4", "app5", "app6"];
/** What takes a while to send, so that pushes side by side would each send it. */
const big = "head -c 12582912 /dev/urandom >";

/** Dockerfiles whose images share a layer that is nowhere when the run begins; `mark` keeps it out of the cache. */
const shapes: [string, string[], (mark: string) => string][] = [
  [
    "the question's own: a stage that no target is",
    ["base", ...apps],
    (mark) =>
      [
        `FROM ${baseImage} AS build-base\nRUN echo ${mark} && ${big} /dependencies`,
        `FROM ${baseImage} AS base\nCOPY --from=build-base /dependencies /dependencies`,
        ...apps.map((app) => `FROM build-base AS ${app}\nRUN echo ${app} ${mark} > /app`),
      ].join("\n"),
  ],
  [
    "stages on stages that no target is",
    apps,
    (mark) =>
      [
        `FROM ${baseImage} AS low\nRUN echo ${mark} && ${big} /low`,
        ...["left", "right"].map((side) => `FROM low AS ${side}\nRUN echo ${mark} && ${big} /${side}`),
        ...apps.map((app, at) => `FROM ${["low", "left", "right"][at % 3]} AS ${app}\nRUN echo ${app} ${mark} > /app`),
      ].join("\n"),
  ],
  [
    "an image from outside, and nothing else",
    apps,
    (mark) => apps.map((app) => `FROM ${baseImage} AS ${app}\nRUN echo ${app} ${mark} > /app`).join("\n"),
  ],
];

/** Pushes race each time anew: E2E_ROUNDS asks for more of it. */
const rounds = Array.from({ length: Number(process.env.E2E_ROUNDS ?? 1) }, (_, at) => at + 1);
const cases = rounds.flatMap((round) =>
  shapes.map(([what, targets, dockerfile]) => ({ round, what, targets, dockerfile })),
);

describe.skipIf(registry === "").each(engines)("on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  it.each(cases)("each layer goes up once, cold: $what, round $round", async ({ targets, dockerfile }) => {
    const proxy = await startProxy();
    onTestFinished(() => proxy.stop());
    const space = newSpace();
    const { cwd } = await workspace(dockerfile(space), targets, { space, address: proxy.address });
    onTestFinished(() => removeImages(engine, space));
    const ended = await build(engine, cwd, pushTo("master", 42, space));
    expect(ended, ended.err).toMatchObject({ code: 0 });
    const images = await Promise.all(targets.map((name) => imageIn(`${space}/${name}`, tag)));
    const sent = uploads(proxy.log);
    const own = new Set(images.flatMap(({ blobs }) => blobs.slice(1)));
    expect(repeated(sent)).toEqual([]);
    expect(sent.filter((digest) => own.has(digest)).toSorted()).toEqual([...own].toSorted());
  });
});
