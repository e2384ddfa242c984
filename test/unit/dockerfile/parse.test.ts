import { describe, expect, test } from "vitest";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";

/** The stages as `name<base@line`. */
function stagesOf(text: string): string[] {
  return parseDockerfile(text).stages.map(({ name, base, line }) => `${name ?? "-"}<${base}@${line}`);
}

function messagesOf(text: string): string[] {
  return parseDockerfile(text).warnings.map(({ line, message }) => `${line}: ${message}`);
}

describe("directives", () => {
  test.each([
    ["# syntax=docker/dockerfile:1\nFROM a", "docker/dockerfile:1", "\\"],
    ["#syntax=docker/dockerfile:1\n#escape=`\nFROM a", "docker/dockerfile:1", "`"],
    ["#\tSyntax = docker/dockerfile:1 option=1 \n# CHECK=skip=all\n# Escape = `\nFROM a", "docker/dockerfile:1", "`"],
    ["\uFEFF# syntax=x\r\n# escape=`\r\nFROM a", "x", "`"],
    ["\n# syntax=x\nFROM a", null, "\\"],
    ["# a comment\n# escape=`\nFROM a", null, "\\"],
    ["# unknown=x\n# escape=`\nFROM a", null, "\\"],
    ["FROM a\n# escape=`", null, "\\"],
  ])("%j", (text, syntax, escape) => {
    expect(parseDockerfile(text)).toMatchObject({ syntax, escape, stages: [{ base: "a" }], warnings: [] });
  });
});

describe("stages", () => {
  test.each([
    ["FROM a", ["-<a@1"]],
    ["from a as B\n\nFROM b AS c.d-e_1", ["b<a@1", "c.d-e_1<b@3"]],
    ["\r\n\r\nFROM a AS b\r\nRUN x\r\n", ["b<a@3"]],
    ["FROM \\\n# comment\n\n  a \\ \n AS b\nFROM c", ["b<a@1", "-<c@6"]],
    ["# escape=`\nFROM a `\n AS b\nRUN dir c:\\\nFROM c", ["b<a@2", "-<c@5"]],
    ["FROM a\nRUN x \\\\\nFROM b", ["-<a@1", "-<b@3"]],
    ["FROM a\nRUN x \\\n# FROM b\n\nFROM c", ["-<a@1"]],
    ["FROM a\n\\\nFROM b", ["-<a@1", "-<b@2"]],
    ['FROM --platform=$BUILDPLATFORM "a b" AS c', ['-<"a@1']],
  ])("%j", (text, stages) => expect(stagesOf(text)).toEqual(stages));

  test("keep the platform and what follows", () => {
    expect(parseDockerfile('ARG A=1 B="2 3" C\nFROM --platform="linux/arm64" a\nRUN x')).toMatchObject({
      globalArgs: [
        { name: "A", value: "1", line: 1 },
        { name: "B", value: '"2 3"', line: 1 },
        { name: "C", value: null, line: 1 },
      ],
      stages: [{ platform: "linux/arm64", instructions: [{ keyword: "RUN", operands: "x", line: 3 }] }],
    });
  });
});

describe("instructions", () => {
  test.each([
    [
      "COPY --from=a --link  /b /c",
      [
        ["from", "a"],
        ["link", ""],
      ],
      "/b /c",
    ],
    ["copy --chown='a b' \"--from=x y\" /b", [["chown", "a b"]], '"--from=x y" /b'],
    [
      'COPY --from=a\\ b --x="it\'s" c',
      [
        ["from", "a b"],
        ["x", "it's"],
      ],
      "c",
    ],
    ["COPY -- --from=a b", [], "--from=a b"],
    ["COPY \\\n  --from=a \\\n  # --link\n\n  b c ", [["from", "a"]], "b c"],
    [
      "RUN --mount=type=cache,target=/x --mount=from=b make --from=c",
      [
        ["mount", "type=cache,target=/x"],
        ["mount", "from=b"],
      ],
      "make --from=c",
    ],
  ])("%j", (text, flags, operands) => {
    const [instruction] = parseDockerfile(`FROM a\n${text}`).stages[0]?.instructions ?? [];
    expect(instruction?.flags.map(({ name, value }) => [name, value])).toEqual(flags);
    expect(instruction?.operands).toBe(operands);
  });

  test("ONBUILD holds another one", () => {
    expect(parseDockerfile("FROM a\nonbuild copy --from=b /c /d").stages[0]?.instructions).toMatchObject([
      { keyword: "ONBUILD", flags: [], trigger: { keyword: "COPY", flags: [{ name: "from", value: "b" }] } },
    ]);
  });
});

describe("heredocs", () => {
  test.each([
    ["RUN <<EOF\nFROM x\nEOF", ["FROM x"]],
    ["RUN <<EOF\r\nFROM x\r\nEOF\r", ["FROM x\r"]],
    ["RUN <<'EOF' cat\nFROM x\n EOF\nEOF", ["FROM x\n EOF"]],
    ["RUN <<-EOF\n\tFROM x\n\tEOF", ["\tFROM x"]],
    ['COPY <<a <<"b c" /d/\nFROM x\na\nFROM y\nb c', ["FROM x", "FROM y"]],
    ["ADD --chmod=644 <<EOF /x\nEOF", [""]],
    ["RUN 3<< EOF\nFROM x\nEOF", ["FROM x"]],
    ["RUN cat \\\n <<EOF\nFROM x \\\nEOF", ["FROM x \\"]],
    ["ONBUILD RUN <<EOF\nFROM x\nEOF", ["FROM x"]],
  ])("%j has %j", (text, bodies) => {
    const { stages, warnings } = parseDockerfile(`FROM a\n${text}\nFROM b`);
    expect(stages.map(({ base }) => base)).toEqual(["a", "b"]);
    expect(stages[0]?.instructions[0]?.heredocs).toEqual(bodies);
    expect(warnings).toEqual([]);
  });

  test.each([
    "RUN <<<EOF",
    "RUN a<<EOF",
    'RUN "<<EOF"',
    "RUN '<<EOF'",
    "RUN \\<<EOF",
    'RUN ["<<EOF"]',
    "ENV A=<<EOF",
    "CMD <<EOF",
    "RUN <<",
    "RUN it's <<EOF",
  ])("%j has none", (text) => expect(stagesOf(`FROM a\n${text}\nFROM b\nEOF`)).toEqual(["-<a@1", "-<b@3"]));
});

describe("warnings", () => {
  test.each([
    ["", "1: there is no FROM"],
    ["RUN x\nFROM a", "1: RUN before the first FROM"],
    ["FROM a b", "1: FROM takes an image and, optionally, AS and a name"],
    ["FROM a AS", "1: FROM takes an image and, optionally, AS and a name"],
    ["FROM", "1: FROM takes an image and, optionally, AS and a name"],
    ["FROM a AS 1", "1: 1 cannot be a stage's name"],
    ["FROM a AS b:c", "1: b:c cannot be a stage's name"],
    ["FROM a\nRUN <<EOF\nx", "2: the heredoc EOF is not terminated"],
    ["# escape=`\n# escape=`\nFROM a", "2: only one escape directive is allowed"],
    ["# escape=x\nFROM a", "1: the escape character must be \\ or `, not x"],
  ])("%j", (text, message) => expect(messagesOf(text)).toEqual([message]));
});
