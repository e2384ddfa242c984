import { describe, expect, it } from "vitest";
import type { WrittenConfig } from "../../../src/config/schema.ts";
import { made } from "./made.ts";

const lines = (count: number, line: (at: number) => string) => Array.from({ length: count }, (_, at) => line(at));
const targets = (count: number, of: (at: number) => WrittenConfig["targets"][string] = (at) => `x.io/t${at}`) =>
  Object.fromEntries(lines(count, String).map((name, at) => [`s${name}`, of(at)]));
const chain = (count: number, next: (at: number) => string) =>
  ["FROM scratch AS s0", ...lines(count - 1, (at) => next(at))].join("\n");
const flat = lines(5000, (at) => `FROM scratch AS s${at}`).join("\n");
const tooMany = "targets: are made from more than 1000000 stages in all, each counted for every target";

describe("a plan of many", () => {
  it.each<[what: string, next: (at: number) => string]>([
    ["by FROM", (at) => `FROM s${at} AS s${at + 1}`],
    ["by COPY --from", (at) => `FROM scratch AS s${at + 1}\nCOPY --from=s${at} a b`],
  ])("links a chain of 1,000 targets %s, each to the one below", (_, next) => {
    const { plan, problems } = made({ targets: targets(1000) }, { Dockerfile: chain(1000, next) });
    expect(problems).toEqual([]);
    expect(plan.targets.every(({ needs }, at) => needs.join() === (at === 0 ? "" : `s${at - 1}`))).toBe(true);
    expect(plan.shared).toHaveLength(999);
  });

  it("refuses a chain of 5,000", () => {
    const text = chain(5000, (at) => `FROM s${at} AS s${at + 1}`);
    expect(made({ targets: targets(5000) }, { Dockerfile: text }).problems).toEqual([tooMany]);
  });

  it("refuses a graph for each of many targets", () => {
    const text = `ARG V\n${chain(3000, (at) => `FROM s${at} AS s${at + 1}`)}`;
    const config = { targets: targets(1000, (at) => ({ repo: `x.io/${at}`, target: "s0", args: { V: String(at) } })) };
    expect(made(config, { Dockerfile: text }).problems).toEqual([tooMany]);
  });

  it("takes 5,000 targets of one base, and 5,000 that wait for each other", () => {
    const apps = ["FROM scratch AS base", ...lines(4999, (at) => `FROM base AS s${at}`)].join("\n");
    const { plan, problems } = made({ targets: { base: "x.io/base", ...targets(4999) } }, { Dockerfile: apps });
    expect(problems).toEqual([]);
    expect(plan.shared.map(({ stage, targets: on }) => [stage, on.length])).toEqual([["base", 4999]]);
    const waiting = targets(5000, (at) => ({ repo: `x.io/t${at}`, ...(at > 0 && { needs: `s${at - 1}` }) }));
    expect(made({ targets: waiting }, { Dockerfile: flat }).problems).toEqual([]);
  });

  it.each<[names: string[], count: number]>([
    [[], 5000],
    [["s0"], 1],
    [["s2500"], 2501],
    [["s4999"], 5000],
  ])("takes a chain of 5,000 that are published nowhere, of which %j is built", (names, count) => {
    const config = targets(5000, (at) => ({ repo: false, ...(at > 0 && { contexts: { x: `target:s${at - 1}` } }) }));
    const { plan, problems } = made({ targets: config }, { Dockerfile: flat }, { names });
    expect(problems).toEqual([]);
    expect(plan.targets).toHaveLength(count);
  });

  it("takes a chain of 1,000 that is published nowhere, and says of targets in a circle that they are", () => {
    const text = chain(1000, (at) => `FROM s${at} AS s${at + 1}`);
    expect(made({ targets: targets(1000, () => false) }, { Dockerfile: text }).problems).toEqual([]);
    const circle = {
      a: { repo: false, contexts: { x: "target:b" } },
      b: { repo: false, contexts: { x: "target:a" } },
    } as const;
    const { problems } = made({ targets: circle }, { Dockerfile: "FROM x AS a\nFROM x AS b" });
    expect(problems.join("\n")).toContain("is a cycle: a → b → a");
  });

  it("names three targets at most whose image is another", () => {
    const config = {
      targets: Object.fromEntries(
        lines(2000, (at) => `t${at}`).map((name, at) => [
          name,
          { repo: `x.io/${name}`, target: at < 1000 ? "base" : "app", args: { V: name } },
        ]),
      ),
    };
    const { warnings } = made(config, { Dockerfile: "FROM scratch AS base\nARG V\nFROM base AS app" });
    expect(warnings).toHaveLength(3000);
  });

  it.each<[what: string, config: WrittenConfig, dockerfile: string, problem: string]>([
    [
      "a long Dockerfile",
      { targets: { s0: "x.io/a", s1: "x.io/b" } },
      "#".repeat(1_000_001),
      "targets.s0.dockerfile: is longer than 1000000 characters",
    ],
    [
      "triggers",
      { targets: { s0: "x.io/a" } },
      chain(2000, (at) => (at < 1000 ? "ONBUILD RUN x" : "FROM s0")),
      "targets.s0.dockerfile: its ONBUILD instructions come to more than 100000 in all stages",
    ],
    [
      "references",
      { tags: lines(500, (at) => `type=raw,value=v${at}`), targets: targets(500) },
      chain(500, (at) => `FROM scratch AS s${at + 1}`),
      "targets: come to more than 100000 references (got 250500)",
    ],
    [
      "arguments",
      { defaults: { args: { A: "a".repeat(90_000) } }, targets: targets(500) },
      chain(500, (at) => `FROM scratch AS s${at + 1}`),
      "targets: have arguments and labels of more than 10000000 characters in all",
    ],
  ])("refuses %s without end", (_, config, dockerfile, problem) => {
    expect(made(config, { Dockerfile: dockerfile }).problems.join("\n")).toContain(problem);
  });
});
