import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemFiles } from "../../../src/host/system-files.ts";

let folder: string;
const file = (name: string, text: string) => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
};

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "tree-"));
  file("a/b/c", "1");
  file("a/b.txt", "2");
  file("d", "3");
  file("left/out", "4");
  chmodSync(path.join(folder, "d"), 0o755);
  symlinkSync("../a/b", path.join(folder, "a/link"));
  symlinkSync("/a", path.join(folder, "top"));
  mkdirSync(path.join(folder, "links"));
  symlinkSync("../a/b", path.join(folder, "links/one"));
  symlinkSync("../../../etc", path.join(folder, "outside"));
  symlinkSync("circle", path.join(folder, "circle"));
  execFileSync("mkfifo", [path.join(folder, "pipe")]);
});
afterAll(() => rmSync(folder, { recursive: true }));

const list = async (roots: string[], isLeftOut: (at: string) => boolean = () => false) =>
  (await systemFiles.tree(folder, { roots, followsLinks: false, isLeftOut, isClosed: isLeftOut })).map(
    ({ path: at }) => at,
  );

describe("the tree of a folder", () => {
  it.each([
    [["a"], ["a", "a/b", "a/b.txt", "a/b/c", "a/link"]],
    [["a/b"], ["a", "a/b", "a/b/c"]],
    [
      ["d", "d", "a/b"],
      ["a", "a/b", "a/b/c", "d"],
    ],
    [["nowhere", "d/e"], []],
    [["top/b"], ["a", "a/b", "a/b/c", "top"]],
    [["a/link"], ["a", "a/b", "a/b/c", "a/link"]],
    [["outside"], ["outside"]],
    [["circle"], ["circle"]],
    [[], []],
  ])("below %j has %j", async (roots, expected) => {
    expect(await list(roots)).toEqual(expected);
  });

  it("has what links lead to where those are followed", async () => {
    const part = { roots: ["links"], isLeftOut: () => false, isClosed: () => false };
    const paths = async (followsLinks: boolean) =>
      (await systemFiles.tree(folder, { ...part, followsLinks })).map(({ path: at }) => at);
    expect(await paths(false)).toEqual(["links", "links/one"]);
    expect(await paths(true)).toEqual(["a", "a/b", "a/b/c", "links", "links/one"]);
  });

  it("has the folders of what is there, though they are left out", async () => {
    const part = { roots: [""], followsLinks: false, isLeftOut: (at: string) => at === "a" || at === "a/b" };
    const all = (await systemFiles.tree(folder, { ...part, isClosed: () => false })).map(({ path: at }) => at);
    expect(all).toEqual(expect.arrayContaining(["a", "a/b", "a/b/c"]));
  });

  it("has everything but what is left out", async () => {
    const all = await list([""], (at) => at === "left");
    expect(all).toContain("a/b/c");
    expect(all).toContain("");
    expect(all.filter((at) => at.startsWith("left"))).toEqual([]);
  });

  it("says what each thing is, and does not wait for the other end of a pipe", async () => {
    const tree = await systemFiles.tree(folder, {
      roots: [""],
      followsLinks: false,
      isLeftOut: () => false,
      isClosed: () => false,
    });
    const byPath = new Map(tree.map((entry) => [entry.path, entry]));
    expect(byPath.get("d")).toEqual({
      path: "d",
      kind: "file",
      mode: 0o755,
      content: "4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce",
      leadsTo: "",
    });
    expect(byPath.get("a/link")).toMatchObject({ kind: "link", mode: 0, content: "../a/b", leadsTo: "a/b" });
    expect(byPath.get("outside")).toMatchObject({ leadsTo: "etc" });
    expect(byPath.get("pipe")).toMatchObject({ kind: "other", content: "" });
  });
});
