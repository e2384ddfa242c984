import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findStage, stageGraph, type StageGraph, stagesNeeded } from "../../src/dockerfile/graph.ts";
import { shortImageName } from "../../src/dockerfile/image-name.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { whyNotBindable } from "../../src/dockerfile/unbound.ts";
import { engines } from "./rig.ts";

/** BuildKit is the judge: what it makes of a Dockerfile is what we must make of it. */
const engine = engines.find(({ buildx }) => buildx);

const source = path.resolve(import.meta.dirname, "../fixtures/dockerfiles");
const fixtures = readdirSync(source).map((name) => ({ name, text: read(name) }));

/** A fixture under build arguments and named contexts. */
interface Case {
  id: string;
  name: string;
  text: string;
  args: Record<string, string>;
  contexts: string[];
}
const cases = [
  ...fixtures.map(({ name }) => fixtureCase(name)),
  fixtureCase("contexts.Dockerfile", {}, ["replaced", "vendor-base", "vendor-tools"]),
  fixtureCase("global-args.Dockerfile", { FLAVOUR: "fancy", OTHER: "none", EMPTY: "plain", UNKNOWN: "x" }),
  fixtureCase("platforms.Dockerfile", { TARGETOS: "windows", PLATFORM: "linux/arm64" }),
];

function fixtureCase(name: string, args: Record<string, string> = {}, contexts: string[] = []): Case {
  return { id: `${name}-${Object.keys(args).length}-${contexts.length}`, name, text: read(name), args, contexts };
}

function read(name: string): string {
  return readFileSync(path.join(source, name), "utf8");
}

/** What `docker buildx bake --call` answers for one target. */
interface Answer {
  targets?: { targets: Listed[] };
  outline?: { args?: { name: string }[] };
}
interface Listed {
  name?: string;
  base: string;
  platform?: string;
  location: { ranges: { start: { line: number } }[] };
}

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(path.join(os.tmpdir(), "dockerfiles-"));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** Asks about all targets of a bake file at once: one process costs more than a hundred targets. */
function bake(call: "targets" | "outline", target: Record<string, object>): Record<string, Answer> {
  const file = JSON.stringify({ target, group: { default: { targets: Object.keys(target) } } });
  const args = ["buildx", "bake", "-f", "-", "--progress=quiet", `--call=${call},format=json`];
  const answer: { target: Record<string, Answer> } = JSON.parse(docker(args, file));
  return answer.target;
}

/** What docker prints; throws with its standard error if it fails. */
function docker(args: readonly string[], input = ""): string {
  return execFileSync("docker", args, { cwd, env: engine?.env, input, encoding: "utf8", stdio: "pipe" });
}

describe.skipIf(engine === undefined)("what BuildKit finds in the fixtures", () => {
  const variants = fixtures.flatMap(({ name, text }, index) => [
    { id: `lf${index}`, name, text },
    {
      id: `crlf${index}`,
      name: `${name} with CRLF and a byte order mark`,
      text: `\uFEFF${text.replaceAll("\n", "\r\n")}`,
    },
  ]);
  let listed: Record<string, Answer> = {};
  let outlined: Record<string, Answer> = {};

  beforeAll(() => {
    for (const { id, text } of variants) writeFileSync(path.join(cwd, id), text);
    listed = bake("targets", Object.fromEntries(variants.map(({ id }) => [id, { context: ".", dockerfile: id }])));
    outlined = bake("outline", Object.fromEntries(cases.flatMap(outlines)));
  });

  it.each(variants)("stages of $name", ({ id, text }) => {
    const file = parseDockerfile(text);
    const ours = file.stages.map(({ name, base, platform, line }) => ({ name, base, platform, line }));
    const theirs = listed[id]?.targets?.targets.map(({ name = null, base, platform = null, location }) => {
      return { name, base, platform, line: location.ranges[0]?.start.line };
    });
    expect(ours).toEqual(theirs);
    expect(file.warnings).toEqual([]);
  });

  // Every stage has an ARG of its own, IN_…; an outline lists those of the stages that are needed.
  it.each(cases)("edges of $name with $args and $contexts", (one) => {
    const graph = graphOf(one);
    const theirs = targetsOf(graph).map((target) => {
      const args = outlined[targetId(one, target)]?.outline?.args ?? [];
      return [target, args.flatMap((arg) => (arg.name.startsWith("IN_") ? arg.name : [])).toSorted()];
    });
    expect(graph.warnings).toEqual([]);
    expect(targetsOf(graph).map((target) => [target, neededArgs(one, target).toSorted()])).toEqual(theirs);
  });
});

