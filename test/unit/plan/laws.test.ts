import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../../src/config/resolve.ts";
import { validateConfig } from "../../../src/config/validate.ts";
import type { BuildEvent } from "../../../src/core/event.ts";
import { isTag, repositoryFault } from "../../../src/core/reference.ts";
import { allSteps, buildPhases } from "../../../src/docker/invocations.ts";
import { toPlannedCommands } from "../../../src/docker/invocation.ts";
import { buildPlan } from "../../../src/plan/build-plan.ts";
import { branchEvent, eventOf, pullRequestEvent, tagEvent } from "../tags/event-of.ts";

/** A project: a Dockerfile whose stages stand on, copy from and are called like each other, and targets of some of them. */
interface Sample {
  stages: { from: number; copy: number; chosen: boolean; repositories: number; needs: number; affix: string }[];
  selected: number[];
  event: BuildEvent;
  builder: "buildx" | "docker";
}

const events = [
  eventOf(),
  branchEvent("feature/Überfall #1"),
  branchEvent("latest"),
  branchEvent("-".repeat(200)),
  tagEvent("v1.2.3"),
  tagEvent("v1.2.3-rc.1+build.7"),
  pullRequestEvent(17),
  eventOf({ kind: "promote", deployTo: "Production EU" }),
  eventOf({ provider: "local", kind: "local", buildNumber: null, branch: null, ref: "" }),
];

const stage = fc.record({
  from: fc.nat(8),
  copy: fc.nat(8),
  chosen: fc.boolean(),
  repositories: fc.nat(2),
  needs: fc.nat(8),
  affix: fc.constantFrom("", "", "alpine", "-slim"),
});
const sample: fc.Arbitrary<Sample> = fc.record({
  stages: fc.array(stage, { minLength: 1, maxLength: 8 }),
  selected: fc.array(fc.nat(8), { maxLength: 3 }),
  event: fc.constantFrom(...events),
  builder: fc.constantFrom("buildx", "docker"),
});

/** The plan of a sample and its commands. Whoever names a need names an earlier stage, so there is no cycle. */
function plan({ stages, selected, event, builder }: Sample, pushFlag?: boolean) {
  const dockerfile = stages.map(({ from, copy }, at) => {
    const on = (number: number, otherwise: string) => (number % (at + 1) === at ? otherwise : `s${number % (at + 1)}`);
    return `FROM ${on(from, "python:3.8-slim")} AS s${at}\nCOPY --from=${on(copy, "alpine:3")} /a /b\nRUN echo ${at}\n`;
  });
  const chosen = stages.map((_, at) => at).filter((at) => stages[at]!.chosen || at === 0);
  const targets = chosen.map((at) => {
    const { repositories, needs, affix } = stages[at]!;
    const earlier = chosen.filter((other) => other < at);
    const repo = Array.from({ length: repositories }, (_, copy) => `registry-${copy}.com/p/s${at}`);
    const target = {
      repo: repo.length === 0 ? false : repo,
      suffix: affix,
      needs: earlier.length === 0 ? [] : [`s${earlier[needs % earlier.length]}`],
      secrets: { npm: { env: "NPM_TOKEN" } },
      args: { VERSION: "{{version}}", PUBLIC: "{{env.PUBLIC}}" },
    };
    return [`s${at}`, target] as const;
  });
  const registries = { "registry-0.com": { username: "ROBOT", password: "ROBOT_PASSWORD" } };
  const written = { targets: Object.fromEntries(targets), registries, env: ["PUBLIC"] };
  const { config: valid } = validateConfig(written);
  const { config } = resolveConfig(valid!, "/work");
  const names = selected.map((number) => `s${chosen[number % chosen.length]}`);
  const { draft, problems } = buildPlan({
    config,
    event,
    names,
    dockerfiles: new Map([["Dockerfile", dockerfile.join("")]]),
    tags: { now: 0, env: { PUBLIC: "public" }, files: new Map(), gitTags: null, extra: [] },
    pushFlag,
  });
  expect(problems).toEqual([]);
  const options = { directory: "/work", noCache: false, pull: false, builder };
  const commands = toPlannedCommands(allSteps(buildPhases(draft, config, options), draft, options));
  return { draft, commands, asked: names.length > 0 ? names : targets.map(([name]) => name) };
}

