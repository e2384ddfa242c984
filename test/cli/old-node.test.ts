import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { root } from "../support/readme.ts";

/** Runs the program's first file in a Node that says that it is this version. */
function onNode(version: string, ...args: string[]) {
  const versions = JSON.stringify({ ...process.versions, node: version });
  const pretend = `data:text/javascript,Object.defineProperty(process, "versions", { value: ${versions} })`;
  const argv = ["--import", pretend, path.join(root, "bin/multistage-build.js"), ...args];
  return execa(process.execPath, argv, { reject: false });
}

const { engines } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { engines: { node: string } };

describe("a Node that is too old", () => {
  it.each([["18.20.8"], ["20.11.1"], ["9.99.0"]])("is told what is needed, in plain words: %s", async (version) => {
    const { exitCode, stdout, stderr } = await onNode(version, "--version");
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    const needed = engines.node.replace(">=", "");
    expect(stderr).toBe(
      `error node: needs Node ${needed} or later (got "${version}")\n    use a newer Node, as in the image node:22-alpine`,
    );
  });

  it("is told so in JSON, too", async () => {
    const { stdout } = await onNode("18.20.8", "plan", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "input", problems: [{ path: "node" }] } });
  });
});
