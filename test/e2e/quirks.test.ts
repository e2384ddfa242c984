import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startProxy } from "../support/quirks/proxy.js";
import { quirks } from "../support/quirks/quirks.js";
import { build, digestOf, engines, ensureBaseImage, registry } from "./rig.ts";
import { dockerfileOf, newSpace, pushTo, removeImages, standsOn, workspace } from "./workspace.ts";

const targets = ["base", "app"];
const tagOf = (number: number) => `master-860c1904a1ce-${number}`;

/** The builds in their order: the first, one that is older, one that is later. */
const builds = [
  { number: 42, command: "build" },
  { number: 41, command: "push" },
  { number: 43, command: "build" },
] as const;

/** What most quirks let happen: each exits with 0, and `latest` is in turn of these builds. */
const well = { codes: [0, 0, 0], latest: [42, 42, 43] };
/** The first takes the tag, and nobody else does. */
const once = { codes: [0, 0, 1], latest: [42, 42, 42] };
const nothing = { codes: [1, 1, 1], latest: [null, null, null] };

const others: Readonly<Record<string, typeof once | typeof nothing>> = {
  immutableEcr: once,
  immutableHarbor: once,
  immutableHarborConflict: once,
  immutableArtifactRegistry: once,
  overwriteDenied: once,
  readOnly: nothing,
};

/** One of each kind; E2E_QUIRKS=all asks for all but those that docker itself does not get along with, or takes minutes for. */
const kinds = [
  "missing403",
  "missing401",
  "rateLimitedPut",
  "rateLimitedTokens",
  "linkWithOtherParameters",
  "tagsNull",
  "tagsRefused403",
  "tagsRefused405",
  "lag",
  "stale",
  "lostAnswer",
  "lostAnswer504",
  "immutableEcr",
  "immutableHarbor",
  "overwriteDenied",
  "strictContentType",
  "noDigest",
  "gzipped",
  "manifestsElsewhere",
  "tokenForms",
];
const left = [
  "hung",
  "slow",
  "rateLimitedAll",
  "rateLimitedForHours",
  "unwell",
  "tagsBroken",
  "challengeForms",
  "full",
  "loginPage",
];
const names = process.env.E2E_QUIRKS === "all" ? Object.keys(quirks).filter((name) => !left.includes(name)) : kinds;

describe.skipIf(registry === "")("on a real engine, with a real registry", () => {
  const engine = engines[0]!;
  beforeAll(() => ensureBaseImage(engine));

  it.each(names)("a first, an older and a later build keep the laws where the registry's quirk is %s", async (name) => {
    const proxy = await startProxy(registry);
    onTestFinished(() => proxy.close());
    const space = newSpace();
    onTestFinished(() => removeImages(engine, space));
    // Each build has images of its own, by which the tags are told apart.
    const more = { reuse: false };
    const { cwd } = await workspace(dockerfileOf(space, ["app"]), targets, { space, address: proxy.host, more });
    const run = (number: number, ...args: string[]) => build(engine, cwd, pushTo("master", number, space), args);
    expect(await run(41, "--no-push")).toMatchObject({ code: 0 });
    proxy.use(quirks[name]!);
    const codes: (number | undefined)[] = [];
    const latest: (number | null)[] = [];
    let said = "";
    for (const { number, command } of builds) {
      const ended = await run(number, command);
      said += `${number}: ${ended.err}\n`;
      codes.push(ended.code);
      const found = await Promise.all(targets.map((target) => whose(`${space}/${target}`)));
      expect(new Set(found).size, `mixed: ${found.join()}\n${said}`).toBe(1);
      latest.push(found[0]!);
      const stands = ended.code !== 0 || (await isOnBase(space, tagOf(number)));
      expect(stands, said).toBe(true);
    }
    expect({ codes, latest }, said).toEqual(others[name] ?? well);
  });
});

async function isOnBase(space: string, tag: string): Promise<boolean> {
  return (await standsOn(space, { name: "app", tag }, { name: "base", tag })).layers;
}

/** The number of the build that `latest` is of; null where there is no such tag. */
async function whose(repository: string): Promise<number | null> {
  const latest = await digestOf(repository, "latest");
  if (latest === null) return null;
  for (const { number } of builds) if ((await digestOf(repository, tagOf(number))) === latest) return number;
  throw new Error(`${repository}:latest is of no build`);
}
