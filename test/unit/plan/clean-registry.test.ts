import { describe, expect, it } from "vitest";
import { type Held, judgeImages, type RegistryPolicy } from "../../../src/plan/clean-registry.ts";
import { baseDigestLabel, ownLabels } from "../../../src/plan/labels.ts";

const now = Date.parse("2020-01-10T00:00:00Z");
const day = 86_400_000;
const source = "octocat/hello-world";
const buildTag = (build: number, scope = "master") => `${scope}-860c1904a1ce-${build}`;
const digestOf = (id: string) => `sha256:${Buffer.from(id).toString("hex").padEnd(64, "0")}`;

/** A manifest `id` in r.io/app, under these names, made by a build. */
const held = (id: string, tags: string[], changes: Partial<Held> & { build?: number; base?: string } = {}): Held => {
  const { build = 1, base, ...rest } = changes;
  return {
    repository: "r.io/app",
    digest: digestOf(id),
    tags,
    parts: [],
    madeAt: now - 10 * day,
    labels: {
      [ownLabels.repository]: source,
      [ownLabels.buildTag]: buildTag(build),
      [ownLabels.buildNumber]: String(build),
      ...(base === undefined ? {} : { [baseDigestLabel]: digestOf(base) }),
    },
    ...rest,
  };
};
/** One under the build tag of its build alone. */
const of = (build: number, changes: Parameters<typeof held>[2] = {}) =>
  held(String(build), [buildTag(build)], { build, ...changes });

const none = { prefix: "", suffix: "" };
const idOf = ({ digest }: Held) => Buffer.from(digest.slice(7).replace(/(?:00)+$/, ""), "hex").toString();

/** The ids of what is removed, in that order. */
function gone(all: readonly Held[], policy: Partial<RegistryPolicy> = {}): string[] {
  const current = { buildNumber: 99, buildTag: buildTag(99) };
  const whole = { builds: 1, age: null, current, now, source, affixes: [none], ...policy };
  return judgeImages(all, whole).removed.map(idOf);
}

const signature = (id: string, image: string, end = ".sig") =>
  held(id, [`sha256-${digestOf(image).slice(7)}${end}`], { labels: {} });

describe("build tags in a registry", () => {
  it.each<[string, Held[], Partial<RegistryPolicy>, string[]]>([
    ["that no limit keeps go", [of(1), of(2), of(3)], {}, ["1", "2"]],
    ["are counted by number, not by letters", [of(2), of(10)], {}, ["2"]],
    ["are counted across repositories", [of(2), of(3, { repository: "r.io/b" })], {}, ["2"]],
    ["of the running build stay", [of(1), of(99), of(100)], {}, ["1"]],
    ["stay while they are young", [of(1), of(2, { madeAt: now - day })], { builds: null, age: 2 * day }, ["1"]],
    [
      "of a build that has used an older image again are as young as what was built before",
      [of(1), of(2, { repository: "r.io/b", madeAt: now - day }), of(3)],
      { builds: null, age: 2 * day },
      ["1"],
    ],
    [
      "stay where either limit keeps them",
      [of(1), of(2), of(3, { madeAt: now - day })],
      { builds: 2, age: 2 * day },
      ["1"],
    ],
    ["of other branches count as well", [held("1", [buildTag(1, "dev")]), of(2)], {}, ["1"]],
    [
      "with the affixes of a target are known",
      [held("1", [`${buildTag(1)}-x`]), of(2)],
      { affixes: [none, { prefix: "", suffix: "-x" }] },
      ["1"],
    ],
    ["with affixes that no target has are another's", [held("1", [`${buildTag(1)}-x`]), of(2)], {}, []],
    [
      "of a target that the config has no more are known by their label",
      [
        held("1", [`${buildTag(1)}-x`], { labels: { ...of(1).labels, [ownLabels.buildTag]: `${buildTag(1)}-x` } }),
        of(2),
      ],
      {},
      ["1"],
    ],
    [
      "from a laptop are older than what CI has built",
      [
        held("l", ["local-860c1904a1ce"], {
          labels: { ...of(1).labels, [ownLabels.buildTag]: "local-860c1904a1ce", [ownLabels.buildNumber]: "" },
        }),
        of(2),
      ],
      {},
      ["l"],
    ],
  ])("%s", (_, all, policy, expected) => {
    expect(gone(all, policy)).toEqual(expected);
  });
});

