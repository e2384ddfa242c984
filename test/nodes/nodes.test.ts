import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import { install, packed } from "../support/package.ts";
import { project, question } from "../support/project.ts";
import { root } from "../support/readme.ts";

/** The package on every Node that it supports, and on one that it does not. Each is a package of npm's: https://www.npmjs.com/package/node */
const versions = ["20", "22", "24"];
const tooOld = "18";
let place = "";

describe("the package, as npm installs it", () => {
  beforeAll(async () => {
    place = await mkdtemp(path.join(os.tmpdir(), "nodes-"));
    const { tarball, remove } = await packed();
    await writeFile(path.join(place, "package.json"), '{ "private": true }');
    const node = `node-${process.platform}-${process.arch}`;
    await install(place, tarball, ...[tooOld, ...versions].map((version) => `node${version}@npm:${node}@${version}`));
    await remove();
    return () => rm(place, { recursive: true });
  });

  const inPlace = (...names: string[]) => path.join(place, "node_modules", ...names);
  const run = async (version: string, cwd: string, ...args: string[]) => {
    const argv = [inPlace(".bin/multistage-build"), ...args];
    return (await execa(inPlace(`node${version}`, "bin/node"), argv, { cwd })).stdout;
  };

  it.each(versions)("runs on Node %s", async (version) => {
    const cwd = await project(question);
    const { stdout } = await execa(inPlace(`node${version}`, "bin/node"), ["--version"]);
    expect(stdout).toMatch(new RegExp(`^v${version}\\.`));
    await expect(run(version, cwd, "--eval", "0")).rejects.toThrow("is not an option of build");
    const manifest = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")) as { version: string };
    expect(await run(version, cwd, "--version")).toBe(manifest.version);
    expect(await run(version, cwd, "--dry-run", "--as", "tag:v1.2.3")).toContain(
      "docker buildx bake -f - --progress=rawjson",
    );
    expect(await run(version, cwd, "ref", "app1")).toMatch(/^my-registry\.com\/myproject\/app1:local-/);
  });

  it("says on an older Node what it needs", async () => {
    const { exitCode, stdout, stderr } = await execa(
      inPlace(`node${tooOld}`, "bin/node"),
      [inPlace(".bin/multistage-build"), "--version"],
      { reject: false },
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^error node: needs Node 20\.12 or later \(got "18\.[\d.]+"\)\n {4}use a newer Node.*$/);
  });

  it.each(versions)(
    "ends every wait on Node %s, however often memory is tidied up",
    { timeout: 600_000 },
    async (version) => {
      const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
      const tests = ["test/unit/host", "test/unit/registry/token-wait.test.ts"];
      const argv = [vitest, "run", "--project", "unit", "--reporter", "json", ...tests];
      const node = inPlace(`node${version}`, "bin/node");
      const { stdout } = await execa(node, argv, { cwd: root, env: { VITEST: "" }, reject: false });
      const { success, numPassedTests } = JSON.parse(stdout.slice(stdout.indexOf("{"))) as {
        success: boolean;
        numPassedTests: number;
      };
      expect(success, stdout).toBe(true);
      expect(numPassedTests).toBeGreaterThan(100);
    },
  );

  it.each([
    [
      "22",
      "multistage-build.config.ts",
      "const targets: Record<string, string> = { app1: 'x/app1' };\nexport default { targets };\n",
    ],
    ["20", "multistage-build.config.js", "module.exports = { targets: { app1: 'x/app1' } };\n"],
    ["20", "multistage-build.config.mjs", "export default { targets: { app1: 'x/app1' } };\n"],
    ["20", "multistage-build.config.cjs", "module.exports = { targets: { app1: 'x/app1' } };\n"],
  ])("reads, on Node %s, %s", async (version, name, text) => {
    const cwd = await project({ "package.json": { private: true }, [name]: text });
    expect(await run(version, cwd, "ref", "app1")).toMatch(/^x\/app1:local-/);
  });
});
