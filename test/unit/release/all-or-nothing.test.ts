import { describe, expect, it } from "vitest";
import { app, type faultyRegistry, published, repositories } from "./rig.ts";

const none = [null, null, null];

const content = (registry: ReturnType<typeof faultyRegistry>["registry"], digest: string) => {
  const { labels, layers } = registry.image("r.io/p/base", digest) ?? registry.image(app, digest)!;
  return { labels, layers };
};

describe("a lost answer", () => {
  it.each([
    ["of a write that was done: it is not repeated", true, 1],
    ["of a write that was not done: it is repeated", false, 2],
  ])("%s", async (_, wasDone, puts) => {
    const { move, fault, registry, points, own, digests } = published({ tags: ["latest"] });
    let lost = false;
    fault(({ method, path }) => {
      if (lost || method !== "PUT" || !path.includes("/base/")) return undefined;
      lost = true;
      if (wasDone) registry.putImage("r.io/p/base", "latest", content(registry, digests.base!));
      return "reset";
    });
    expect(await move()).toEqual([]);
    expect(points("latest")).toEqual(own);
    const asked = registry.requests.filter(({ method, path }) => method === "PUT" && path.includes("/base/"));
    expect(asked).toHaveLength(puts);
  });

  it.each([
    ["seen at once", 0],
    ["seen a moment later", 1],
  ])("is taken back like any other write if a later one is refused: %s", async (_, late) => {
    let unseen = late;
    const { move, fault, registry, points, other, digests } = published({ tags: ["latest"] });
    const before = repositories.map((repository) =>
      other(repository, "latest", { number: 40 }, repository.endsWith("base") ? "base" : "app"),
    );
    let lost = false;
    fault(({ method, host, path }) => {
      if (method === "HEAD" && lost && path.endsWith("/base/manifests/latest") && unseen-- > 0) return { status: 404 };
      if (method !== "PUT") return undefined;
      if (host === "mirror.io") return { status: 403 };
      if (lost || !path.includes("/base/")) return undefined;
      lost = true;
      registry.putImage("r.io/p/base", "latest", content(registry, digests.base!));
      return "reset";
    });
    expect(await move()).toHaveLength(1);
    expect(points("latest")).toEqual(before);
  });
});

