import { describe, expect, test } from "vitest";
import { findStage, fromChain, stageGraph, stagesNeeded, type StageRef } from "../../../src/dockerfile/graph.ts";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";

const graphOf = (text: string, args: Record<string, string> = {}, contexts: string[] = []) =>
  stageGraph(parseDockerfile(text), args, contexts);
const show = (ref: StageRef) => (ref.kind === "stage" ? String(ref.index) : `${ref.kind}:${ref.name}`);

/** The last stage's edges, `via what@line`. */
function edgesOf(text: string, args?: Record<string, string>, contexts?: string[]): string[] {
  const { edges = [] } = graphOf(text, args, contexts).stages.at(-1) ?? {};
  return edges.map(({ to, via, line }) => `${via} ${show(to)}@${line}`);
}

const two = "FROM x AS a\nFROM y AS b\n";

describe("edges", () => {
  test.each([
    ["FROM scratch", ["from image:scratch@1"]],
    ["FROM a AS a", ["from image:a@1"]],
    [`${two}FROM a`, ["from 0@3"]],
    ["FROM x AS a\nFROM y AS a\nFROM a", ["from 1@3"]],
    ["FROM x AS a\nFROM a AS a\nFROM a AS a", ["from 1@3"]],
    [`${two}FROM b\nCOPY --from=A /x /x`, ["from 1@3", "copy 0@4"]],
    [`${two}FROM b\nCOPY --chown=1 --from=0 --link /x /x\nCOPY --from=+1 /x /x`, ["from 1@3", "copy 0@4", "copy 1@5"]],
    [
      `${two}FROM z\nCOPY --from=x /x /x\nCOPY --from=a:1 /x /x`,
      ["from image:z@3", "copy image:x@4", "copy image:a:1@5"],
    ],
    [`${two}FROM z\nCOPY --from= /x /x\nCOPY /--from=a /x\nADD --from=a /x /x`, ["from image:z@3"]],
    [
      `${two}FROM z\nRUN --mount=from=a,target=/a --mount=type=cache,target=/c --mount=type=bind,FROM=B,target=/b x`,
      ["from image:z@3", "mount 0@4", "mount 1@4"],
    ],
    [
      `${two}FROM z\nRUN --mount=target=/x,\\"from=a\\" --mount=from=a,source=/from=a,from=q x`,
      ["from image:z@3", "mount 0@4", "mount image:q@4"],
    ],
    [`${two}FROM z\nRUN --mount=from=0,target=/x x`, ["from image:z@3", "mount image:0@4"]],
    [`${two}FROM z\nRUN <<EOF\nCOPY --from=a /x /x\nEOF`, ["from image:z@3"]],
    [`${two}FROM z\nONBUILD COPY --from=a /x /x`, ["from image:z@3"]],
    ["FROM x AS a\nFROM y AS b\nONBUILD COPY --from=a /x /x\nFROM b", ["from 1@4", "copy 0@3"]],
    ["FROM x AS a\nFROM y AS b\nONBUILD COPY --from=a /x /x\nFROM b AS c\nFROM c", ["from 2@5"]],
  ])("%j", (text, edges) => {
    expect(edgesOf(text)).toEqual(edges);
    expect(graphOf(text).warnings).toEqual([]);
  });
});

describe("build arguments", () => {
  const file = 'ARG V=a W="$V" NONE\nFROM x AS base-a\nFROM y AS base-b\nARG V=b\n';
  test.each([
    ["FROM base-$V", {}, "0"],
    ["FROM base-$V", { V: "b" }, "1"],
    ["FROM base-$W", { V: "b" }, "1"],
    ["FROM base-${W}", { W: "c" }, "image:base-c"],
    ["FROM base-$UNDECLARED", { UNDECLARED: "a" }, "image:base-"],
    ["FROM base-${NONE:-b}", {}, "1"],
    ["FROM base-${NONE-b}", { NONE: "" }, "image:base-"],
    ["FROM ${TARGETOS}-${TARGETARCH}$TARGETVARIANT", {}, "image:linux-amd64"],
    ["FROM $TARGETPLATFORM:$BUILDPLATFORM", { TARGETPLATFORM: "linux/arm64" }, "image:linux/arm64:linux/amd64"],
    ["FROM ${TARGETSTAGE} AS last", {}, "image:last"],
    ["FROM ${TARGETOS#l}", { TARGETOS: "linux" }, "image:inux"],
    ["FROM ${toString}x", {}, "image:x"],
  ])("%s with %j is %s", (from, args, base) => {
    expect(edgesOf(file + from, args)).toEqual([`from ${base}@5`]);
  });
});

test("a name that every object has does not count as a given argument", () => {
  expect(edgesOf("ARG constructor=x\nFROM $constructor")).toEqual(["from image:x@2"]);
});

