import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { baseImage, build, digestOf, type Engine, engines, ensureBaseImage, imageIn, registry } from "./rig.ts";
import { dockerfileOf, newSpace, pushTo, removeImages, standsOn, workspace } from "./workspace.ts";

const buildTag = "master-860c1904a1ce-42";
const names = ["base", "app1", "app2"];
/** How often all steps run at once; E2E_ROUNDS asks for more. */
const times = Array.from({ length: Number(process.env.E2E_ROUNDS ?? 3) }, (_, at) => at + 1);
/** Every order of the three steps, which take turns on two hosts, and all of them at once. */
const rounds = [
  ...[
    ["base", "app1", "app2"],
    ["base", "app2", "app1"],
    ["app1", "base", "app2"],
    ["app1", "app2", "base"],
    ["app2", "base", "app1"],
    ["app2", "app1", "base"],
  ].map((order) => ({ how: order.join(", then "), order, together: false })),
  ...times.map((time) => ({ how: `all at once, the ${time}. time`, order: names, together: true })),
];
/** Only engines that bind can build a base twice and keep them apart. */
const hosts = engines.filter(({ buildx }) => buildx);

describe.skipIf(registry === "" || hosts.length < 2)(
  "one build on two hosts, whose base comes out differently each time",
  () => {
    beforeAll(async () => {
      for (const host of hosts) await ensureBaseImage(host);
    });

    it.each(rounds)("has one base if it succeeds: $how", async ({ order, together }) => {
      const space = newSpace();
      for (const host of hosts) onTestFinished(() => removeImages(host, space));
      const random = "cat /proc/sys/kernel/random/uuid >";
      const text = `FROM ${baseImage} AS base\nRUN echo ${space} && ${random} /base\nFROM base AS app1\nRUN ${random} /app\nFROM base AS app2\nRUN ${random} /app\n`;
      const { cwd } = await workspace(text, names, { space });
      const step = (name: string, at: number) => build(hostOf(at), cwd, pushTo("master", 42, space), [name]);
      const ended = [];
      if (together) ended.push(...(await Promise.all(order.map(step))));
      else for (const [at, name] of order.entries()) ended.push(await step(name, at));
      const failed = ended.filter(({ code }) => code !== 0).map(({ err }) => err);
      // One after the other nothing is in the way; at once the run that has been overtaken says so.
      const overtaken = together ? /published by another host|not the sha256:|is up already/ : /^$/;
      for (const err of failed) expect(err).toMatch(overtaken);
      if (failed.length > 0) return;
      const base = await imageIn(`${space}/base`, buildTag);
      for (const name of ["app1", "app2"]) {
        const app = await imageIn(`${space}/${name}`, buildTag);
        expect(app.layers.slice(0, base.layers.length)).toEqual(base.layers);
        expect(app.labels["org.opencontainers.image.base.digest"]).toBe(await digestOf(`${space}/base`, buildTag));
        expect(await digestOf(`${space}/${name}`, "latest")).toBe(await digestOf(`${space}/${name}`, buildTag));
      }
      expect(await digestOf(`${space}/base`, "latest")).toBe(await digestOf(`${space}/base`, buildTag));
    });
  },
);

describe.skipIf(registry === "" || hosts.length === 0).each(hosts)(
  "many steps of one build at once, on the $name engine",
  (host) => {
    beforeAll(() => ensureBaseImage(host));

    it("all succeed and stand on one base", async () => {
      const space = newSpace();
      onTestFinished(() => removeImages(host, space));
      const apps = Array.from({ length: 6 }, (_, at) => `app${at}`);
      const { cwd } = await workspace(dockerfileOf(space, apps), ["base", ...apps], { space });
      const ended = await Promise.all(apps.map((app) => build(host, cwd, pushTo("master", 42, space), [app])));
      expect(ended.map(({ code }) => code)).toEqual(apps.map(() => 0));
      for (const name of apps) {
        const stands = await standsOn(space, { name, tag: "latest" }, { name: "base", tag: buildTag });
        expect(stands).toMatchObject({ layers: true, baseDigest: true });
      }
    });
  },
);

function hostOf(at: number): Engine {
  return hosts[at % hosts.length]!;
}
