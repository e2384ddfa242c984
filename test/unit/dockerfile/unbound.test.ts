import { describe, expect, test } from "vitest";
import { findStage, stageGraph } from "../../../src/dockerfile/graph.ts";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import { whyNotBindable } from "../../../src/dockerfile/unbound.ts";

/** Why stage `app` cannot stand on an image of stage `base`. */
function why(text: string): string | null {
  const file = parseDockerfile(text);
  const graph = stageGraph(file, {});
  const index = (name: string) => findStage(graph, name)?.index ?? -1;
  return whyNotBindable(file, graph, index("app"), index("base"));
}

describe("may be bound", () => {
  test.each([
    ["nothing but files", "FROM x AS base\nRUN x\nFROM base AS app\nRUN y"],
    ["a stage called like its image", "FROM base AS base\nFROM base AS app"],
    ["an ARG that nobody sees", "FROM x AS base\nARG A=1\nRUN $A\nFROM base AS app\nCOPY /x /x\nCMD run"],
    ["a longer name", "FROM x AS base\nARG A=1\nFROM base AS app\nCOPY $AB $A_ /x"],
    ["an ARG declared again", "FROM x AS base\nARG A=1\nFROM base AS app\nARG A=2\nRUN $A"],
    ["an ARG declared again among others", "FROM x AS base\nARG A=1\nFROM base AS app\nARG B A=2\nRUN $A"],
    ["an ARG declared again in between", "FROM x AS base\nARG A=1\nFROM base AS mid\nARG A=2\nFROM mid AS app\nRUN $A"],
    ["an ARG without default in both", "FROM x AS base\nARG A\nFROM base AS app\nARG A\nRUN $A"],
    ["a global ARG in both", "ARG A=1\nFROM x AS base\nARG A=2\nFROM base AS app\nARG A\nRUN $A"],
    ["a platform ARG in both", "FROM x AS base\nARG TARGETARCH\nFROM base AS app\nARG TARGETARCH\nRUN x"],
    ["an ARG in an ENV", 'FROM x AS base\nARG A=1\nENV B=2 A="$A"\nFROM base AS app\nRUN $A'],
    ["an ARG in an ENV of the old form", "FROM x AS base\nARG A=1\nENV A $A and more\nFROM base AS app\nRUN $A"],
    ["an ENV instead", "FROM x AS base\nARG A=1\nFROM base AS app\nENV A=2\nRUN $A"],
    ["files alone", "FROM x AS base\nARG A=1\nFROM y AS app\nCOPY --from=base /x /x\nRUN $A"],
    [
      "files of a stage above it",
      "FROM x AS base\nARG A=1\nFROM base AS mid\nCOPY y /x\nFROM y AS app\nRUN --mount=from=mid,target=/x $A",
    ],
    [
      "a platform elsewhere",
      "FROM x AS base\nFROM --platform=$BUILDPLATFORM y AS z\nFROM base AS app\nCOPY --from=z /x /x",
    ],
  ])("%s", (_, text) => expect(why(text)).toBeNull());
});

const lost = (name: string, declared: number, keyword: string, line: number) =>
  `ARG ${name} (line ${declared}) would not reach ${keyword} on line ${line}; declare it again before that`;

describe("may not be bound", () => {
  test.each([
    ["FROM x AS base\nARG A=1\nFROM base AS app\nRUN make", lost("A", 2, "RUN", 4)],
    ["FROM x AS base\nARG A\nFROM base AS app\nCOPY /${A} /x", lost("A", 2, "COPY", 4)],
    ["FROM x AS below\nARG B A=1\nFROM below AS base\nARG B=2\nFROM base AS app\nLABEL x=$A", lost("A", 2, "LABEL", 6)],
    ["FROM x AS base\nARG A=1\nFROM base AS mid\nWORKDIR /$A\nFROM mid AS app\nARG A=2", lost("A", 2, "WORKDIR", 4)],
    ["FROM x AS base\nARG A=1\nFROM base AS app\nCOPY <<EOF /x\n$A\nEOF", lost("A", 2, "COPY", 4)],
    ["FROM x AS base\nARG A=1\nFROM base AS app\nCOPY --chown=$A x /x", lost("A", 2, "COPY", 4)],
    ["FROM x AS base\nARG A=1\nFROM base AS app\nRUN x\nARG A=1", lost("A", 2, "RUN", 4)],
    ["FROM x AS base\nARG A=1\nFROM base AS app\nARG A=$A-x", lost("A", 2, "ARG", 4)],
    ["FROM x AS base\nARG A=1\nFROM base AS app\nARG B=$A A=2", lost("A", 2, "ARG", 4)],
    ["FROM x AS base\nARG A=1\nFROM base AS app\nENV A=$A", lost("A", 2, "ENV", 4)],
    ["FROM x AS base\nARG A=1\nFROM base AS app\nARG A\nRUN x", lost("A", 2, "ARG", 4)],
    ["FROM x AS base\nENV A=1\nARG A=2\nFROM base AS app\nRUN x", lost("A", 3, "RUN", 5)],
    ["ARG A=1\nFROM x AS base\nARG A\nFROM base AS app\nRUN x", lost("A", 3, "RUN", 5)],
    ["FROM x AS base\nARG A=1\nONBUILD RUN x\nFROM base AS app", lost("A", 2, "RUN", 3)],
    ["FROM x AS base\nARG A=1\nFROM base AS mid\nRUN x\nFROM y AS app\nCOPY --from=mid /x /x", lost("A", 2, "RUN", 4)],
    ["FROM --platform=linux/arm64 x AS base\nFROM base AS app", "stage base is for --platform=linux/arm64 (line 1)"],
    [
      "FROM --platform=$A x AS y\nFROM y AS base\nFROM z AS app\nCOPY --from=base /x /x",
      "stage y is for --platform=$A (line 1)",
    ],
    ["FROM x AS base\nFROM y AS base\nFROM base AS app", "several stages are called base (lines 1, 2)"],
    ["FROM base AS y\nFROM x AS base\nFROM base AS app\nCOPY --from=y /x /x", "base is also the image on line 1"],
    [
      "FROM base:latest AS y\nFROM x AS base\nFROM base AS app\nCOPY --from=y /x /x",
      "base is also the image on line 1",
    ],
  ])("%j", (text, reason) => expect(why(text)).toBe(reason));

  test("a stage without a name, or with one that means something else", () => {
    const file = parseDockerfile("FROM x\nFROM y AS scratch\nFROM scratch AS app\nCOPY --from=0 /x /x");
    const graph = stageGraph(file, {});
    expect(whyNotBindable(file, graph, 2, 0)).toBe("stage 0 has no name");
    expect(whyNotBindable(file, graph, 2, 1)).toBe("the name scratch has a special meaning");
  });
});
