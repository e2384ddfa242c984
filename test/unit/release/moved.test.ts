import { describe, expect, it } from "vitest";
import { app, buildTag, published } from "./rig.ts";

describe("what is found out after the tags have moved", () => {
  const later = () => {
    const rig = published({ targets: { app: [app] }, tags: ["latest"] });
    const theirs = rig.other(app, buildTag(43), { number: 43, tags: ["latest"] });
    return { ...rig, theirs };
  };

  it("a later build that cannot be given its tag back is a failure that names it", async () => {
    const { move, fault } = later();
    let puts = 0;
    fault(({ method }) => (method === "PUT" && ++puts > 1 ? { status: 403 } : undefined));
    const [failed] = await move();
    expect(failed).toMatchObject({ target: "app", code: "unauthorized" });
    expect(failed!.message).toMatch(/^r\.io\/p\/app:latest has moved, and whether it belongs to build 43 now/);
  });

  it.each([
    ["the tag itself", "/manifests/latest"],
    ["a later build's image", `/manifests/${buildTag(43)}`],
  ])("what cannot be looked at any more is a failure: %s", async (_, end) => {
    const { move, fault, published: told } = later();
    let isWritten = false;
    fault(({ method, path }) => {
      if (isWritten && path.endsWith(end)) return { status: 403 };
      isWritten ||= method === "PUT";
      return undefined;
    });
    expect(await move()).toMatchObject([{ target: "app", code: "unauthorized" }]);
    expect(told()).toEqual({ app: ["latest"] });
  });

  it("a later build's image that is gone is none", async () => {
    const { move, fault, registry, own } = later();
    fault(({ path }) => (path.endsWith(`/manifests/${buildTag(43)}`) ? { status: 404 } : undefined));
    expect(await move()).toEqual([]);
    expect(registry.digest(app, "latest")).toBe(own[1]);
  });

  it("a tag that shows only after a while is waited for, and not written again", async () => {
    const { move, fault, context, writes, published: told } = published({ targets: { app: [app] }, tags: ["latest"] });
    let until = 0;
    fault(({ method, path }) => {
      if (method === "PUT") until = context.docker.host.now() + 1500;
      return path.endsWith("/latest") && method !== "PUT" && context.docker.host.now() < until
        ? { status: 404 }
        : undefined;
    });
    expect(await move()).toEqual([]);
    expect(writes()).toEqual(["p/app:latest"]);
    expect(told()).toEqual({ app: ["latest"] });
  });

  it.each([
    ["an earlier build has moved it", 41, "ours"],
    ["a later build has moved it", 43, "theirs"],
  ])("where no tags are listed it is looked at again after a while: %s", async (_, number, whose) => {
    const { move, fault, other, registry, own, notes, context } = published({
      targets: { app: [app] },
      tags: ["latest"],
    });
    let theirs = "";
    let at = Infinity;
    fault(({ method, path }) => {
      if (path.endsWith("/tags/list")) return { status: 403 };
      if (method === "PUT" && at === Infinity) at = context.docker.host.now() + 1500;
      if (theirs === "" && context.docker.host.now() > at) theirs = other(app, "latest", { number });
      return undefined;
    });
    expect(await move()).toEqual([]);
    expect(registry.digest(app, "latest")).toBe(whose === "ours" ? own[1] : theirs);
    expect(notes.join("\n")).toContain("its tags cannot be listed");
  });
});
