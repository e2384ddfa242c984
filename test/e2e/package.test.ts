import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import { install, packed } from "../support/package.ts";
import { project, question } from "../support/project.ts";
import { root } from "../support/readme.ts";

const largest = 250_000;
let tarball = "";

describe("the package, as npm installs it", () => {
  beforeAll(async () => {
    const { tarball: made, remove } = await packed();
    tarball = made;
    return remove;
  });

  it("is one package of a decent size, without dependencies", async () => {
    expect((await stat(tarball)).size).toBeLessThanOrEqual(largest);
    const cwd = await project({ "package.json": { private: true } });
    await install(cwd, tarball);
    const installed = (await readdir(path.join(cwd, "node_modules"))).filter((name) => !name.startsWith("."));
    expect(installed).toEqual(["multistage-build"]);
    const files = await readdir(path.join(cwd, "node_modules/multistage-build"), { recursive: true });
    const text = (name: string) => readFile(path.join(cwd, "node_modules/multistage-build", name), "utf8");
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist/schema.json"]));
    for (const name of ["commander", "execa", "semver", "chalk", "cosmiconfig", "valibot", "js-yaml"]) {
      expect(await text("dist/LICENSES.txt")).toMatch(new RegExp(`^${name} \\d`, "m"));
    }
    expect(JSON.parse(await text("dist/schema.json"))).toMatchObject({ type: "object", required: ["targets"] });
  });

  it("names functions where it says that a bug was met", async () => {
    const cwd = await project({
      ...question,
      "package.json": { private: true },
      "break.mjs": `const { stringify } = JSON;
        Error.stackTraceLimit = 100;
        JSON.stringify = () => {
          JSON.stringify = stringify;
          throw new Error("made up");
        };`,
    });
    await install(cwd, tarball);
    const argv = ["--import", "./break.mjs", "node_modules/multistage-build/bin/multistage-build.js", "plan", "--json"];
    const { exitCode, stderr } = await execa(process.execPath, argv, { cwd, reject: false });
    expect(exitCode).toBe(70);
    expect(stderr).toContain("made up");
    expect(stderr).toMatch(/^ +at (?:async )?main \(.*\/dist\/cli\.js:\d+:\d+\)$/m);
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
    await install(cwd, tarball);
    const argv = ["--noEmit", "--strict", "--module", "nodenext", "multistage-build.config.ts"];
    const { exitCode } = await execa(path.join(root, "node_modules/.bin/tsc"), argv, { cwd, reject: false });
    expect(exitCode).toBe(code);
  });
});
