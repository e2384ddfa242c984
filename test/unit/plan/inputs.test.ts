import { describe, expect, it } from "vitest";
import type { WrittenConfig } from "../../../src/config/schema.ts";
import type { BuildEvent } from "../../../src/core/event.ts";
import { contextFiles } from "../../../src/dockerfile/context-files.ts";
import type { TreeEntry } from "../../../src/host/host.ts";
import { eventOf } from "../tags/event-of.ts";
import { made } from "./made.ts";

/** Everything that the inputs of `app` come from. */
interface Given {
  dockerfile: string;
  config: WrittenConfig;
  files: Record<string, string>;
  modes: Record<string, number>;
  event: BuildEvent;
  platform: string;
  names: string[];
}

const dockerfile = `# syntax=docker/dockerfile:1
ARG OS=lib/os:3
ARG UNUSED=1
FROM scratch AS tool
ADD tool /tool
FROM \${OS} AS base
ARG FLAGS=-O1
RUN --mount=type=bind,source=build,target=/b make base
FROM base AS app
ARG PY
COPY src *.txt /app/
COPY --from=tool /tool /tool
FROM base AS other
ARG OTHER=1
COPY docs /docs
`;

const given: Given = {
  dockerfile,
  config: {
    defaults: { args: { PY: "3.8", OTHER: "2" }, labels: { team: "x" } },
    targets: { base: "r.io/base", app: "r.io/app", other: "r.io/other" },
  },
  files: { "src/main.c": "1", "a.txt": "1", "docs/d": "1", "build/b": "1", "tool/t": "1", "x.md": "1" },
  modes: {},
  event: eventOf(),
  platform: "linux/amd64",
  names: [],
};