const holds = (law: (planned: ReturnType<typeof plan>, from: Sample) => void) =>
  fc.assert(
    fc.property(sample, (from) => law(plan(from), from)),
    { numRuns: 300 },
  );

describe("every plan", () => {
  it("has what a target needs before it, and all of it", () => {
    holds(({ draft }) => {
      const place = new Map(draft.targets.map(({ name }, at) => [name, at]));
      for (const { name, needs, bind, base } of draft.targets) {
        for (const needed of [...needs, ...bind.map(({ target }) => target), ...(base === null ? [] : [base])]) {
          expect(place.get(needed), `${needed} before ${name}`).toBeLessThan(place.get(name)!);
        }
      }
    });
  });

  it("has every target that is asked for, and none twice", () => {
    holds(({ draft, asked }) => {
      const names = draft.targets.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      const own = draft.targets.filter(({ implied }) => !implied).map(({ name }) => name);
      expect(own.toSorted()).toEqual([...new Set(asked)].toSorted());
    });
  });

  it("writes only references that every registry takes, each by one target", () => {
    holds(({ draft }) => {
      const seen = new Set<string>();
      for (const { image, immutable, moving } of draft.targets) {
        const own = new Set([image, ...immutable, ...moving]);
        for (const reference of own) {
          const colon = reference.lastIndexOf(":");
          expect(repositoryFault(reference.slice(0, colon)), reference).toBeNull();
          expect(isTag(reference.slice(colon + 1)), reference).toBe(true);
          expect(seen.has(reference), `${reference} twice`).toBe(false);
        }
        for (const reference of own) seen.add(reference);
      }
    });
  });

  it("publishes build tags before it moves any tag, and base before app", () => {
    holds(({ draft, commands }) => {
      const moves = commands.findIndex(({ kind }) => kind === "move");
      const last = commands.findLastIndex(({ kind }) => kind === "build");
      expect(moves === -1 || moves > last).toBe(true);
      const order = new Map(draft.targets.map(({ name }, at) => [name, at]));
      const built = commands.filter(({ kind, otherwise }) => kind === "build" && !otherwise);
      const places = built.flatMap(({ target }) => (target === null ? [] : [order.get(target)!]));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    });
  });

  it("takes values for secrets from the environment by name, and keeps logins to what is published", () => {
    holds(({ draft, commands }) => {
      const logins = commands.filter(({ kind }) => kind === "login");
      expect(logins).toHaveLength(draft.push ? 1 : 0);
      for (const { argv, stdin, env } of logins) {
        expect(argv).toContain("$ROBOT");
        expect(argv.join(" ")).not.toContain("ROBOT_PASSWORD");
        expect({ stdin, env }).toEqual({ stdin: "$ROBOT_PASSWORD", env: ["ROBOT", "ROBOT_PASSWORD"] });
      }
      const builds = commands.filter(({ kind }) => kind === "build");
      expect(builds.map(({ env }) => env)).toEqual(builds.map(() => ["NPM_TOKEN"]));
    });
  });

  it("of a pull request is published only if that is said, and only under its own names", () => {
    holds((_, from) => {
      const event = pullRequestEvent(17);
      expect(plan({ ...from, event }).draft.push).toBe(false);
      for (const { image, immutable, moving } of plan({ ...from, event }, true).draft.targets) {
        for (const reference of [image, ...immutable, ...moving]) expect(reference).toMatch(/:pr-17(?:-|$)/);
      }
    });
  });
});
