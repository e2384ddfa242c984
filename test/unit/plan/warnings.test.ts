import { describe, expect, it } from "vitest";
import type { WrittenConfig } from "../../../src/config/schema.ts";
import { nullSha } from "../../../src/core/event.ts";
import { eventOf } from "../tags/event-of.ts";
import { made } from "./made.ts";

const apps = (count: number) => Array.from({ length: count }, (_, at) => `app${at + 1}`);
const onCommon = (count: number) =>
  `FROM alpine AS base\nFROM alpine AS common\n${apps(count)
    .map((name) => `FROM common AS ${name}\n`)
    .join("")}`;
const targetsOf = (...names: string[]) => Object.fromEntries(names.map((name) => [name, `x.io/${name}`]));
const shared = (names: string) =>
  `shared-stage-unpublished: stage common is shared by ${names}, but no target is built from it; ` +
  "add a target for it (repo: false keeps it on the host), so that later steps find it";

describe("a plan warns", () => {
  it.each<[string, WrittenConfig["targets"], string, string[]]>([
    ["of nothing", targetsOf("common", "app1", "app2"), onCommon(2), []],
    ["of a shared stage", targetsOf("app1", "app2"), onCommon(2), [shared("app1, app2")]],
    ["of one that many share", targetsOf(...apps(5)), onCommon(5), [shared("app1, app2, app3, app4, app5")]],
    [
      "of one that more share, without their names",
      targetsOf(...apps(7)),
      onCommon(7),
      [shared("app1, app2, app3, app4, app5 and 2 more")],
    ],
    [
      "of a base that nobody stands on",
      targetsOf("base", "app1"),
      onCommon(1),
      ["base-unused: target base is called a base, but no other target is built on it"],
    ],
    [
      "of a base beside the one that the others stand on",
      targetsOf("base", "app1", "app2"),
      onCommon(2),
      [
        shared("app1, app2"),
        "base-unused: target base is called a base, but no other target is built on it; the others stand on stage common",
      ],
    ],
    [
      "not of a base that another needs",
      { base: "x.io/base", app1: { repo: "x.io/app1", needs: "base" } },
      onCommon(1),
      [],
    ],
    ["not of a base that is all there is", targetsOf("base"), onCommon(1), []],
    [
      "of what looks like a secret",
      { app1: { repo: "x.io/app1", args: { NPM_TOKEN: "x", TOKENIZER: "y" } } },
      onCommon(1),
      [
        "secret-argument: targets.app1.args.NPM_TOKEN looks like a secret; build arguments stay in the image's history. " +
          "Use secrets: and RUN --mount=type=secret",
      ],
    ],
    [
      "of what BuildKit would refuse, once",
      targetsOf("app1", "app2"),
      "FROM alpine AS app1\nFROM alpine AS app2\nCOPY --from=9 /a /b\n",
      ["dockerfile: Dockerfile:3: there is no stage 9"],
    ],
  ])("%s", (_, targets, text, expected) => {
    const { problems, warnings } = made({ targets }, { Dockerfile: text });
    expect(problems).toEqual([]);
    expect(warnings).toEqual(expected);
  });

  it.each<[string, string, RegExp]>([
    [
      "a FROM, which is proved",
      "FROM base AS app\nRUN echo $V\n",
      /cannot be bound .*ARG V.*; it is checked after the build$/,
    ],
    [
      "a COPY, which is not",
      "FROM base AS own\nRUN echo $V\nFROM alpine AS app\nCOPY --from=own /a /b\n",
      /cannot be bound .*ARG V.*; nothing proves that it is the same$/,
    ],
  ])("of a base that cannot be bound, by %s", (_, text, expected) => {
    const { warnings } = made(
      { targets: targetsOf("base", "app") },
      { Dockerfile: `FROM alpine AS base\nARG V=1\n${text}` },
    );
    expect(warnings).toEqual([expect.stringMatching(expected)]);
  });

  it("of a tag rule that is probably not meant, once for all targets", () => {
    const config: WrittenConfig = { tags: ["{{date YYYY}}"], targets: targetsOf("common", "app1") };
    const { warnings } = made(config, { Dockerfile: onCommon(1) });
    expect(warnings).toEqual([expect.stringMatching(/^tag-rule: tags\.0.*: the format is not in quotes/)]);
  });

  it.each<[string, boolean | string, number | null, boolean]>([
    ["on other hosts", false, 42, true],
    ["not if it is published", "x.io/common", 42, false],
    ["not on a laptop", false, null, false],
  ])("of a base that is another image %s", (_, repo, buildNumber, warned) => {
    const event = eventOf(buildNumber === null ? { provider: "local", kind: "local", buildNumber } : {});
    const targets = { ...targetsOf("app1", "app2"), common: repo } as WrittenConfig["targets"];
    const { warnings } = made({ targets }, { Dockerfile: onCommon(2) }, { names: ["app1"], event });
    expect(warnings.map((warning) => warning.split(":")[0])).toEqual(warned ? ["base-not-shared"] : []);
  });

  it("of a build that no commit stands behind", () => {
    const event = eventOf({ provider: "local", kind: "local", buildNumber: null, sha: nullSha });
    const { warnings } = made({ targets: targetsOf("app1") }, { Dockerfile: onCommon(1) }, { event });
    expect(warnings).toEqual([expect.stringMatching(/^no-git: /)]);
  });
});
