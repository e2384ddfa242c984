import { type Case, file, type Files, type Outside, scratch } from "./case.ts";

/** An instruction that copies, files that it does not look at, and one that it does. */
function copied(what: string, lines: string, files: Files, beside: Files, after: Files): Case {
  return {
    what,
    before: { files: { Dockerfile: scratch(...lines.split("\n")), ...files } },
    beside: { files: beside },
    after: { files: after },
  };
}

const withMode = (text: string, mode: number) => ({ text, mode });
const link = (to: string) => ({ link: to });

/** The files of build contexts. */
export function ofFiles({ os }: Outside): Case[] {
  return [
    copied("a file", "COPY d/a /a", { "d/a": "1", "d/b": "1" }, { "d/b": "2" }, { "d/a": "2" }),
    copied(
      "a file's mode",
      "COPY a /a",
      { a: withMode("1", 0o644), b: "1" },
      { b: withMode("1", 0o600) },
      { a: withMode("1", 0o755) },
    ),
    copied("a new file in a folder", "COPY d /d", { "d/a": "1", b: "1" }, { c: "1" }, { "d/new": "" }),
    copied("a file's name", "COPY d /d", { "d/a": "1" }, { a: "1" }, { "d/a": "1", "d/b": "1" }),
    copied("a path with dots", "COPY x/../d /d", { "d/a": "1", "x/b": "1" }, { "x/b": "2" }, { "d/a": "2" }),
    copied(
      "where a link leads to",
      "COPY d /d",
      { "d/l": link("a"), l: link("a") },
      { l: link("b") },
      { "d/l": link("b") },
    ),
    copied("a link for a file", "COPY d /d", { "d/a": "1", "d/l": "1" }, { l: "1" }, { "d/l": link("a") }),
    copied(
      "what a link leads to",
      "COPY l /x",
      { "d/a": "1", "d/b": "1", l: link("d/a") },
      { "d/b": "2" },
      { "d/a": "2" },
    ),
    copied(
      "a folder behind a link",
      "COPY l/a /x",
      { "d/a": "1", "d/b": "1", l: link("d") },
      { "d/b": "2" },
      { "d/a": "2" },
    ),
    copied(
      "a pattern",
      "COPY *.txt /x/",
      { "a.txt": "1", "b.md": "1" },
      { "c.md": "1", "b.md": "2" },
      { "c.txt": "1" },
    ),
    copied(
      "a pattern behind a link",
      "COPY l/*.t /x/",
      { "d/a.t": "1", "d/b": "1", l: link("d") },
      { "d/b": "2" },
      { "d/a.t": "2" },
    ),
    copied(
      "a pattern behind links to links",
      "COPY k/s/*.t /x/",
      { "d/a.t": "1", "d/b": "1", "l/s": link("../d"), k: link("l") },
      { "d/b": "2" },
      { "d/a.t": "2" },
    ),
    copied(
      "a link that a pattern names",
      "COPY d/*.t /x/",
      { "o/a": "1", "o/b": "1", "d/l.t": link("../o/a") },
      { "o/b": "2" },
      { "o/a": "2" },
    ),
    copied("--exclude", "COPY --exclude=*.md d /d", { "d/a": "1", "d/b.md": "1" }, { "d/b.md": "2" }, { "d/a": "2" }),
    copied(
      "--exclude that is taken back",
      "COPY --exclude=* --exclude=!keep d /d",
      { "d/keep": "1", "d/b": "1" },
      { "d/b": "2" },
      { "d/keep": "2" },
    ),
    copied("what ADD takes", "ADD a.tar d /x/", { "a.tar": "1", "d/f": "1", b: "1" }, { b: "2" }, { "a.tar": "2" }),
    copied(
      "what an ignore file leaves out",
      "COPY . /x/",
      { ".dockerignore": "skip\n!skip/keep\n", "skip/a": "1", "skip/keep": "1" },
      { "skip/a": "2", "skip/b": "1" },
      { "skip/keep": "2" },
    ),
    copied(
      "the Dockerfile's own ignore file",
      "COPY . /x/",
      { "Dockerfile.dockerignore": "a\n", ".dockerignore": "b\n", a: "1", b: "1" },
      { a: "2" },
      { b: "2" },
    ),
    copied(
      "an ignore file's pattern that leads out of the context",
      "COPY . /x/",
      { ".dockerignore": "../a\nb\n!../b\n", a: "1", b: "1" },
      { b: "2" },
      { a: "2" },
    ),
    {
      what: "a bind mount",
      before: {
        files: {
          "d/a": "1",
          b: "1",
          ...file(`FROM ${os} AS app\nRUN --mount=type=bind,source=d,target=/d cat /d/a > /x\n`),
        },
      },
      beside: { files: { b: "2" } },
      after: { files: { "d/a": "2" } },
    },
    {
      what: "a named context",
      before: {
        files: { "more/a": "1", b: "1", ...file(scratch("COPY --from=more . /x/")) },
        target: { contexts: { more: "more" } },
      },
      beside: { files: { b: "2" } },
      after: { files: { "more/a": "2" } },
    },
    {
      what: "a named context that takes a stage's place",
      before: {
        files: {
          "more/a": "1",
          b: "1",
          ...file("FROM scratch AS more\nCOPY b /b\nFROM scratch AS app\nCOPY --from=more . /x/\n"),
        },
        target: { contexts: { more: "more" } },
      },
      beside: { files: { d: "2" } },
      after: { files: { "more/a": "2" } },
    },
  ];
}
