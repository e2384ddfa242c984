import { describe, expect, it } from "vitest";
import { alreadyUp, provedUp } from "../../../src/run/already-up.ts";
import { labelsOf, planned } from "../../support/planned.ts";
import { ownRegistry, publish } from "../../support/own-registry.ts";

const tag = "master-860c1904a1ce-42";

describe("alreadyUp", () => {
  it("finds what this build has published, and nothing else", async () => {
    const { at, context } = await ownRegistry();
    const target = (name: string) => planned(name, { repositories: [at(name)] });
    const digest = await publish(at("here"), tag);
    await publish(at("foreign"), tag, labelsOf(41));
    await publish(at("other-tag"), "latest");
    const up = await alreadyUp(context, ["here", "foreign", "other-tag", "missing"].map(target));
    expect([...up.keys()]).toEqual(["here"]);
    expect(up.get("here")).toMatchObject({ manifest: digest, labels: labelsOf(42) });
  });

  it("wants it in all repositories, and the same", async () => {
    const { at, context } = await ownRegistry();
    const target = (name: string) => planned(name, { repositories: [at(name), at(`mirror/${name}`)] });
    await publish(at("half"), tag);
    for (const repository of ["both", "mirror/both", "differ"]) await publish(at(repository), tag);
    await publish(at("mirror/differ"), tag, labelsOf(42), ["another layer"]);
    expect([...(await alreadyUp(context, ["half", "both", "differ"].map(target))).keys()]).toEqual(["both"]);
  });

  it("takes a registry that cannot be asked for one that does not have it", async () => {
    const { at, context, fault } = await ownRegistry();
    const names = ["broken", "busy", "gone"];
    for (const name of names) await publish(at(name), tag);
    fault(({ path }) =>
      path.includes("broken") ? { status: 500 } : path.includes("busy") ? { status: 429 } : "reset",
    );
    expect(
      (
        await alreadyUp(
          context,
          names.map((name) => planned(name, { repositories: [at(name)] })),
        )
      ).size,
    ).toBe(0);
  });
});

describe("provedUp", () => {
  /** A base and an app on it that are up with these layers; null for what is not. */
  async function prove(baseLayers: string[] | null, appLayers: string[], changes: object = {}) {
    const { at, context } = await ownRegistry();
    const base = planned("base", { repositories: [at("base")], push: false, implied: true, ...changes });
    const app = planned("app", { repositories: [at("app")], base: "base", needs: ["base"] });
    if (baseLayers !== null) await publish(at("base"), tag, labelsOf(42), baseLayers);
    await publish(at("app"), tag, labelsOf(42), appLayers);
    const up = await alreadyUp(
      context,
      [base, app].filter(({ push }) => push),
    );
    const { proved, failures } = await provedUp(context, [base, app], up);
    return { proved: [...proved.keys()], failures };
  }

  it.each([
    ["whose layers begin with the base's", ["a", "b"], ["a", "b", "c"], ["app"], 0],
    ["whose layers are the base's", ["a", "b"], ["a", "b"], ["app"], 0],
    ["whose layers are others", ["a", "b"], ["a", "x", "c"], [], 1],
    ["that has fewer layers", ["a", "b"], ["a"], [], 1],
    ["whose base is not up: to be built again", null, ["a", "b", "c"], [], 0],
  ])("an app %s", async (_, base, app, proved, failures) => {
    const found = await prove(base, app);
    expect(found.proved).toEqual(proved);
    expect(found.failures).toHaveLength(failures);
  });

  it("says which layer differs, and what to do", async () => {
    const { failures } = await prove(["sha256:a", "sha256:b"], ["sha256:a", "sha256:x"]);
    expect(failures).toMatchObject([
      {
        target: "app",
        message: "does not stand on base: layer 2 of 2 differs",
        details: ["  base: sha256:b", "  app: sha256:x"],
        hint: expect.stringContaining("start a new build"),
      },
    ]);
  });

  it("looks at a base that is published along, too", async () => {
    expect((await prove(["a"], ["a", "b"], { push: true, implied: false })).proved).toEqual(["base", "app"]);
    expect((await prove(["a"], ["x", "b"], { push: true, implied: false })).failures).toHaveLength(1);
  });
});
