import { type Case, file, type Outside, scratch } from "./case.ts";

/** Images that others are made from. */
export function ofImages({ os }: Outside): Case[] {
  return [
    {
      what: "ONBUILD of a stage",
      before: { files: { a: "1", b: "1", ...file("FROM scratch AS low\nONBUILD COPY a /a\nFROM low AS app\n") } },
      beside: { files: { b: "2" } },
      after: { files: { a: "2" } },
    },
    {
      what: "ONBUILD of a target that a stage is replaced by",
      before: {
        files: {
          a: "1",
          "Low.Dockerfile": "FROM scratch\nCOPY Low.Dockerfile /\nONBUILD COPY a /a\n",
          ...file("FROM low AS app\nLABEL x=1\n"),
        },
        target: { contexts: { low: "target:onbuild-low" } },
      },
      others: { "onbuild-low": { dockerfile: "Low.Dockerfile" } },
      beside: {},
      after: { files: { a: "2" } },
      unknown: "onbuild-low has ONBUILD instructions, and what they read is not seen",
    },
    {
      what: "the base's image",
      before: {
        files: { a: "1", b: "1", c: "1", ...file("FROM scratch AS low\nCOPY a /\nFROM low AS app\nCOPY b /\n") },
      },
      others: { "own-base": { target: "low" } },
      beside: { files: { c: "2" } },
      after: { files: { a: "2" } },
    },
    {
      what: "the image of a target that files come from",
      before: {
        files: {
          a: "1",
          b: "1",
          c: "1",
          ...file("FROM scratch AS low\nCOPY a /a\nFROM scratch AS app\nCOPY --from=low /a /\n"),
        },
      },
      others: { "own-source": { target: "low" } },
      beside: { files: { c: "2" } },
      after: { files: { a: "2" } },
    },
    {
      what: "an image from outside",
      before: { files: { a: "1", ...file(`FROM ${os} AS app\nCOPY a /\n`) } },
      beside: { files: { b: "1" } },
      after: {},
    },
    {
      what: "an image from outside that files come from",
      before: { files: file(scratch(`COPY --from=${os} /marker /`)) },
      beside: { files: { b: "1" } },
      after: {},
    },
    {
      what: "an image from outside that is a named context",
      before: {
        files: file(scratch("COPY --from=more /marker /")),
        target: { contexts: { more: `docker-image://${os}` } },
      },
      beside: { files: { b: "1" } },
      after: {},
    },
  ];
}