function inputsOf(changes: Partial<Given> = {}, target = "app") {
  const { dockerfile: text, config, files, modes, event, platform, names } = { ...given, ...changes };
  const entries = Object.entries(files).map(([path, content]): TreeEntry => {
    const to = /^-> (.*)$/.exec(content)?.[1];
    return to === undefined
      ? { path, kind: "file", mode: modes[path] ?? 0o644, content, leadsTo: "" }
      : { path, kind: "link", mode: 0, content, leadsTo: to };
  });
  const listing = contextFiles(entries.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
  const plan = made({ reuse: true, ...config }, { Dockerfile: text }, { event, names, platform, files: () => listing });
  expect(plan.problems).toEqual([]);
  return plan.target(target)!.inputs;
}

const edited = (from: string, to: string) => ({ dockerfile: dockerfile.replace(from, to) });
const withFile = (path: string, content: string) => ({ files: { ...given.files, [path]: content } });
const withTarget = (changes: object) => ({
  config: { ...given.config, targets: { ...given.config.targets, app: { repo: "r.io/app", ...changes } } },
});

/** What was changed, how, and what of the target tells of it. */
const changing: [what: string, changes: Partial<Given>, fact: RegExp][] = [
  ["an instruction of the target's own stage", edited("/app/", "/srv/"), /COPY src \*\.txt \/srv\//],
  ["the default of an ARG", edited("ARG PY", "ARG PY\nARG MORE=1"), /ARG MORE/],
  ["a build argument", withTarget({ args: { PY: "3.9" } }), /the argument PY/],
  ["a file that is copied", withFile("src/main.c", "2"), /src\/main\.c/],
  ["a new file in a folder that is copied", withFile("src/new.c", "1"), /src\/new\.c/],
  ["a file of a pattern", withFile("b.txt", "1"), /b\.txt/],
  ["a file's mode", { modes: { "a.txt": 0o755 } }, /a\.txt/],
  ["a file that a stage below takes in", withFile("tool/t", "2"), /tool\/t/],
  ["where a link points to", withFile("src/l", "-> a"), /src\/l/],
  ["the platform", { platform: "linux/arm64" }, /platform/],
  ["the platform of the target", withTarget({ platforms: ["linux/arm64"] }), /platform/],
  ["a label of the config", withTarget({ labels: { team: "y" } }), /label team/],
  ["the id of a secret", withTarget({ secrets: { token: { env: "TOKEN" } } }), /secrets/],
  ["the syntax line", edited("dockerfile:1", "dockerfile:2"), /syntax/],
  ["the repository", { event: { ...eventOf(), repository: "other/repo" } }, /label .*repository/],
];

/** What changes nothing in the image of `app`. */
const indifferent: [what: string, changes: Partial<Given>][] = [
  ["another build of the branch", { event: { ...eventOf(), buildNumber: 77, sha: "f".repeat(40) } }],
  ["another branch", { event: { ...eventOf(), branch: "dev", ref: "refs/heads/dev" } }],
  ["an instruction of another stage", edited("COPY docs /docs", "COPY docs /doc")],
  ["the default of an ARG of another stage", edited("OTHER=1", "OTHER=9")],
  ["a global ARG that nothing uses", edited("UNUSED=1", "UNUSED=2")],
  ["an argument that only another stage declares", withTarget({ args: { OTHER: "3" } })],
  ["a comment", edited("FROM base AS app", "# why\nFROM base AS app")],
  ["a stage that nothing uses", edited("FROM scratch AS tool", "FROM scratch AS new\nRUN x\nFROM scratch AS tool")],
  ["a file outside of the patterns", withFile("x.md", "2")],
  ["a file that only another stage copies", withFile("docs/d", "2")],
  ["which targets are built with it", { names: ["app"] }],
];

describe("what a target's image is made from", () => {
  it.each(changing)("is another thing after %s has changed", (_, changes, fact) => {
    const [before, after] = [inputsOf(), inputsOf(changes)];
    expect(after.known).not.toBe(before.known);
    const known = new Set(before.facts.map(({ print }) => print));
    expect(after.facts.filter(({ print }) => !known.has(print)).map(({ name }) => name)).toContainEqual(
      expect.stringMatching(fact),
    );
  });

  it.each(indifferent)("is the same after a change of %s", (_, changes) => {
    expect(inputsOf(changes)).toEqual(inputsOf());
  });

  it("is the base's image, not what that is made from", () => {
    expect(inputsOf().images).toEqual([{ target: "base" }]);
    expect(inputsOf(edited("make base", "make all"))).toEqual(inputsOf());
    expect(inputsOf(withFile("build/b", "2"))).toEqual(inputsOf());
    expect(inputsOf(withFile("build/b", "2"), "base").known).not.toBe(inputsOf({}, "base").known);
    expect(inputsOf({}, "base").images).toEqual([{ image: "lib/os:3" }]);
  });

  it("is all that the base is made from where that is published nowhere, however it is built", () => {
    const local = { config: { ...given.config, targets: { ...given.config.targets, base: false } } } as const;
    expect(inputsOf(local).images).toEqual([{ image: "lib/os:3" }]);
    expect(inputsOf({ ...local, ...withFile("build/b", "2") }).known).not.toBe(inputsOf(local).known);
    expect(inputsOf({ ...local, names: ["app"] })).toEqual(inputsOf(local));
    const { base: _, ...noBase } = given.config.targets;
    const anchored = { config: { ...given.config, targets: noBase } };
    expect(inputsOf({ ...anchored, names: ["app"] })).toEqual(inputsOf(anchored));
    expect(inputsOf(anchored)).toEqual(inputsOf(local));
  });

  it.each([
    ["ADD https://r.io/x /x", "nobody knows what ADD https://r.io/x will fetch; give it a --checksum"],
    ["ADD git@r.io:x.git /x", "nobody knows what ADD git@r.io:x.git will fetch; give it a --checksum"],
    ["ADD --checksum=sha256:1 https://r.io/x /x", null],
    [`ADD https://r.io/x.git#${"a".repeat(40)} /x`, null],
    ["COPY $FROM /x", null],
  ])("is known or not with %s", (line, unknown) => {
    expect(inputsOf(edited("COPY src", `${line}\nCOPY src`)).unknown).toBe(unknown);
  });

  it.each([
    ["where a heredoc ends", "COPY <<A <<B /x/\n1\n2\nA\n3\nB", "COPY <<A <<B /x/\n1\nA\n2\n3\nB"],
    ["a heredoc's line ends", "COPY <<A /x\n1\nA", "COPY <<A /x\n1\r\nA"],
    ["the order of instructions", "RUN a\nRUN b", "RUN b\nRUN a"],
  ])("is another thing after %s has changed, and nothing else", (_, before, after) => {
    const [one, other] = [before, after].map((lines) => inputsOf(edited("COPY src", `${lines}\nCOPY src`)));
    expect(one!.known).not.toBe(other!.known);
  });

  it("is another thing for another platform of FROM", () => {
    const of = (text: { dockerfile: string }, args: Record<string, string>) =>
      inputsOf({ ...text, ...withTarget({ args }) }).known;
    const withArg = edited("ARG UNUSED=1\nFROM scratch", "ARG P=linux/amd64\nFROM --platform=$P scratch");
    expect(of(withArg, { P: "linux/arm64" })).not.toBe(of(withArg, {}));
    const crossed = edited("FROM scratch", "FROM --platform=$BUILDPLATFORM scratch");
    const on = (platform: string) =>
      inputsOf({ ...crossed, ...withTarget({ platforms: ["linux/s390x"] }), platform }).known;
    expect(on("linux/arm64")).not.toBe(on("linux/amd64"));
  });

  it("takes the image that the platform chooses", () => {
    const chosen = edited("ARG OS=lib/os:3", "ARG OS=lib/os:$TARGETARCH-$BUILDARCH");
    const on = (platform: string, platforms: string[]) =>
      inputsOf({ ...chosen, platform, config: { ...given.config, defaults: { platforms } } }, "base").images;
    expect(on("linux/arm64", [])).toEqual([{ image: "lib/os:arm64-arm64" }]);
    expect(on("linux/arm64", ["linux/s390x"])).toEqual([{ image: "lib/os:s390x-arm64" }]);
  });

  it("is not known on another target's image that has ONBUILD instructions", () => {
    const text = "ARG BASE=x\nFROM lib/os:3 AS base\nONBUILD COPY src /src\nFROM ${BASE} AS app\n";
    const config = (base: object) => ({
      dockerfile: text,
      config: { targets: { base: "r.io/base", app: { repo: "r.io/app", ...base } } },
    });
    expect(inputsOf(config({ args: { BASE: "{{ref.base}}" } })).unknown).toBe(
      "base has ONBUILD instructions, and what they read is not seen",
    );
    expect(inputsOf(config({ contexts: { x: "target:base" } })).unknown).toBe(
      "base has ONBUILD instructions, and what they read is not seen",
    );
    const copied = text.replace("FROM ${BASE}", "FROM scratch").concat("COPY --from=base / /\n");
    expect(inputsOf({ ...config({}), dockerfile: copied }).unknown).toBeNull();
  });

  it("holds the labels in any order", () => {
    const [one, other] = [
      { team: "x", unit: "y" },
      { unit: "y", team: "x" },
    ].map((labels) => inputsOf(withTarget({ labels })));
    expect(one).toEqual(other);
  });

  it("holds everything where a variable says what is copied", () => {
    const change = edited("COPY src", "COPY $FROM /x\nCOPY src");
    expect(inputsOf({ ...change, ...withFile("x.md", "2") }).known).not.toBe(inputsOf(change).known);
  });

  it("is the version only of a git tag", () => {
    const tagged = (tag: string) =>
      ({ event: { ...eventOf(), kind: "tag", tag, branch: null, ref: `refs/tags/${tag}` } }) as const;
    expect(inputsOf(tagged("v1.2.3")).known).not.toBe(inputsOf(tagged("v1.2.4")).known);
  });

  it("is the reference of another target by what that is, not by its name in this build", () => {
    const own = {
      dockerfile: "ARG BASE=x\nFROM lib/os:3 AS base\nRUN a\nFROM ${BASE} AS app\nARG BASE\nRUN b\n",
      config: { targets: { base: "r.io/base", app: { repo: "r.io/app", args: { BASE: "{{ref.base}}" } } } },
    };
    expect(inputsOf(own).images).toEqual([{ target: "base" }]);
    expect(inputsOf({ ...own, event: { ...eventOf(), buildNumber: 77 } })).toEqual(inputsOf(own));
  });
});
