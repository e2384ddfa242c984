import { describe, expect, it } from "vitest";
import type { Manifest } from "../../../src/registry/client.ts";
import { decideMoves, type Source } from "../../../src/registry/move.ts";
import type { OldClient as RepositoryClient } from "../../../src/registry/open.ts";

type Labels = Record<string, string>;

/** The labels of a build. */
const of = (number: number | string, repository = "octocat/hello-world"): Labels => ({
  "multistage-build.build-number": String(number),
  "multistage-build.repository": repository,
});
const manifestOf = (name: string): Manifest => ({
  digest: `sha256:${name}`,
  mediaType: "application/json",
  body: JSON.stringify({ config: { digest: `config of ${name}` } }),
});

/** A repository whose tags point to images with these labels; it counts what it is asked, and takes nothing. */
function holding(tags: Record<string, Labels>) {
  const asked: string[] = [];
  const client: RepositoryClient = {
    manifest: (tag) => (asked.push(tag), Promise.resolve(tag in tags ? manifestOf(tag) : null)),
    image: ({ digest }) =>
      Promise.resolve({ digest: null, layers: [], labels: tags[digest.replace("sha256:", "")] ?? {} }),
    tags: () => (asked.push("all tags"), Promise.resolve(Object.keys(tags))),
    put: () => Promise.reject(new Error("deciding writes nothing")),
  };
  return { client, asked };
}

const source = (changes: Partial<Source> = {}): Source => ({
  manifest: manifestOf("ours"),
  labels: of(42),
  version: null,
  affixes: { prefix: "", suffix: "" },
  force: false,
  ...changes,
});

/** Why `tag` stays where it is; null if it moves. */
async function kept(tag: string, tags: Record<string, Labels>, changes: Partial<Source> = {}): Promise<string | null> {
  const [move] = await decideMoves(holding(tags).client, source(changes), [tag]);
  expect(move).toMatchObject({ tag, there: false });
  return move!.kept;
}

describe("a moving tag", () => {
  it.each([
    ["that is new", {}, null],
    ["of an earlier build", { latest: of(41) }, null],
    ["of this very build", { latest: of(42) }, null],
    ["of a later build", { latest: of(43) }, "build 43 is later"],
    ["of a build whose number has more digits", { latest: of(100) }, "build 100 is later"],
    ["of another repository's build", { latest: of(99, "octocat/other") }, null],
    ["of an image that we have not built", { latest: {} }, null],
    ["of a build without a number", { latest: of("") }, null],
  ])("%s", async (_, tags, expected) => {
    expect(await kept("latest", tags)).toBe(expected);
    expect(await kept("latest", tags, { force: true })).toBeNull();
  });

  it("of a build in CI is moved by a laptop, which has no number", async () => {
    expect(await kept("latest", { latest: of(43) }, { labels: of("") })).toBeNull();
  });

  it("that is a version's alias stays with the higher version, even of an earlier build", async () => {
    const tags = { "1.2": of(10), "1.2.9": of(10) };
    expect(await kept("1.2", tags, { version: "1.2.3" })).toBe("version 1.2.9 is higher");
    expect(await kept("1.2", tags, { version: "1.2.3", force: true })).toBeNull();
    expect(await kept("1.2", tags, { version: "1.2.10" })).toBeNull();
  });

  it("that points to the image already is left alone", async () => {
    const { client } = holding({ ours: of(99) });
    const moves = await decideMoves(client, source(), ["ours", "other"]);
    expect(moves).toEqual([
      { tag: "ours", there: true, kept: null },
      { tag: "other", there: false, kept: null },
    ]);
  });

  it.each([
    ["only for aliases", ["latest", "1.2.3"], false],
    ["for aliases", ["1.2.3", "1.2"], true],
  ])("has the list of all tags read %s", async (_, tags, expected) => {
    const { client, asked } = holding({});
    await decideMoves(client, source({ version: "1.2.3" }), tags);
    expect(asked.includes("all tags")).toBe(expected);
  });
});