describe("an image stays", () => {
  it.each<[string, Held[], string[]]>([
    ["that a moving tag stands for", [held("1", [buildTag(1), "latest"]), of(2), of(3)], ["2"]],
    [
      "that a moving tag in another repository stands for",
      [of(1), held("1", ["latest"], { repository: "r.io/public" }), of(2), of(3)],
      ["2"],
    ],
    ["that a newer build has used again", [held("1", [buildTag(1), buildTag(3)]), of(2)], ["2"]],
    [
      "that is another project's",
      [held("1", [buildTag(1)], { labels: { [ownLabels.repository]: "o/other" } }), of(2)],
      [],
    ],
    ["that says nothing of itself", [held("1", [buildTag(1)], { labels: {} }), of(2)], []],
    [
      "that what stays stands on",
      [of(1, { repository: "r.io/base" }), of(2, { repository: "r.io/base" }), of(3, { base: "1" })],
      ["2"],
    ],
    [
      "that another project's image stands on",
      [
        of(1, { repository: "r.io/base" }),
        held("x", ["latest"], { labels: { [baseDigestLabel]: digestOf("1") } }),
        of(3),
      ],
      [],
    ],
    [
      "down to the lowest base",
      [
        of(1, { repository: "r.io/os" }),
        held("b", [buildTag(2)], { repository: "r.io/base", base: "1" }),
        held("a", [buildTag(2), "latest"], { base: "b" }),
        of(3),
      ],
      [],
    ],
    [
      "that an index lists which stays",
      [
        held("i", [buildTag(3)], { parts: ["p", "q"].map(digestOf), build: 3 }),
        held("p", [buildTag(1)]),
        held("q", []),
        of(2),
      ],
      ["2"],
    ],
    [
      "on whose part something stands that stays",
      [
        held("i", [buildTag(1)], { parts: [digestOf("p")], repository: "r.io/base" }),
        held("p", [], { repository: "r.io/base" }),
        of(3, { base: "i" }),
      ],
      [],
    ],
  ])("%s", (_, all, expected) => {
    expect(gone(all)).toEqual(expected);
  });
});

describe("with an image goes", () => {
  it.each<[string, Held[], string[]]>([
    [
      "what only its index lists, after that",
      [held("p", []), held("i", [buildTag(1)], { parts: [digestOf("p")] }), of(2)],
      ["i", "p"],
    ],
    [
      "a part under a build tag of its own, after the index",
      [
        held("p", [`${buildTag(1)}-arm64`], {
          labels: { ...of(1).labels, [ownLabels.buildTag]: `${buildTag(1)}-arm64` },
        }),
        held("i", [buildTag(1)], { parts: [digestOf("p")] }),
        of(2),
      ],
      ["i", "p"],
    ],
    ["its signature", [of(1), signature("s", "1"), of(2), signature("t", "2")], ["1", "s"]],
    [
      "what is attached to it in the other ways",
      [of(1), signature("s", "1", ""), signature("a", "1", ".att"), of(2)],
      ["1", "s", "a"],
    ],
    ["no signature of what is elsewhere", [of(1), signature("s", "nowhere"), of(2)], ["1"]],
    [
      "no signature that has another name, too",
      [of(1), { ...signature("s", "1"), tags: [...signature("s", "1").tags, "v1"] }, of(2)],
      ["1"],
    ],
  ])("%s", (_, all, expected) => {
    expect(gone(all).toSorted()).toEqual(expected.toSorted());
    const indexes = gone(all).map((id) => id === "i");
    expect(indexes.lastIndexOf(true)).toBeLessThan(Math.max(indexes.indexOf(false), 1));
  });
});
