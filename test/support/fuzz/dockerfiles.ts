import fc from "fast-check";
import { spoiltLines } from "./configs.ts";
import { hostileName, many, seldom } from "./pieces.ts";

/** A Dockerfile that is right, to be spoilt. */
const dockerfile = [
  "# syntax=docker/dockerfile:1",
  "ARG V=3",
  "ARG BASE=scratch",
  "FROM ${BASE} AS base",
  "ARG W=1",
  "RUN --mount=type=bind,from=busybox,target=/x make \\",
  "  all",
  "FROM base AS tools",
  "ONBUILD COPY --from=base /a /b",
  "COPY <<EOF /c",
  "text",
  "EOF",
  "FROM base AS app",
  "COPY --from=tools /a /b",
  "ENV W=$W",
];

const chain = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join("\n");

const huge = fc
  .constantFrom<() => string>(
    () => chain(20_000, (at) => `FROM ${at === 0 ? "base" : `s${at - 1}`} AS s${at}`),
    () => chain(5000, (at) => `FROM scratch AS s${at}\nCOPY --from=${at === 0 ? "base" : `s${at - 1}`} / /`),
    () => chain(2000, (at) => `FROM ${at === 0 ? "base" : `s${at - 1}`} AS s${at}\nONBUILD COPY --from=base / /`),
    () => `FROM scratch AS fan\n${"ONBUILD RUN x\n".repeat(2000)}${chain(2000, (at) => `FROM fan AS s${at}`)}`,
    () => chain(2000, (at) => `ARG V${at}=\${V${at - 1}}\${V${at - 1}}`),
    () => `ARG V=${"${x:-".repeat(5000)}${"}".repeat(5000)}`,
    () => `ARG V=${"${x:-".repeat(50_000)}`,
    () => "ARG V=${V//3/33333333}\n".repeat(2000),
    () => `ARG V=${"3".repeat(50_000)}\nARG V=\${V##${"*3".repeat(5000)}4}`,
    () => `RUN ${"<<A ".repeat(20_000)}`,
    () => `RUN ${"--mount=type=bind,from=base ".repeat(20_000)}`,
    () => "\\\n".repeat(100_000),
    () => `COPY --from=base ${"a ".repeat(50_000)}`,
  )
  .map((make) => make());

const oddLines = String.raw`FROM app AS base
FROM base AS app
FROM $NOPE
FROM
FROM a AS
FROM app AS app
# escape=^
ONBUILD ONBUILD RUN x
ONBUILD FROM x
RUN <<A <<B <<-'C'
COPY --from=99 a b
COPY --from=app a b
COPY --from=0 a b
COPY --from=$V a b
COPY ["a", "b"
ARG V=$V$V
ARG V=#{V:-#{W:-#{X}}}
ARG V=#{V//3/33}
ARG V=#{V##*a*b}
ARG V=#{V
ARG V=#{!V}
ARG 'V
ARG __proto__=1
ENV A B
ENV A='b
FROM --platform=$BUILDPLATFORM x AS y
FROM --platform=x/y/z/w base AS app
FROM constructor AS __proto__
FROM 0
ADD --from=x a b
HEALTHCHECK
RUN \
RUN --mount=from=app`
  .replaceAll("#{", "${")
  .split("\n");

const oddLine = seldom(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...oddLines, "\0", "\r", "\uFEFF", "# escape=`") },
    many("${x:-").map((text) => `ARG V=${text}`),
    many("ARG V=${V}${V}\n"),
    many("ARG V=${V//3/33333}\n"),
    many("FROM base AS base\n"),
    many("FROM app AS app\nONBUILD RUN x\n"),
    many("ONBUILD "),
    many("RUN <<A\n"),
    many("COPY --from=base a b \\\n"),
    many("\r"),
    many("*a").map((text) => `ARG V=\${V##${text}}`),
    hostileName.map((name) => `FROM ${name} AS ${name}`),
    hostileName.map((name) => `COPY --from=${name} ${name} /`),
    fc.string({ unit: "binary", maxLength: 60 }),
  ),
  huge,
);

/** That Dockerfile with lines changed, moved, repeated and added. */
export const spoiltDockerfile = spoiltLines(dockerfile, oddLine, 6);