function graphOf({ text, args, contexts }: Case): StageGraph {
  return stageGraph(parseDockerfile(text), args, contexts);
}

function targetsOf(graph: StageGraph): string[] {
  return [...new Set(graph.stages.flatMap(({ name }) => name ?? []))];
}

function targetId({ id }: Case, target: string): string {
  return `${id}_${target}`.replaceAll(".", "_");
}

/** A bake target for each stage. Images are stood in for (bake takes short names), but only those whose names no stage could have. */
function outlines(one: Case): [string, object][] {
  const graph = graphOf(one);
  writeFileSync(path.join(cwd, one.id), one.text);
  const images = graph.stages
    .flatMap(({ edges }) => edges)
    .flatMap(({ to }) => (to.kind === "image" && /[:/@]/.test(to.name) ? [shortImageName(to.name)] : []));
  const contexts = Object.fromEntries([...images, ...one.contexts].map((image) => [image, "."]));
  return targetsOf(graph).map((target) => [
    targetId(one, target),
    { context: ".", dockerfile: one.id, target, args: one.args, contexts },
  ]);
}

function neededArgs(one: Case, target: string): string[] {
  const graph = graphOf(one);
  const needed = stagesNeeded(graph, findStage(graph, target)?.index ?? -1);
  return [...needed].flatMap((index) => {
    const { name = null, instructions = [] } = graph.stages[index] ?? {};
    if (name !== null && one.contexts.includes(name)) return [];
    return instructions.flatMap(({ operands }) => (operands.startsWith("IN_") ? operands : []));
  });
}

describe.skipIf(engine === undefined)("what BuildKit refuses, we warn of", () => {
  it.each([
    ["a later stage", "FROM scratch AS a\nCOPY --from=b /x /x\nFROM scratch AS b\nFROM a AS t"],
    ["the stage itself", "FROM scratch AS t\nCOPY --from=t /x /x"],
    ["the stage's own index", "FROM scratch AS t\nCOPY --from=0 /x /x"],
    ["an index too far", "FROM scratch AS t\nCOPY --from=7 /x /x"],
    ["a negative index", "FROM scratch\nFROM scratch AS t\nCOPY --from=-1 /x /x"],
    ["a later stage in a mount", "FROM scratch AS a\nRUN --mount=from=b,target=/x x\nFROM scratch AS b\nFROM a AS t"],
    ["the later of two namesakes", "FROM scratch AS a\nFROM scratch AS t\nCOPY --from=a /x /x\nFROM scratch AS a"],
    ["a variable in COPY --from", "ARG A=a\nFROM scratch AS a\nFROM scratch AS t\nARG A\nCOPY --from=$A /x /x"],
    ["a variable in from=", "ARG A=a\nFROM scratch AS a\nFROM scratch AS t\nRUN --mount=from=${A},target=/x x"],
    ["a stage in other case", "FROM scratch AS Builder\nFROM Builder AS t"],
    ["FROM nothing", "ARG A\nFROM $A AS t"],
    ["FROM an open quote", "FROM 'a AS t"],
    ["FROM a bad substitution", "ARG A=a\nFROM ${A^} AS t"],
    ["an ARG with a bad substitution", "ARG A=${B:?is needed}\nFROM scratch AS t"],
    ["a number for a name", "FROM scratch AS 0"],
    ["FROM and two words", "FROM scratch t"],
    ["FROM alone", "FROM scratch AS t\nFROM"],
    ["an open heredoc", "FROM scratch AS t\nRUN <<EOF\nEOF2"],
    ["an instruction before FROM", "RUN x\nFROM scratch AS t"],
    ["no FROM", "ARG A=1"],
    ["two escape directives", "# escape=\\\n# escape=`\nFROM scratch AS t"],
    ["an odd escape character", "# escape=x\nFROM scratch AS t"],
  ])("%s", (_, text) => {
    writeFileSync(path.join(cwd, "refused"), text);
    expect(() => docker(["buildx", "build", "--call=outline", "--target=t", "-f", "refused", "."])).toThrow("ERROR: ");
    const file = parseDockerfile(text);
    expect([...file.warnings, ...stageGraph(file, {}).warnings]).not.toEqual([]);
  });
});

