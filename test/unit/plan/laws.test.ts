import { unlimited } from "../../support/unlimited.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../../src/config/resolve.ts";
import { validateConfig } from "../../../src/config/validate.ts";
import type { BuildEvent } from "../../../src/core/event.ts";
import { formatReference, isTag, repositoryFault } from "../../../src/core/reference.ts";
import { documentOf, planLines } from "../../../src/commands/planning.ts";
import { shellScript } from "../../../src/docker/shell.ts";
import { presumedBuilder } from "../../../src/builders/choose.ts";
import { allReferences, type Plan, type PlannedTarget } from "../../../src/plan/plan.ts";
import type { Step } from "../../../src/plan/steps.ts";
import { makePlan } from "../../../src/plan/make-plan.ts";
import { secretsOf } from "../../../src/secrets/secrets.ts";
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
  const own = presumedBuilder({ name: builder, path: "--builder" }, "/work");
  const { plan: made, problems } = makePlan({
    config,
    event,
    names,
    dockerfiles: new Map([["Dockerfile", dockerfile.join("")]]),
    tags: { now: 0, env: { PUBLIC: "public" }, files: new Map(), gitTags: null, limited: unlimited, extra: [] },
    pushFlag,
    work: {
      command: "build",
      builder: own,
      noCache: false,
      pull: false,
      reuse: false,
      load: false,
      platform: null,
      force: false,
    },
    files: () => "no files are given",
    platform: "linux/amd64",
    isSet: () => false,
    secrets: secretsOf({}, new Set()),
  });
  expect(problems).toEqual([]);
  const lines = planLines(made, own);
  const { steps } = documentOf(made, { file: "/work/project/multistage-build.config.yaml" }, lines);
  return {
    made,
    steps,
    script: shellScript(lines.flat(), "/work"),
    asked: names.length > 0 ? names : targets.map(([name]) => name),
  };
}

const holds = (law: (planned: ReturnType<typeof plan>, from: Sample) => void) =>
  fc.assert(
    fc.property(sample, (from) => law(plan(from), from)),
    { numRuns: 300 },
  );

const references = ({ image, places }: PlannedTarget) => [image, ...allReferences({ places })].map(formatReference);

const needsOf = ({ targets }: Plan, name: string) => {
  const needs = targets.find((one) => one.name === name)?.needs ?? [];
  return targets.filter((one) => needs.includes(one.name));
};

/**
 * What is built, on the host and up in the end, where an earlier step of the build has built what `found` says, and every
 * step that comes too early or twice.
 */
function followed(made: Plan, found: (name: string) => boolean) {
  const [built, here, up, faults] = [new Set<string>(), new Set<string>(), new Set<string>(), [] as string[]];
  const add = (names: readonly string[], to: Set<string>, what: string) => {
    for (const name of names) if (to.has(name)) faults.push(`${name} is ${what} twice`);
    for (const name of names) to.add(name);
  };
  const follow = (step: Step): void => {
    if (step.kind === "acquire" && !here.has(step.target)) {
      if (!found(step.target)) step.otherwise.forEach(follow);
      else for (const set of [here, up]) set.add(step.target);
      if (!here.has(step.target)) faults.push(`${step.target} is not built where it is nowhere`);
    }
    if (step.kind === "build") {
      for (const name of step.targets) {
        for (const other of needsOf(made, name).filter((one) => !step.targets.includes(one.name))) {
          if (!here.has(other.name)) faults.push(`${other.name} is not here before ${name}`);
          if (other.push && !up.has(other.name)) faults.push(`${other.name} is not up before ${name}`);
        }
      }
      add(step.targets, built, "built");
      for (const name of step.targets) here.add(name);
      add(step.pushed, up, "pushed");
    }
    if (step.kind === "push") {
      for (const name of step.targets) if (!built.has(name)) faults.push(`${name} is pushed before it is built`);
      add(step.targets, up, "pushed");
    }
  };
  made.steps.forEach(follow);
  return { built, up, faults };
}

