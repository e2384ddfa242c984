import { describe, expect, it } from "vitest";
import { app, buildTag, type BuildOptions, published, repositories } from "./rig.ts";

const none = [null, null, null];

describe("the moving pass", () => {
  it("gives every target's very image all its names in all its repositories, and sends nothing again", async () => {
    const { move, points, own, registry, published: told } = published();
    expect(await move()).toEqual([]);
    expect([points("latest"), points("1.2")]).toEqual([own, own]);
    expect(told()).toEqual({ base: ["1.2", "latest"], app: ["1.2", "1.2", "latest", "latest"] });
    expect(registry.transfers.uploads).toEqual([]);
  });

  it("moves what is up if nobody knows what was pushed", async () => {
    const { move, points, own, context } = published();
    context.docker.digests.clear();
    expect(await move()).toEqual([]);
    expect(points("latest")).toEqual(own);
  });

  it("writes nothing where all is as it should be", async () => {
    const { move, writes } = published();
    await move();
    const before = writes().length;
    expect(await move()).toEqual([]);
    expect(writes()).toHaveLength(before);
  });

  it("moves nothing of any target if one's build tag is another image than was pushed", async () => {
    const { move, points, other } = published();
    other("mirror.io/p/app", buildTag(42), { number: 41 });
    expect(await move()).toMatchObject([{ target: "app", code: "other-image" }]);
    expect([points("latest"), points("1.2")]).toEqual([none, none]);
  });

  it("moves nothing of any target if one's build tag is gone", async () => {
    const { move, points, fault } = published();
    fault(({ path }) => (path.includes(`/app/manifests/${buildTag(42)}`) ? { status: 404 } : undefined));
    expect(await move()).toMatchObject([
      { target: "app", code: "missing-image" },
      { target: "app", code: "missing-image" },
    ]);
    fault(() => undefined);
    expect(points("latest")).toEqual(none);
  });

  it("waits for a build tag that cannot be read for a second", async () => {
    const { move, points, own, fault, context } = published();
    const until = context.docker.host.now() + 1000;
    fault(({ path }) =>
      path.endsWith(`/app/manifests/${buildTag(42)}`) && context.docker.host.now() < until
        ? { status: 404 }
        : undefined,
    );
    expect(await move()).toEqual([]);
    expect(points("latest")).toEqual(own);
  });
});

describe("what a tag stands for decides", () => {
  it.each<
    [
      string,
      Partial<BuildOptions>,
      { number: number; version?: string; source?: string; tag?: string },
      "ours" | "theirs",
    ]
  >([
    ["a later build keeps it", {}, { number: 43 }, "theirs"],
    ["an earlier build gives it up", {}, { number: 41 }, "ours"],
    ["a build of the same number gives it up", {}, { number: 42 }, "ours"],
    ["another source's later build gives it up", {}, { number: 43, source: "octocat/other" }, "ours"],
    [
      "a higher version of an earlier build keeps an alias",
      { version: "1.2.3" },
      { number: 41, version: "1.2.9", tag: "1.2" },
      "theirs",
    ],
    [
      "a lower version of a later build gives an alias up",
      { version: "1.2.3" },
      { number: 43, version: "1.2.1", tag: "1.2" },
      "ours",
    ],
    [
      "the same version of a later build keeps an alias",
      { version: "1.2.3" },
      { number: 43, version: "1.2.3", tag: "1.2" },
      "theirs",
    ],
    [
      "another minor version is no higher one",
      { version: "1.2.3" },
      { number: 41, version: "1.3.0", tag: "1.2" },
      "ours",
    ],
    [
      "a higher version keeps the alias of another source, too",
      { version: "1.2.3" },
      { number: 41, version: "1.2.9", source: "o/other", tag: "1.2" },
      "theirs",
    ],
    ["--force takes it from a later build", { force: true }, { number: 43 }, "ours"],
    [
      "--force takes it from a higher version",
      { version: "1.2.3", force: true },
      { number: 41, version: "1.2.9", tag: "1.2" },
      "ours",
    ],
  ])("%s", async (_, options, { tag = "latest", ...build }, whose) => {
    const { move, points, own, other, notes, published: told } = published(options);
    const theirs = other(app, tag, build);
    expect(await move()).toEqual([]);
    expect(points(tag)).toEqual(whose === "ours" ? own : [own[0], theirs, own[2]]);
    expect(notes.join("\n").includes("stays where it is")).toBe(whose === "theirs");
    expect(told().app!.filter((one) => one === tag)).toHaveLength(whose === "ours" ? 2 : 1);
  });

  it("an alias goes by the tags that are there, where the alias itself is gone", async () => {
    const { move, points, own, other } = published({ version: "1.2.3" });
    other(app, "1.2.9", { number: 41, version: "1.2.9" });
    expect(await move()).toEqual([]);
    expect([points("1.2"), points("latest")]).toEqual([[own[0], null, own[2]], own]);
  });

  it.each([400, 403, 404, 405, 501])("a first version needs no list of tags (%d)", async (status) => {
    const { move, points, own, fault } = published({ version: "1.2.3" });
    fault(({ path }) => (path.endsWith("/tags/list") ? { status } : undefined));
    expect(await move()).toEqual([]);
    expect(points("1.2")).toEqual(own);
  });

  it("without a list of tags the alias's own image tells", async () => {
    const { move, points, own, fault, other } = published({ version: "1.2.3" });
    const theirs = other(app, "1.2", { number: 41, version: "1.2.9" });
    fault(({ path }) => (path.endsWith("/tags/list") ? { status: 405 } : undefined));
    expect(await move()).toEqual([]);
    expect(points("1.2")).toEqual([own[0], theirs, own[2]]);
  });

  it("a tag that cannot be looked at does not move, nor does any other", async () => {
    const { move, points, fault, other } = published();
    const theirs = other(app, "latest", { number: 41 });
    fault(({ method, host, path }) =>
      method === "GET" && host === "r.io" && path.endsWith("/app/manifests/latest") ? { status: 403 } : undefined,
    );
    expect(await move()).toMatchObject([{ target: "app", code: "undecided" }]);
    expect([points("latest"), points("1.2")]).toEqual([[null, theirs, null], none]);
  });

  it("a tag whose image cannot be looked at does not move, nor does any other", async () => {
    const { move, points, fault, other } = published();
    const theirs = other(app, "latest", { number: 41 });
    fault(({ path, host }) => (host === "r.io" && path.includes("/app/blobs/") ? { status: 403 } : undefined));
    expect(await move()).toMatchObject([{ target: "app", code: "undecided" }]);
    expect([points("latest"), points("1.2")]).toEqual([[null, theirs, null], none]);
  });
});

