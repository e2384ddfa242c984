import { describe, expect, it } from "vitest";
import { versionLabel } from "../../src/plan/labels.ts";
import { buildTag, example, labelsOf, repositories } from "../support/docker/example.ts";
import { droneEnv } from "../support/project.ts";
import { type Quirk, withQuirks } from "../support/quirks/kinds.js";
import { quirks } from "../support/quirks/quirks.js";
import { createRegistry } from "../support/registry/in-memory.js";

/** What is up before: the build of these tags, and its number. */
interface Before {
  number: number;
  version: string | null;
  tags: readonly string[];
}

/** A build that meets what is up, and the tags that it is to move if all goes well. */
interface Start {
  name: string;
  before: Before | null;
  env: Readonly<Record<string, string>>;
  own: string;
  /** What the tags stand for in the end; `theirs` are not to move. */
  ours: readonly string[];
  theirs: readonly string[];
}

const tagged = droneEnv({ DRONE_BUILD_EVENT: "tag", DRONE_TAG: "v1.2.3", DRONE_COMMIT_REF: "refs/tags/v1.2.3" });
const pushed = droneEnv();
const release = { env: tagged, own: "v1.2.3-860c1904a1ce-42" };
const push = { env: pushed, own: buildTag(42) };
const of = (number: number, version: string): Before => ({ number, version, tags: [version, "1.2", "1"] });

const starts: Start[] = [
  { name: "a first version", before: null, ...release, ours: ["1.2.3", "1.2", "1"], theirs: [] },
  { name: "a later version", before: of(41, "1.2.2"), ...release, ours: ["1.2.3", "1.2", "1"], theirs: ["1.2.2"] },
  { name: "an older version", before: of(41, "1.2.9"), ...release, ours: ["1.2.3"], theirs: ["1.2.9", "1.2", "1"] },
  {
    name: "a later build",
    before: { number: 41, version: null, tags: ["latest"] },
    ...push,
    ours: ["latest"],
    theirs: [],
  },
  {
    name: "an older build",
    before: { number: 43, version: null, tags: ["latest"] },
    ...push,
    ours: [],
    theirs: ["latest"],
  },
];

/** What most quirks come to. */
const well = { code: null };
/** A tag that is there would have to be written again. */
const overwrites = /^a later/;

/** What the others come to: the failure's code, where the build is one of these. */
const fails: Readonly<Record<string, { code: string; of?: RegExp }>> = {
  // A push by docker is one try.
  rateLimitedAll: { code: "transient" },
  unwell: { code: "transient" },
  full: { code: "transient" },
  hung: { code: "registry-down" },
  readOnly: { code: "unknown" },
  loginPage: { code: "undecided" },
  immutableEcr: { code: "immutable", of: overwrites },
  immutableHarbor: { code: "immutable", of: overwrites },
  immutableHarborConflict: { code: "immutable", of: overwrites },
  immutableArtifactRegistry: { code: "immutable", of: overwrites },
  overwriteDenied: { code: "unauthorized", of: overwrites },
  // More than docker itself understands.
  challengeForms: { code: "unauthorized" },
};

/** Needs bodies that are bytes. */
const onWireAlone = ["gzipped", "shoutedHeaders"];

interface Told {
  error?: { failures: { code: string; message: string; hint: string | null; details: string[] }[] };
}

/** Carries out a command before a registry with quirks; returns what was told, and what is wrong with what is up then. */
async function meets(quirk: Quirk, command: string, start: Start) {
  const real = createRegistry();
  const clock = { now: Date.parse("2020-01-10T00:30:00Z") };
  let { handle } = real;
  const registry = { ...real, handle: (request: Parameters<typeof handle>[0]) => handle(request) };
  for (const repository of repositories) publishBefore(real, repository, start.before);
  const made = await example({ registry, clock, env: start.env });
  if (command === "push") await made.run(["build", "--no-push"]);
  const held = () => repositories.map((name) => new Map(real.tags(name).map((tag) => [tag, real.digest(name, tag)])));
  const before = held();
  const time = { now: () => clock.now, wait: async (pause: number) => void (clock.now += Math.min(pause, 60_000)) };
  const quirky = withQuirks(real.handle, [quirk], time);
  const isOurs = ({ url }: { url: string }) => /^(?:storage\.)?r\.io$/.test(new URL(url).hostname);
  handle = (request) => (isOurs(request) ? quirky(request) : real.handle(request));
  const ran = await made.run([command, "--json"]);
  const { error } = ran.json() as Told;
  const [failed] = error?.failures ?? [];
  const named = (failed?.details ?? []).flatMap((line) => /moved all the same: (.+)/.exec(line)?.[1] ?? []);
  const wrong: string[] = [];
  held().forEach((tags, at) => {
    for (const tag of new Set([...start.ours, ...start.theirs])) {
      const [own, was, is] = [tags.get(start.own), before[at]!.get(tag), tags.get(tag)];
      const reference = `${repositories[at]}:${tag}`;
      const mayMove = start.ours.includes(tag) && (failed === undefined || named.includes(reference));
      if (is !== (mayMove ? own : was)) wrong.push(`${reference} is ${is === was ? "as it was" : "moved"}`);
    }
  });
  if (failed === undefined && !made.standing(start.own)) wrong.push("the apps do not stand on the base");
  return { code: ran.code, failure: failed?.code ?? null, message: failed?.message ?? "", wrong };
}

/** Puts the images of another build up, which moved its tags. */
function publishBefore(registry: ReturnType<typeof createRegistry>, repository: string, before: Before | null) {
  if (before === null) return;
  const { number, version, tags } = before;
  const labels = labelsOf(repository.split("/").at(-1)!, {
    "multistage-build.build-tag": buildTag(number),
    "multistage-build.build-number": String(number),
    "multistage-build.tags": tags.join(","),
    [versionLabel]: version ?? buildTag(number),
  });
  for (const tag of [...tags, buildTag(number)]) {
    registry.putImage(repository, tag, { labels, layers: ["of", String(number)] });
  }
}

const names = Object.keys(quirks).filter((name) => !onWireAlone.includes(name));

describe.each(["build", "push"])("%s keeps the laws", (command) => {
  describe.each(starts)("of $name", (start) => {
    it.each(["none", ...names])("where the registry's quirk is %s", async (name) => {
      const expected = start.name.search(fails[name]?.of ?? /^/) >= 0 ? (fails[name] ?? well) : well;
      const quirk: Quirk = quirks[name] ?? ((next) => next);
      const { message, ...met } = await meets(quirk, command, start);
      const code = expected.code === null ? 0 : 1;
      expect(met, message).toEqual({ code, failure: expected.code, wrong: [] });
      expect(message === "").toBe(code === 0);
    });
  });
});

it("every quirk that is said to fail is one", () => {
  expect(Object.keys(fails).filter((name) => !names.includes(name))).toEqual([]);
});
