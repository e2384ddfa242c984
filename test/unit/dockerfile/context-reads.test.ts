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
    ["ADD app-$V.tgz /x/", [""]],
    ["ADD --checksum=sha256:$SUM $URL /x", []],
    ["WORKDIR /a", []],
  ])("of %j is %j", (line, paths) => {
    expect(reads(line).context.paths).toEqual(paths);
  });

  it.each([
    ["--exclude=*.md --exclude=!a.md", ["*.md", "!a.md"]],
    ["--exclude=*.md --exclude=x$A", ["*.md"]],
    // Its value may take something back in.
    ["--exclude=*.md --exclude=$A", []],
    ["--exclude=*.md --exclude=!x$A", []],
    // That matches nothing, unlike in an ignore file.
    ["--exclude=/a --exclude=!/b --exclude=c", ["c"]],
  ])("leaves out with %j what surely stays out", (flags, exclude) => {
    expect(reads(`COPY ${flags} . .`).context).toEqual({ paths: [""], exclude, parents: false });
  });

  it.each([
    ["--parents", true],
    ["--parents=true", true],
    ["--parents=false", false],
    ["", false],
  ])("takes in the folders above with %j: %j", (flag, parents) => {
    expect(reads(`COPY ${flag} a/b /x/`).context).toMatchObject({ paths: ["a/b"], parents });
  });

  it.each([
    ["ADD https://r.io/x /x", "https://r.io/x"],
    ["ADD --checksum=sha256:1 https://r.io/x /x", null],
    ["ADD git@r.io:a/b.git /x", "git@r.io:a/b.git"],
    ["ADD https://r.io/a.git#main /x", "https://r.io/a.git#main"],
    [`ADD https://r.io/a.git#${"0".repeat(40)}:sub /x`, null],
    [`ADD https://r.io/a.tgz#${"0".repeat(40)} /x`, `https://r.io/a.tgz#${"0".repeat(40)}`],
    [`ADD git@r.io:a/b#${"0".repeat(40)} /x`, null],
    ["ADD $URL /x", "$URL"],
    ["ADD a ${URL} /x/", "${URL}"],
    ["ADD https://r.io/$V.tgz /x", "https://r.io/$V.tgz"],
    ["ADD git@$HOST:a/b.git /x", "git@$HOST:a/b.git"],
    [`ADD "ht$V" /x`, `"ht$V"`],
    [`ADD https://r.io/$A.git#${"0".repeat(40)} /x`, `https://r.io/$A.git#${"0".repeat(40)}`],
    ["ADD --checksum=sha256:$SUM $URL /x", null],
    ["ADD app-$V.tgz dist/$V /x/", null],
    ["COPY https://r.io/x /x", null],
  ])("knows of %j whether anybody can know what comes", (line, unknown) => {
    expect(reads(line).unknown).toBe(unknown);
  });
});
