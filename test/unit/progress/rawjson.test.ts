import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TargetProgress } from "../../../src/progress/progress.ts";
import { createRawJsonReader } from "../../../src/progress/rawjson.ts";
import { type Played, play, playBake, recordedLines, stagesOf } from "./recording.ts";

const step = (index: number, of: number) => ({ index, of });

const started = "2026-11-24T03:20:58.394884116Z";

function vertex(more: object): string {
  return JSON.stringify({ vertexes: [{ digest: "a", name: "[1/1] RUN x", started, ...more }] });
}

function log(text: string, stream = 1): string {
  return JSON.stringify({ logs: [{ vertex: "a", stream, data: Buffer.from(text).toString("base64") }] });
}

function told(...lines: string[]): Played {
  return play([vertex({}), ...lines], createRawJsonReader(stagesOf(["app1"])));
}

describe("what each target took", () => {
  test.each<[string, Record<string, TargetProgress>]>([
    [
      "modern-cold.jsonl",
      {
        base: { steps: 4, cached: 0, seconds: 0.343 },
        app1: { steps: 5, cached: 0, seconds: 0.59 },
        app2: { steps: 5, cached: 0, seconds: 0.587 },
      },
    ],
    [
      "modern-warm.jsonl",
      {
        base: { steps: 4, cached: 4, seconds: 0.097 },
        app1: { steps: 5, cached: 5, seconds: 0.098 },
        app2: { steps: 5, cached: 5, seconds: 0.098 },
      },
    ],
    ["modern-single.jsonl", { app1: { steps: 5, cached: 1, seconds: 0.476 } }],
    [
      "modern-missing.jsonl",
      { base: { steps: 0, cached: 0, seconds: 0.029 }, app1: { steps: 0, cached: 0, seconds: 0 } },
    ],
    ["modern-daemon-down.jsonl", { base: { steps: 0, cached: 0, seconds: 0 } }],
  ])("%s", (file, expected) => {
    expect(Object.fromEntries(playBake(file, ...Object.keys(expected)).targets)).toEqual(expected);
  });
});