describe("every plan", () => {
  it("has what a target needs before it, and all of it", () => {
    holds(({ made }) => {
      const place = new Map(made.targets.map(({ name }, at) => [name, at]));
      for (const { name, needs, bind, base } of made.targets) {
        for (const needed of [...needs, ...bind.map(({ target }) => target), ...(base === null ? [] : [base])]) {
          expect(place.get(needed), `${needed} before ${name}`).toBeLessThan(place.get(name)!);
        }
      }
    });
  });

  it("has every target that is asked for, and none twice", () => {
    holds(({ made, asked }) => {
      const names = made.targets.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      const own = made.targets.filter(({ implied }) => !implied).map(({ name }) => name);
      expect(own.toSorted()).toEqual([...new Set(asked)].toSorted());
    });
  });

  it("writes only references that every registry takes, each by one target", () => {
    holds(({ made }) => {
      const seen = new Set<string>();
      for (const target of made.targets) {
        const own = new Set(references(target));
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

  it("builds and publishes each target at most once, and every base before what stands on it", () => {
    holds(({ made }) => {
      for (const found of [() => false, () => true, (name: string) => Number(name.slice(1)) % 2 === 0]) {
        const { built, up, faults } = followed(made, found);
        expect(faults).toEqual([]);
        const selected = made.targets.filter(({ implied }) => !implied);
        expect(selected.filter(({ name }) => !built.has(name))).toEqual([]);
        expect(selected.filter(({ name, push }) => up.has(name) !== push)).toEqual([]);
      }
    });
  });

  it("is a script that uses no variable before it has set it", () => {
    holds(({ script }) => {
      // What is `${X:+…}` may be unset.
      const words = [...script.matchAll(/^(DIGEST_\w+)=|\$\{(DIGEST_\w+)\}/gm)];
      const early = words.filter(
        ([, , used], at) => used !== undefined && !words.slice(0, at).some(([, set]) => set === used),
      );
      expect(early.map(([, , used]) => used)).toEqual([]);
    });
  });

  it("moves tags at the very end", () => {
    holds(({ made: { steps } }) => {
      const moves = steps.findIndex(({ kind }) => kind === "move");
      expect([-1, steps.length - 1]).toContain(moves);
    });
  });

  it("proves what is built, after it is built", () => {
    holds(({ made }) => {
      const last = made.steps.findLastIndex(({ kind }) => kind === "build" || kind === "acquire");
      const proof = made.steps.findIndex(({ kind }) => kind === "prove");
      expect(proof).toBeGreaterThan(last);
      const built = made.steps.flatMap((step) => (step.kind === "build" ? step.targets : []));
      expect(made.steps[proof]).toMatchObject({ targets: expect.arrayContaining(built) });
    });
  });

  it("takes values for secrets from the environment by name, and keeps logins to what is published", () => {
    holds(({ made, steps }) => {
      const commands = (...kinds: Step["kind"][]) =>
        steps.flatMap(({ kind, commands: own }) => (kinds.includes(kind) ? own : []));
      const logins = commands("login");
      expect(logins).toHaveLength(made.push ? 1 : 0);
      for (const { argv, stdin, env } of logins) {
        expect(argv).toContain("$ROBOT");
        expect(argv.join(" ")).not.toContain("ROBOT_PASSWORD");
        expect({ stdin, env }).toEqual({ stdin: "$ROBOT_PASSWORD", env: ["ROBOT", "ROBOT_PASSWORD"] });
      }
      const builds = commands("build", "acquire").filter(({ argv }) => argv.includes("bake") || argv[1] === "build");
      expect(builds.map(({ env }) => env)).toEqual(builds.map(() => ["NPM_TOKEN"]));
    });
  });

  it("of a pull request is published only if that is said, and only under its own names", () => {
    holds((_, from) => {
      const event = pullRequestEvent(17);
      expect(plan({ ...from, event }).made.push).toBe(false);
      for (const target of plan({ ...from, event }, true).made.targets) {
        for (const reference of references(target)) expect(reference).toMatch(/:pr-17(?:-|$)/);
      }
    });
  });
});
