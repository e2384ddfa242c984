import { describe, expect, it } from "vitest";
import { readsOf } from "../../../src/dockerfile/context-reads.ts";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";

const reads = (line: string) => {
  const file = parseDockerfile(`FROM x\n${line}\n`);
  return readsOf(file.stages[0]!.instructions[0]!, file.escape);
};

describe("what an instruction reads of the build context", () => {
  it.each([
    ["COPY a /x", ["a"]],
    ["COPY . .", [""]],
    ["COPY / /", [""]],
    ["COPY ./a/ ../b c/../d /x/", ["a", "b", "d"]],
    ["COPY *.txt d?/e /x/", ["*.txt", "d?/e"]],
    ['COPY ["a b", "c", "/x"]', ["a b", "c"]],
    ["COPY --chown=1:1 --chmod=644 --link a /x", ["a"]],
    ["COPY --parents ./a/./b /x/", ["a/b"]],
    ["COPY --from=base a /x", []],
    ["COPY $A/b /x", [""]],
    ["COPY a${B:-c} /x", [""]],
    [String.raw`COPY a\ b /x`, ["a", "b"]],
    ["COPY <<EOF /x\na\nEOF", []],
    ["COPY a <<EOF b /x\nc\nEOF", ["a", "b"]],
    ["ADD a.tar.gz /x", ["a.tar.gz"]],
    ["ADD https://r.io/x a /x", ["a"]],
    ["RUN make", []],
    ["RUN --mount=type=bind,target=/x make", [""]],
    ["RUN --mount=target=/x,source=a/b make", ["a/b"]],
    ["RUN --mount=type=bind,src=a,target=/x --mount=type=cache,target=/c,source=d make", ["a"]],
    ["RUN --mount=type=bind,from=base,source=a,target=/x make", []],
    ["RUN --mount=type=secret,id=a make", []],
    ["RUN --mount=type=bind,source=$A,target=/x make", [""]],
    ["WORKDIR /a", []],
  ])("of %j is %j", (line, paths) => {
    expect(reads(line).context.paths).toEqual(paths);
  });

  it("leaves out what COPY is told to leave out, unless a variable says what", () => {
    expect(reads("COPY --exclude=*.md --exclude=$A . .").context).toEqual({ paths: [""], exclude: ["*.md"] });
  });

  it.each([
    ["ADD https://r.io/x /x", "https://r.io/x"],
    ["ADD --checksum=sha256:1 https://r.io/x /x", null],
    ["ADD git@r.io:a/b.git /x", "git@r.io:a/b.git"],
    ["ADD https://r.io/a.git#main /x", "https://r.io/a.git#main"],
    [`ADD https://r.io/a.git#${"0".repeat(40)}:sub /x`, null],
    ["COPY https://r.io/x /x", null],
  ])("knows of %j whether anybody can know what comes", (line, unknown) => {
    expect(reads(line).unknown).toBe(unknown);
  });
});