describe("between the decision and the write", () => {
  it("a busy registry is waited for as long as it asks; what is published meanwhile is not taken back", async () => {
    const { move, points, own, fault, other, context } = published();
    other(app, "latest", { number: 40 });
    const started = context.docker.host.now();
    let theirs = "";
    fault(({ method, host, path }) => {
      if (theirs !== "" || method !== "PUT" || host !== "r.io" || !path.endsWith("/app/manifests/latest"))
        return undefined;
      theirs = other(app, "latest", { number: 43, tags: ["latest"] });
      return { status: 429, headers: { "retry-after": "7" } };
    });
    expect(await move()).toEqual([]);
    expect(points("latest")).toEqual([own[0], theirs, own[2]]);
    expect(context.docker.host.now() - started).toBeGreaterThanOrEqual(7000);
  });

  it("a tag that has changed is decided on anew", async () => {
    const { move, points, own, fault, other } = published();
    let theirs = "";
    fault(({ method, host, path }) => {
      // What is to become of latest is decided by now, and nothing is written yet.
      if (path.endsWith("/tags/list")) return { status: 405 };
      if (theirs === "" && method === "GET" && host === "r.io" && path.endsWith("/app/manifests/1.2"))
        theirs = other(app, "latest", { number: 43, tags: ["latest"] });
      return undefined;
    });
    expect(await move()).toEqual([]);
    expect(points("latest")).toEqual([own[0], theirs, own[2]]);
  });

  it.each([
    ["429, 503 and a reset are tried again", [{ status: 429 }, { status: 503 }, "reset" as const], 0],
    ["what passes five times is given up", [503, 503, 503, 503, 503].map((status) => ({ status })), 1],
    ["what is refused is not tried again", [{ status: 403 }], 1],
  ])("%s", async (_, answers, failures) => {
    const { move, fault, points, own } = published({ tags: ["latest"] });
    const left = [...answers];
    fault(({ method, path }) => (method === "PUT" && path.includes("/base/") ? left.shift() : undefined));
    expect(await move()).toHaveLength(failures);
    expect(left).toEqual([]);
    expect(points("latest")[0]).toBe(failures === 0 ? own[0] : null);
  });

  it("each write has its own retries", async () => {
    const { move, fault, points, own } = published({ tags: ["a", "b", "c", "d", "latest"] });
    const busy = new Map<string, number>();
    fault(({ method, host, path }) => {
      const times = busy.get(host + path) ?? 0;
      if (method !== "PUT" || times === 2) return undefined;
      busy.set(host + path, times + 1);
      return { status: 429 };
    });
    expect(await move()).toEqual([]);
    expect(points("d")).toEqual(own);
  });
});

describe("a later build that is up when the tags have moved", () => {
  it.each([
    ["gets them if it is up as a whole", repositories, ["dev", "latest"], "theirs"],
    ["does not get them with --force", repositories, ["latest"], "ours"],
    ["does not get them before it is up as a whole", repositories.slice(1), ["latest"], "ours"],
    ["does not get them if they are not for it", repositories, ["dev"], "ours"],
  ])("%s", async (name, up, tags, whose) => {
    const force = name.includes("--force");
    const { move, points, own, other, published: told } = published({ tags: ["latest"], force });
    const theirs = up.map((repository) =>
      other(repository, buildTag(43), { number: 43, tags }, repository.endsWith("base") ? "base" : "app"),
    );
    expect(await move()).toEqual([]);
    expect(points("latest")).toEqual(whose === "ours" ? own : theirs);
    expect(told().app).toEqual(whose === "ours" ? ["latest", "latest"] : []);
  });
});