describe("what failed", () => {
  test.each([
    [
      "modern-fail.jsonl",
      { target: "app1", stage: "app1", position: step(1, 1), message: "exit code 3", exitCode: 3 },
      { dockerfile: "fail.Dockerfile", line: 5 },
    ],
    [
      "modern-plain-fail.txt",
      { target: "app1", stage: "app1", position: step(1, 1), message: "exit code 3", exitCode: 3 },
      { dockerfile: "fail.Dockerfile", line: 5 },
    ],
    [
      "containerd-copy.jsonl",
      {
        target: "base",
        stage: "base",
        position: step(2, 2),
        message: '"/requirements.txt": not found',
        exitCode: null,
      },
      { dockerfile: "copy.Dockerfile", line: 2, step: "COPY requirements.txt /app/" },
    ],
    [
      "modern-missing.jsonl",
      { target: "base", stage: null, step: null, message: "localhost:5000/progress/nosuch:1: not found" },
      { dockerfile: "missing.Dockerfile", line: 1 },
    ],
    [
      "modern-stage.jsonl",
      { target: "app1", step: null, message: 'target stage "appl" could not be found (did you mean app1?)' },
      { dockerfile: null, line: null, excerpt: [] },
    ],
    [
      "modern-syntax.jsonl",
      { target: "base", step: null, message: expect.stringContaining("unknown instruction: RUNN") },
      { dockerfile: "syntax.Dockerfile", line: 3 },
    ],
    [
      "modern-push-401.jsonl",
      { target: "app1", step: "pushing localhost:5401/progress/app1:b1", message: "no basic auth credentials" },
      { dockerfile: null, line: null, log: [] },
    ],
    [
      "modern-daemon-down.jsonl",
      { target: null, step: null, message: expect.stringContaining("Is the docker daemon running?") },
      { dockerfile: null },
    ],
    ["modern-sigint.jsonl", { target: "base", step: null, message: "Canceled: context canceled" }, { log: [] }],
  ])("%s: one failure, and what it cancelled is none", (file, what, where) => {
    const { failures } = playBake(file, "base", "app1", "app2");
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ ...what, ...where });
  });

  test("the last lines and the Dockerfile's", () => {
    const [failure] = playBake("modern-fail.jsonl", "base", "app1", "app2").failures;
    expect(failure?.log).toEqual([
      "Collecting nosuchpackage",
      "ERROR: No matching distribution found for nosuchpackage",
    ]);
    expect(failure?.excerpt[1]).toBe('   5 | >>> RUN echo "Collecting nosuchpackage" && \\');
    expect(failure?.excerpt).toHaveLength(4);
  });

  test("of several failed steps of a target the one comes first that the builder gives as the reason", () => {
    const { failures } = told(
      vertex({ digest: "b", completed: started, error: "one" }),
      vertex({ digest: "c", completed: started, error: "two" }),
      "ERROR: target app1: failed to solve: two",
    );
    expect(failures.map(({ message }) => message)).toEqual(["two", "one"]);
  });

  test("two steps that fail side by side are two failures, the builder's own choice first", () => {
    const { failures } = playBake("modern-two-failures.jsonl", "app1", "app2");
    expect(failures.map(({ target, line, exitCode }) => [target, line, exitCode])).toEqual([
      ["app1", 10, 1],
      ["app2", null, 1],
    ]);
  });

  test("a registry that is down is not mistaken for a daemon that is down", () => {
    const lines = recordedLines("modern-push-down.jsonl");
    expect(lines.join("\n")).toContain("Is the docker daemon running?");
    const { entries, failures } = play(lines, createRawJsonReader(stagesOf(["app1", "app2"])));
    const said = [...entries, ...failures].map((one) => ("text" in one ? one.text : one.message)).join("\n");
    expect(said).toContain("connection refused");
    expect(said).not.toContain("Is the docker daemon running?");
  });

  test("a cache that is not there breaks nothing", () => {
    const { entries, failures } = playBake("containerd-cache.jsonl", "base", "app1");
    expect(failures).toEqual([]);
    expect(entries.filter(({ kind }) => kind === "error" || kind === "warning")).toEqual([]);
  });

  test("the builder's last words are kept, the excerpt is not among them", () => {
    expect(playBake("modern-stage.jsonl", "base", "app1").messages).toEqual([
      'ERROR: target app1: failed to solve: target stage "appl" could not be found (did you mean app1?)',
    ]);
    expect(playBake("modern-syntax.jsonl", "base", "app1").messages).toHaveLength(1);
    expect(playBake("modern-cold.jsonl", "base", "app1", "app2").messages).toEqual([]);
  });
});

test("what was built for one target is not cached for the other that finds it so", () => {
  const lines = [
    vertex({ name: "[base base 2/2] RUN x", completed: started }),
    vertex({ name: "[app1 base 2/2] RUN x", completed: started, cached: true }),
  ];
  const { entries, targets } = play(lines, createRawJsonReader(stagesOf(["base", "app1"])));
  expect(entries).toEqual([{ target: "base", kind: "step", text: "RUN x" }]);
  expect([...targets.values()].map(({ steps, cached }) => [steps, cached])).toEqual([
    [1, 0],
    [1, 0],
  ]);
});

describe("a step's log", () => {
  test("is put together from pieces, each stream by itself", () => {
    const { entries } = told(log("one li"), log("an error\n", 2), log("ne\ntwo\n"));
    expect(entries.slice(1).map(({ text }) => text)).toEqual(["an error", "one line", "two"]);
  });

  test("is complete when the step ends, before that is told", () => {
    const { entries } = told(log("no line end"), vertex({ completed: "2026-11-24T03:21:08.394884116Z" }));
    expect(entries.slice(1)).toEqual([
      { target: "app1", kind: "log", text: "no line end" },
      { target: "app1", kind: "done", text: "RUN x", seconds: 10 },
    ]);
  });

  test("leaves its last 20 lines to the failure", () => {
    const lines = Array.from({ length: 25 }, (_, index) => `line ${index + 1}`);
    const { failures } = told(log(lines.join("\n")), vertex({ completed: started, error: "no" }));
    expect(failures.map((failure) => failure.log)).toEqual([lines.slice(5)]);
  });
});