/** The file /out of stage `app`. */
function outOfApp(text: string, args: readonly string[]): string {
  writeFileSync(path.join(cwd, "bound"), `${text}\nFROM scratch AS out\nCOPY --from=app /out /out\n`);
  const dest = mkdtempSync(path.join(cwd, "out-"));
  docker(["buildx", "build", "-f", "bound", "-o", dest, ...args, "."]);
  return readFileSync(path.join(dest, "out"), "utf8");
}

function uses(text: string): string {
  return `COPY <<EOF /out\n${text}\nEOF`;
}

describe.skipIf(engine === undefined)("a stage replaced by its image gives the same, if we say that it may be", () => {
  const image = "dockerfile-test.invalid/base:1";
  afterAll(() => docker(["image", "rm", image]));

  it.each([
    ["no ARG", true, `FROM scratch AS base\nENV A=1\nWORKDIR /w\nFROM base AS app\n${uses("$A")}`],
    ["an ARG that is used", false, `FROM scratch AS base\nARG A=1\nFROM base AS app\n${uses("$A")}`],
    [
      "an ARG two stages below",
      false,
      `FROM scratch AS x\nARG A=1\nFROM x AS base\nFROM base AS y\nFROM y AS app\n${uses("$A")}`,
    ],
    ["an ARG that is kept in an ENV", true, `FROM scratch AS base\nARG A=1\nENV A=$A\nFROM base AS app\n${uses("$A")}`],
    ["an ARG declared anew", true, `FROM scratch AS base\nARG A=1\nFROM base AS app\nARG A=2\n${uses("$A")}`],
    [
      "an ARG declared anew by itself",
      false,
      `FROM scratch AS base\nARG A=1\nFROM base AS app\nARG A=x$A\n${uses("$A")}`,
    ],
    [
      "an ARG declared anew without its default",
      false,
      `FROM scratch AS base\nARG A=1\nFROM base AS app\nARG A\n${uses("$A")}`,
    ],
    [
      "a global ARG declared in both",
      true,
      `ARG A=1\nFROM scratch AS base\nARG A\nFROM base AS app\nARG A\n${uses("$A")}`,
    ],
    ["a global ARG declared in one", false, `ARG A=1\nFROM scratch AS base\nARG A\nFROM base AS app\n${uses("$A")}`],
    ["an ARG overridden by ENV", true, `FROM scratch AS base\nARG A=1\nFROM base AS app\nENV A=2\n${uses("$A")}`],
    [
      "an ARG used by a trigger",
      false,
      `FROM scratch AS base\nARG A=1\nONBUILD ENV B=$A\nFROM base AS app\n${uses("$B")}`,
    ],
    [
      "a stage that is copied from",
      true,
      `FROM scratch AS base\nARG A=1\n${uses("$A")}\nFROM scratch AS app\nCOPY --from=base /out /out`,
    ],
    [
      "a stage that another one is FROM",
      false,
      `FROM scratch AS base\nARG A=1\nFROM base AS y\n${uses("$A")}\nFROM scratch AS app\nCOPY --from=base . .\nCOPY --from=y /out /out`,
    ],
  ])("%s: %s", (_, same, text) => {
    const file = parseDockerfile(text);
    const graph = stageGraph(file, {});
    const index = (name: string) => findStage(graph, name)?.index ?? -1;
    expect(whyNotBindable(file, graph, index("app"), index("base")) === null).toBe(same);
    docker(["buildx", "build", "-f", "-", "--target=base", "-t", image, "--load", "."], text);
    const bound = outOfApp(text, ["--build-context", `base=docker-image://${image}`]);
    expect(bound === outOfApp(text, [])).toBe(same);
  });
});