describe("named contexts", () => {
  const file =
    "FROM x AS a\nFROM a AS b\nCOPY --from=a /x /x\nFROM b AS c\nCOPY --from=b /x /x\nCOPY --from=1 /x /x\nCOPY --from=node:latest /x /x";
  test.each([
    [[], ["from 1@4", "copy 1@5", "copy 1@6", "copy image:node:latest@7"]],
    [["b"], ["from context:b@4", "copy context:b@5", "copy context:b@6", "copy image:node:latest@7"]],
    [
      ["node", "x"],
      ["from 1@4", "copy 1@5", "copy 1@6", "copy context:node@7"],
    ],
    [
      ["docker.io/library/node:latest"],
      ["from 1@4", "copy 1@5", "copy 1@6", "copy context:docker.io/library/node:latest@7"],
    ],
    [["c"], ["from context:c@4"]],
  ])("%j", (contexts, edges) => expect(edgesOf(file, {}, contexts)).toEqual(edges));

  test("replace all that the stage is made from", () => {
    const graph = graphOf(file, {}, ["b"]);
    expect(graph.stages[1]?.edges).toEqual([{ to: { kind: "context", name: "b" }, via: "from", line: 2 }]);
    expect([...stagesNeeded(graph, 2)]).toEqual([2]);
  });

  test("cannot replace scratch", () => {
    expect(edgesOf("FROM scratch", {}, ["scratch"])).toEqual(["from image:scratch@1"]);
  });
});

describe("what BuildKit refuses is a warning and no edge", () => {
  test.each([
    [
      "FROM x AS a\nCOPY --from=b /x /x\nFROM y AS b",
      "2: stage b must be defined before the stage that takes files from it",
    ],
    ["FROM x AS a\nCOPY --from=a /x /x", "2: stage a must be defined before the stage that takes files from it"],
    ["FROM x AS a\nCOPY --from=0 /x /x", "2: stage 0 must be defined before the stage that takes files from it"],
    ["FROM x AS a\nCOPY --from=3 /x /x", "2: there is no stage 3"],
    ["FROM x AS a\nFROM y\nCOPY --from=$A /x /x", "3: from=$A: variables are not supported there"],
    ["FROM x AS a\nFROM y\nRUN --mount=from=$A,target=/x x", "3: from=$A: variables are not supported there"],
    // dockerd 28 crashes on this one.
    [
      "FROM x AS a\nONBUILD COPY --from=b /x /x\nFROM a AS b",
      "2: stage b must be defined before the stage that takes files from it",
    ],
    ["ARG A\nFROM $A", "2: FROM $A names no image: it is empty"],
    ["FROM ${A:?no-A}", "1: FROM ${A:?no-A} names no image: no-A"],
    ["ARG A=${B^}\nFROM x", "1: ARG A=${B^}: unsupported modifier ^"],
    ["FROM x AS Build\nFROM Build", "2: FROM Build is an image; the stage is called build"],
  ])("%j", (text, message) => {
    const graph = graphOf(text);
    expect(graph.warnings.map((warning) => `${warning.line}: ${warning.message}`)).toEqual([message]);
    expect(graph.stages.flatMap(({ edges }) => edges).filter(({ via }) => via !== "from")).toEqual([]);
  });

  test("a FROM that comes to nothing is shown as it is written", () => {
    expect(edgesOf("ARG A\nFROM ${A}")).toEqual(["from image:${A}@2"]);
  });

  test("an argument that is given does not need its default", () => {
    expect(graphOf("ARG A=${B:?no}\nFROM $A", { A: "x" }).warnings).toEqual([]);
  });
});

describe("questions to the graph", () => {
  const graph = graphOf(
    "FROM x AS a\nFROM a AS b\nFROM y AS a\nFROM b\nCOPY --from=a /x /x\nFROM 3 AS c\nRUN --mount=from=b,target=/x x",
  );

  test.each([
    ["a", 2],
    ["B", 1],
    ["c", 4],
    ["3", null],
    ["d", null],
    ["", null],
  ])("the stage for --target %s", (target, index) => expect(findStage(graph, target)?.index ?? null).toBe(index));

  test("labels", () => expect(graph.stages.map(({ label }) => label)).toEqual(["a", "b", "a", "3", "c"]));
  test("needed", () => {
    expect(stagesNeeded(graph, 3)).toEqual(new Set([3, 1, 2, 0]));
    expect(stagesNeeded(graph, 4)).toEqual(new Set([4, 1, 0]));
  });
  test("chain", () => expect([0, 3, 4].map((index) => fromChain(graph, index))).toEqual([[0], [3, 1, 0], [4]]));
});