test("verbose tells of the builder's own work and of every end", () => {
  const lines = recordedLines("modern-single.jsonl");
  const usual = play(lines, createRawJsonReader(stagesOf(["app1"]))).entries;
  const verbose = play(lines, createRawJsonReader(stagesOf(["app1"]), { verbose: true })).entries;
  expect(verbose).toEqual(expect.arrayContaining(usual));
  const more = verbose.filter((entry) => !usual.some((one) => one.text === entry.text && one.kind === entry.kind));
  expect(more.map(({ kind, text }) => `${kind} ${text}`)).toEqual(
    expect.arrayContaining(["step load build context", "step exporting to image", "done COPY app.conf /app/"]),
  );
});

describe("laws", () => {
  test("each fact is told once, however often the builder says it", () => {
    for (const file of [
      "modern-cold.jsonl",
      "modern-warm.jsonl",
      "containerd-push.jsonl",
      "modern-two-failures.jsonl",
    ]) {
      const lines = recordedLines(file).filter((line) => !line.startsWith('{"logs"'));
      const names = ["base", "app1", "app2"];
      const once = play(lines, createRawJsonReader(stagesOf(names)));
      const twice = play(
        lines.flatMap((line) => [line, line]),
        createRawJsonReader(stagesOf(names)),
      );
      expect(twice.entries).toEqual(once.entries);
      expect(twice.targets).toEqual(once.targets);
    }
  });

  test("nothing makes it throw, and what it prints has no control characters", () => {
    const work = fc.record(
      {
        digest: fc.constantFrom("a", "b"),
        name: fc.string(),
        started: fc.string(),
        cached: fc.anything(),
        error: fc.string(),
      },
      { requiredKeys: [] },
    );
    const message = fc.record(
      {
        vertexes: fc.oneof(fc.array(work), fc.anything()),
        statuses: fc.anything(),
        logs: fc.array(fc.record({ vertex: fc.constantFrom("a", "b"), data: fc.string() })),
        warnings: fc.array(fc.record({ short: fc.string(), range: fc.anything() })),
      },
      { requiredKeys: [] },
    );
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      message.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { entries } = play(lines, createRawJsonReader(stagesOf(["app1"])));
        expect(entries.filter(({ text }) => /[^\P{Cc}\t]/u.test(text))).toEqual([]);
      }),
    );
  });
});

describe("an image that the containerd store pushes", () => {
  const completed = "2026-11-24T03:21:00.394884116Z";
  const part = (id: string, more: object = {}) => JSON.stringify({ statuses: [{ vertex: "a", id, started, ...more }] });
  const manifest = (tag: string, more: object = {}) => part(`pushing manifest for a.com/b:${tag}@sha256:0`, more);
  const pushes = (...lines: string[]) =>
    told(...lines).entries.flatMap(({ kind, text }) => (kind === "push" ? text : []));

  test("is told of once the builder goes on, or is at its end", () => {
    const first = [manifest("1"), manifest("1", { completed })];
    expect(pushes(...first)).toEqual([]);
    expect(pushes(...first, part("pushing layers"))).toEqual(["pushed a.com/b:1"]);
    expect(pushes(...first, vertex({ completed }))).toEqual(["pushed a.com/b:1"]);
  });

  test("is not told of where the registry has refused it, or the push was ended: that has an end, too", () => {
    const refused = [manifest("1"), manifest("1", { completed }), vertex({ completed, error: "403 Forbidden" })];
    expect(pushes(...refused)).toEqual([]);
    expect(pushes(manifest("1", { completed }), part("pushing layers"), ...refused.slice(1))).toEqual([
      "pushed a.com/b:1",
    ]);
  });
});