describe("all or nothing", () => {
  const makes: [string, { status: number; body?: string }][] = [
    [
      "ECR",
      {
        status: 400,
        body: '{"errors":[{"code":"TAG_INVALID","message":"The image tag already exists and cannot be overwritten because the tag is immutable."}]}',
      },
    ],
    ["Harbor", { status: 412, body: '{"errors":[{"code":"PRECONDITION","message":"configured as immutable"}]}' }],
    ["a registry that forbids it", { status: 403 }],
  ];

  it.each(makes.flatMap(([name, answer]) => [false, true].map((force) => ({ name, answer, force }))))(
    "what $name refuses in one repository is taken back in the others, with force: $force",
    async ({ answer, force }) => {
      const { move, fault, points, other } = published({ force });
      const before = repositories.map((repository) =>
        other(repository, "latest", { number: 40 }, repository.endsWith("base") ? "base" : "app"),
      );
      fault(({ method, host, path }) =>
        method === "PUT" && host === "mirror.io" && path.endsWith("/latest") ? answer : undefined,
      );
      const failures = await move();
      expect(failures).toHaveLength(1);
      expect(failures[0]!.hint).toContain("no moving tag is left changed");
      expect([points("latest"), points("1.2")]).toEqual([before, none]);
    },
  );

  it("a version that is immutable in some repositories is new nowhere else, either", async () => {
    const { move, fault, points, other } = published({ tags: ["1.2.3", "latest"], version: "1.2.3" });
    const there = repositories.slice(0, 2);
    const before = there.map((repository) => other(repository, "1.2.3", { number: 40, version: "1.2.3" }));
    fault(({ method, host, path }) =>
      method === "PUT" && host === "r.io" && path.endsWith("/1.2.3") ? makes[0]![1] : undefined,
    );
    expect(await move()).toMatchObject([{ code: "immutable", details: ["  and 1 more like it"] }]);
    expect([points("1.2.3"), points("latest")]).toEqual([[...before, null], none]);
  });

  it("is told once, with the number of others", async () => {
    const { move, fault } = published({ tags: ["latest"] });
    fault(({ method }) => (method === "PUT" ? { status: 403 } : undefined));
    const failures = await move();
    expect(failures).toHaveLength(1);
    expect(failures[0]!.details).toEqual(["  and 2 more like it"]);
  });

  it("what is new cannot be taken back, and is said", async () => {
    const { move, fault, points, own } = published({ tags: ["latest"] });
    fault(({ method, host }) => (method === "PUT" && host === "mirror.io" ? { status: 403 } : undefined));
    const [failed] = await move();
    expect(points("latest")).toEqual([own[0], own[1], null]);
    expect(failed!.details.toSorted()).toEqual([
      "  moved all the same: r.io/p/app:latest",
      "  moved all the same: r.io/p/base:latest",
    ]);
  });

  it("nothing new is written before it is known that all that is there may move", async () => {
    const { move, fault, registry, other } = published({ targets: { app: [app] }, tags: ["new", "latest"] });
    const before = other(app, "latest", { number: 40 });
    fault(({ method, path }) => (method === "PUT" && path.endsWith("/latest") ? { status: 403 } : undefined));
    expect(await move()).toHaveLength(1);
    expect(["new", "latest"].map((tag) => registry.digest(app, tag))).toEqual([null, before]);
  });

  it("nothing more is written once something was refused", async () => {
    const { move, fault, registry } = published({ targets: { app: [app] }, tags: ["a", "b"] });
    fault(({ method, path }) => (method === "PUT" && path.endsWith("/a") ? { status: 403 } : undefined));
    expect(await move()).toHaveLength(1);
    expect(registry.digest(app, "b")).toBeNull();
  });

  it("nothing is taken back from a build that has moved it on", async () => {
    const { move, fault, registry, other } = published({ targets: { app: [app] }, tags: ["a", "b"] });
    for (const tag of ["a", "b"]) other(app, tag, { number: 40 });
    let theirs = "";
    fault(({ method, path }) => {
      if (method !== "PUT" || !path.endsWith("/b")) return undefined;
      theirs = other(app, "a", { number: 43 });
      return { status: 403 };
    });
    expect(await move()).toHaveLength(1);
    expect(registry.digest(app, "a")).toBe(theirs);
  });

  it("taking back tries again while the registry is only busy", async () => {
    const { move, fault, registry, other } = published({ targets: { app: [app] }, tags: ["a", "b"] });
    const before = ["a", "b"].map((tag) => other(app, tag, { number: 40 }));
    let refused = false;
    let busy = 2;
    fault(({ method, path }) => {
      if (method !== "PUT") return undefined;
      if (path.endsWith("/b")) {
        refused = true;
        return { status: 403 };
      }
      return refused && busy-- > 0 ? { status: 429 } : undefined;
    });
    const [failed] = await move();
    expect(["a", "b"].map((tag) => registry.digest(app, tag))).toEqual(before);
    expect(failed!.hint).toContain("no moving tag is left changed");
  });

  it("what cannot be looked at any more is not said to be as it was", async () => {
    const { move, fault, other } = published({ targets: { app: [app] }, tags: ["a", "b"] });
    for (const tag of ["a", "b"]) other(app, tag, { number: 40 });
    let refused = false;
    fault(({ method, path }) => {
      if (method === "PUT" && path.endsWith("/b")) {
        refused = true;
        return { status: 403 };
      }
      return refused && path.endsWith("/a") ? { status: 403 } : undefined;
    });
    const [failed] = await move();
    expect(failed!.details).toEqual(["  moved all the same: r.io/p/app:a"]);
  });

  it.each([
    ["is taken back", { number: 40 }, [], "no moving tag is left changed"],
    ["is said to have moved where it is new", null, ["  moved all the same: r.io/p/app:latest"], "is up under its"],
  ])("what the registry has made another manifest of %s", async (_, earlier, details, hint) => {
    const { move, fault, registry, other } = published({ targets: { app: [app] }, tags: ["latest"] });
    const before = earlier === null ? null : other(app, "latest", earlier);
    let changed = "";
    fault(({ method }) => {
      if (method !== "PUT" || changed !== "") return undefined;
      changed = other(app, "latest", { number: 42 });
      return { status: 201, headers: { "docker-content-digest": changed } };
    });
    const [failed] = await move();
    expect(failed).toMatchObject({ target: "app", code: "other-image", details });
    expect(failed!.hint).toContain(hint);
    expect(registry.digest(app, "latest")).toBe(before ?? changed);
  });

  it("what may have been written and cannot be looked at is named", async () => {
    const { move, fault, other, published: told } = published({ targets: { app: [app] }, tags: ["a", "b"] });
    for (const tag of ["a", "b"]) other(app, tag, { number: 40 });
    let isLost = false;
    fault(({ method, path }) => {
      if (isLost && path.endsWith("/a")) return { status: 403 };
      isLost ||= method === "PUT" && path.endsWith("/a");
      return isLost ? "reset" : undefined;
    });
    const [failed] = await move();
    expect(failed!.details).toEqual(["  may have moved all the same: r.io/p/app:a"]);
    expect(failed!.hint).not.toContain("no moving tag");
    expect(told()).toEqual({ app: [] });
  });

  it("what was written unheard is seen where an immutable registry refuses the retry", async () => {
    const { move, fault, registry, digests } = published({ targets: { app: [app] }, tags: ["new"] });
    let puts = 0;
    fault(({ method, path }) => {
      if (method === "HEAD" && puts === 1 && path.endsWith("/new")) return { status: 404 };
      if (method === "GET" && puts === 1 && path.endsWith("/new")) return { status: 404 };
      if (method !== "PUT") return undefined;
      if (++puts > 1) return makes[1]![1];
      registry.putImage(app, "new", content(registry, digests.app!));
      return "reset";
    });
    expect(await move()).toEqual([]);
    expect(puts).toBe(2);
  });

  it("an immutable tag is not said to move the next time", async () => {
    const { move, fault, other } = published({ tags: ["latest"] });
    other(app, "latest", { number: 40 });
    fault(({ method }) => (method === "PUT" ? makes[0]![1] : undefined));
    const [failed] = await move();
    expect(failed).toMatchObject({ code: "immutable" });
    expect(failed!.hint).toMatch(/^tags are immutable there.*no moving tag is left changed$/);
  });

  it("a registry that stays unwell is given up before anything moves", async () => {
    const { move, fault, points } = published();
    fault(({ method, path }) => (method === "GET" && path.includes("/base/") ? { status: 502 } : undefined));
    expect(await move()).toMatchObject([{ target: "base" }]);
    fault(() => undefined);
    expect(points("latest")).toEqual(none);
  });
});
