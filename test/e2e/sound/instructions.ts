import { type Case, file, type Outside, scratch, written } from "./case.ts";

/** What stands in the Dockerfile and in the config. */
export function ofInstructions({ os, os2, files, sums }: Outside): Case[] {
  const copyA = scratch("COPY a /a");
  return [
    written("an instruction", copyA, `# why\n\n${copyA}`, scratch("COPY a /b")),
    written("an instruction that makes no layer", copyA, `${copyA}\n`, `${copyA}ENV A=1\n`),
    written("the order of instructions", ...orders()),
    written("the default of an ARG", ...defaults("FROM scratch AS app\nARG X=1\nCOPY a /$X\n", "X=1", "X=2")),
    written(
      "the default of a global ARG",
      ...defaults("ARG X=1\nFROM scratch AS app\nARG X\nCOPY a /$X\n", "X=1", "X=2"),
    ),
    written("which image an ARG chooses", ...defaults(`ARG I=${os}\nFROM $I AS app\nCOPY a /\n`, os, os2)),
    written(
      "what a stage below does",
      ...defaults("FROM scratch AS low\nCOPY a /x\nFROM low AS app\nCOPY b /b\n", "/x", "/y"),
    ),
    written("a heredoc", ...heredocs("1\nEOF", "2\nEOF")),
    written("a heredoc's line ends", ...heredocs("1\nEOF", "1\r\nEOF")),
    written(
      "where a heredoc ends",
      scratch("COPY <<A <<B /x/", "1", "2", "A", "3", "B"),
      `# why\n${scratch("COPY <<A <<B /x/", "1", "2", "A", "3", "B")}`,
      scratch("COPY <<A <<B /x/", "1", "A", "2", "3", "B"),
    ),
    written("--chmod", ...defaults(scratch("COPY --chmod=644 a /a"), "644", "600")),
    written("--chown", ...defaults(scratch("COPY --chown=1:1 a /a"), "1:1", "2:1")),
    written("the escape character", ...escapes()),
    {
      what: "a build argument",
      before: { files: { a: "1", ...file(scratch("ARG X", "COPY a /$X")) }, target: { args: { X: "1", OTHER: "1" } } },
      beside: { target: { args: { X: "1", OTHER: "2" } } },
      after: { target: { args: { X: "2", OTHER: "2" } } },
    },
    {
      what: "a build argument that only the platform of FROM sees",
      // Of scratch all platforms are alike.
      isSame: true,
      before: {
        files: { a: "1", ...file("ARG P=linux/amd64\nFROM --platform=$P scratch AS app\nCOPY a /a\n") },
        target: { args: { P: "linux/amd64", OTHER: "1" } },
      },
      beside: { target: { args: { P: "linux/amd64", OTHER: "2" } } },
      after: { target: { args: { P: "linux/arm64" } } },
    },
    {
      what: "the platform",
      before: { files: { a: "1", ...file(copyA) }, target: { platforms: ["linux/amd64"] } },
      beside: { files: { b: "1" } },
      after: { target: { platforms: ["linux/arm64"] } },
    },
    {
      what: "a label",
      isSame: true,
      before: { files: { a: "1", ...file(copyA) }, target: { labels: { team: "x", sha: "1" } } },
      beside: { target: { labels: { sha: "1", team: "x" } } },
      after: { target: { labels: { team: "y", sha: "1" } } },
    },
    {
      what: "a secret's id",
      before: {
        files: file(`FROM ${os} AS app\nRUN --mount=type=secret,id=a --mount=type=secret,id=b ls /run/secrets > /x\n`),
        target: { secrets: { a: { env: "SECRET_A" } } },
      },
      // Its value is not looked at, as BuildKit's cache does not either.
      beside: { target: { secrets: { a: { env: "SECRET_B" } } } },
      after: { target: { secrets: { a: { env: "SECRET_A" }, b: { env: "SECRET_B" } } } },
    },
    written(
      "ADD --checksum",
      scratch(`ADD --checksum=sha256:${sums.before} ${files}/before /x`),
      `# why\n${scratch(`ADD --checksum=sha256:${sums.before} ${files}/before /x`)}`,
      scratch(`ADD --checksum=sha256:${sums.after} ${files}/after /x`),
    ),
    {
      isSame: true,
      ...written(
        "ADD of whatever is there",
        scratch(`ADD ${files}/now /x`),
        scratch(`ADD ${files}/now /x`),
        scratch(`ADD ${files}/now /x`),
      ),
      unknown: `nobody knows what ADD ${files}/now will fetch; give it a --checksum`,
    },
    {
      ...written(
        "ADD of whatever a variable names",
        ...defaults(scratch(`ARG URL=${files}/now`, "ADD $URL /x"), "/now", "/then"),
      ),
      unknown: "nobody knows what ADD $URL will fetch; give it a --checksum",
    },
  ];
}

/** A Dockerfile, the same with a stage that nothing uses, and with a word changed. */
function defaults(text: string, from: string, to: string): [string, string, string] {
  return [
    text,
    text.replace("FROM ", "FROM scratch AS unused\nARG X=9\nCOPY b /unused\nFROM "),
    text.replace(from, to),
  ];
}

function orders(): [string, string, string] {
  const [a, b] = ["COPY a /x", "COPY b /x"];
  return [scratch(a, b), `# why\n${scratch(a, b)}`, scratch(b, a)];
}

function heredocs(before: string, after: string): [string, string, string] {
  const make = (body: string, first = "") => `${first}FROM scratch AS app\nCOPY <<EOF /x\n${body}\n`;
  return [make(before), make(before, "FROM scratch AS unused\nCOPY <<EOF /x\n9\nEOF\n"), make(after)];
}

function escapes(): [string, string, string] {
  const text = scratch("COPY a /x\\$y");
  return [text, `# check=skip=all\n${text}`, `# escape=\`\n${text}`];
}
