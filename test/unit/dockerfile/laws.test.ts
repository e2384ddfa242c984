import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expandWord } from "../../../src/dockerfile/expand.ts";
import { findStage, fromChain, stageGraph, type StageGraph, stagesNeeded } from "../../../src/dockerfile/graph.ts";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import { whyNotBindable } from "../../../src/dockerfile/unbound.ts";

/** One instruction as the words that stand in its line, and the lines of a heredoc below it. */
interface Line {
  words: string[];
  below?: string[];
}

const names = ["a", "b", "c", "d"];
const name = fc.constantFrom(...names);
const source = fc.constantFrom(...names, "A", "0", "1", "2", "7", "alpine:3", "$V", "");
const words = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<Line> =>
  fc
    .tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part)))
    .map((all) => ({ words: all }));

const from = fc.oneof(
  words("FROM", fc.constantFrom(...names, "scratch", "$V", "${V:-a}", "B", "alpine"), "AS", name),
  words("FROM", name),
);
const instruction: fc.Arbitrary<Line> = fc.oneof(
  words(
    "COPY",
    source.map((value) => `--from=${value}`),
    "--link",
    "/x",
    "/y",
  ),
  words(
    "COPY",
    "--chown=1",
    source.map((value) => `--from="${value}"`),
    '["/x", "/y"]',
  ),
  words(
    "RUN",
    source.map((value) => `--mount=from=${value},target=/x`),
    "--mount=type=ssh",
    "make",
    "--from=a",
  ),
  words(
    "ONBUILD",
    "COPY",
    source.map((value) => `--from=${value}`),
    "/x",
    "/y",
  ),
  words("ARG", "V=b", "W"),
  words("ENV", "V=$V"),
  words("RUN", "<<EOF").map((line) => ({
    words: line.words,
    below: ["FROM a AS b", "COPY --from=a /x /x", "# x \\", "EOF"],
  })),
);
const lines = fc
  .tuple(
    words("ARG", fc.constantFrom("V=a", "V", "V='b'")),
    from,
    fc.array(fc.oneof({ weight: 2, arbitrary: instruction }, from), { maxLength: 14 }),
  )
  .map(([arg, first, rest]) => [arg, first].concat(rest));

function plain(file: readonly Line[]): string {
  return file.flatMap((line) => [line.words.join(" "), ...(line.below ?? [])]).join("\n");
}

const oneOf = (...choices: string[]): fc.Arbitrary<string> => fc.constantFrom(...choices);

/** The same Dockerfile, written by somebody with other habits; `pick` chooses. */
function dressed(file: readonly Line[], pick: (...choices: string[]) => string): string {
  const escape = pick("\\", "`");
  const gap = () =>
    pick(" ", "\t ", ` ${escape}\n`, `${escape} \n\n  # FROM a AS b ${escape}\n\t`, ` ${escape}\n${escape}\n`);
  const text = file.flatMap(({ words: [keyword = "", ...rest], below = [] }) => {
    const head =
      pick("", "  ", "\n", "# COPY --from=a /x /x\n", "# open \\\n \t\n") + pick(keyword, keyword.toLowerCase());
    return [rest.reduce((line, word) => line + gap() + word, head) + pick("", " ", "\t"), ...below];
  });
  const whole = [`# escape=${escape}`, ...text].join("\n") + pick("", "\n", "\n\n# end");
  return pick(whole, `\uFEFF${whole}`).replaceAll("\n", pick("\n", "\r\n"));
}

function graphOf(text: string): StageGraph {
  return stageGraph(parseDockerfile(text), {});
}

/** The graph without what a change of lines changes. */
function shape({ stages }: StageGraph): unknown[] {
  return stages.map(({ label, base, edges }) => ({ label, base, edges: edges.map(({ to, via }) => [via, to]) }));
}

describe("a Dockerfile's graph", () => {
  test("does not depend on how the Dockerfile is written", () => {
    fc.assert(
      fc.property(lines, fc.gen(), (file, gen) => {
        const pick = (...choices: string[]) => gen(oneOf, ...choices);
        expect(shape(graphOf(dressed(file, pick)))).toEqual(shape(graphOf(plain(file))));
      }),
    );
  });

  test("has a stage for each FROM and points to earlier stages alone", () => {
    fc.assert(
      fc.property(lines, (file) => {
        const { stages } = graphOf(plain(file));
        expect(stages).toHaveLength(file.filter((line) => line.words[0] === "FROM").length);
        for (const { index, base, edges } of stages) {
          expect(edges[0]).toMatchObject({ to: base, via: "from" });
          for (const { to } of edges) expect(to.kind === "stage" ? to.index : -1).toBeLessThan(index);
        }
      }),
    );
  });

  test("needs whatever its parts need, its FROM chain among it", () => {
    fc.assert(
      fc.property(lines, (file) => {
        const graph = graphOf(plain(file));
        for (const { index } of graph.stages) {
          const needed = stagesNeeded(graph, index);
          const parts = new Set([index]);
          for (const part of [...fromChain(graph, index), ...needed]) {
            for (const stage of stagesNeeded(graph, part)) parts.add(stage);
          }
          expect(parts).toEqual(needed);
        }
      }),
    );
  });

  test("loses a stage's own sources when a named context replaces it", () => {
    fc.assert(
      fc.property(lines, name, (file, replaced) => {
        const graph = stageGraph(parseDockerfile(plain(file)), {}, [replaced]);
        const to = { kind: "context", name: replaced };
        const stages = graph.stages.filter((stage) => stage.name === replaced);
        expect(stages.map(({ edges }) => edges)).toEqual(stages.map(({ line }) => [{ to, via: "from", line }]));
        const still = graph.stages.flatMap(({ edges }) => edges).map((edge) => edge.to);
        const left = still.map((ref) => (ref.kind === "stage" ? graph.stages[ref.index]?.name : null));
        expect(left).not.toContain(replaced);
      }),
    );
  });
});

describe("any text at all", () => {
  const pieces = [
    ...Array.from("\\`'\"$<>{}[]#=-:@/?*%,\n\n\t "),
    "FROM",
    "AS",
    "ARG",
    "COPY",
    "RUN",
    "<<",
    "--from=",
    "--mount=",
    "# escape=",
    "a",
  ];
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...pieces)).map((all) => all.join("")),
  );

  test("is read without throwing", () => {
    fc.assert(
      fc.property(text, (one) => {
        const file = parseDockerfile(one);
        const graph = stageGraph(file, { A: one }, [one]);
        for (const { index } of graph.stages) whyNotBindable(file, graph, index, 0);
        findStage(graph, one);
        expect(graph.stages).toHaveLength(file.stages.length);
      }),
      { numRuns: 500 },
    );
  });

  test("is expanded without throwing", () => {
    fc.assert(
      fc.property(text, (one) => {
        expect(expandWord(one, "\\", () => "x*\\")).toHaveProperty("value");
      }),
      { numRuns: 500 },
    );
  });

  test("stays as it is where nothing is special", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^$'"\\]*$/), (one) => {
        expect(expandWord(one, "\\", () => "x")).toEqual({ value: one, fault: null });
      }),
    );
  });
});
