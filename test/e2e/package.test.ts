import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import { project, question } from "../support/project.ts";

const root = path.resolve(import.meta.dirname, "../..");
const largest = 250_000;
let tarball = "";
let folder = "";

describe("the package, as npm installs it", () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "package-"));
    const packed = await execa("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root });
    const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
    tarball = path.join(folder, filename);
    return () => rm(folder, { recursive: true });
  });

  it("is one package of a decent size, without dependencies", async () => {
    expect((await stat(tarball)).size).toBeLessThanOrEqual(largest);
    const cwd = await project({ "package.json": { private: true } });
    await execa("npm", ["install", "--no-audit", "--no-fund", tarball], { cwd });
    const installed = (await readdir(path.join(cwd, "node_modules"))).filter((name) => !name.startsWith("."));
    expect(installed).toEqual(["multistage-build"]);
    const files = await readdir(path.join(cwd, "node_modules/multistage-build"), { recursive: true });
    const text = (name: string) => readFile(path.join(cwd, "node_modules/multistage-build", name), "utf8");
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "CHANGELOG.md", "dist/schema.json"]));
    for (const name of ["commander", "execa", "semver", "chalk", "cosmiconfig", "valibot", "js-yaml"]) {
      expect(await text("dist/LICENSES.txt")).toMatch(new RegExp(`^${name} \\d`, "m"));
    }
    expect(JSON.parse(await text("dist/schema.json"))).toMatchObject({ type: "object", required: ["targets"] });
  });

  it.each(["20", "22", "24"])("runs on Node %s", async (version) => {
    const cwd = await project({ ...question, "package.json": { private: true } });
    await execa("npm", ["install", "--no-audit", "--no-fund", tarball, `node@${version}`], { cwd });
    const node = path.join(cwd, "node_modules/node/bin/node");
    const bin = path.join(cwd, "node_modules/.bin/multistage-build");
    const run = async (...args: string[]) => (await execa(node, [bin, ...args], { cwd })).stdout;
    expect(await run("--eval", "0").catch(() => "refused")).toBe("refused");
    expect((await execa(node, ["--version"])).stdout).toMatch(new RegExp(`^v${version}\\.`));
    const manifest = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")) as { version: string };
    expect(await run("--version")).toBe(manifest.version);
    expect(await run("--dry-run", "--as", "tag:v1.2.3")).toContain("docker buildx bake -f - --progress=rawjson");
    expect(await run("ref", "app1")).toMatch(/^my-registry\.com\/myproject\/app1:local-/);
  });

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
    await execa("npm", ["install", "--no-audit", "--no-fund", tarball, `node@${version}`], { cwd });
    const argv = ["node_modules/.bin/multistage-build", "ref", "app1"];
    const { stdout } = await execa(path.join(cwd, "node_modules/node/bin/node"), argv, { cwd });
    expect(stdout).toMatch(/^x\/app1:local-/);
  });

  it.each([
    ["takes", "{ targets: { app1: 'x/app1', app2: { repo: ['x/app2'], args: { A: 1 } } } }", 0],
    ["refuses", "{ targets: { app1: { reppo: 'x/app1' } } }", 2],
  ])("%s, in TypeScript, the config %s", async (_, config, code) => {
    const text = `import { defineConfig } from "multistage-build";\nexport default defineConfig(${config});\n`;
    const cwd = await project({
      "package.json": { private: true, type: "module" },
      "multistage-build.config.ts": text,
    });
    await execa("npm", ["install", "--no-audit", "--no-fund", tarball], { cwd });
    const argv = ["--noEmit", "--strict", "--module", "nodenext", "multistage-build.config.ts"];
    const { exitCode } = await execa(path.join(root, "node_modules/.bin/tsc"), argv, { cwd, reject: false });
    expect(exitCode).toBe(code);
  });
});
