import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type House, type SourceFile, twins, violations } from "../support/architecture.ts";

/**
 * The rooms of the house, top down. A row says what a room may import and what it may touch besides pure functions of
 * its arguments. The outside world comes in as a `Host` that is handed in; rooms that know only its type cannot reach it.
 */
const rooms: House["rooms"] = {
  "bin.ts": { imports: ["cli", "core", "host"], globals: ["process", "exit"] },
  "index.ts": { imports: [], types: ["config"] },
  cli: {
    imports: "below",
    modules: ["@commander-js/extra-typings"],
    globals: ["process.version", "process.platform"],
  },
  commands: { imports: "below", modules: ["node:path"] },
  release: { imports: "below", modules: ["semver/functions/compare.js"] },
  builders: { imports: "below", modules: ["node:path"] },
  docker: { imports: "below", modules: ["node:path"] },
  registry: {
    imports: "below",
    modules: ["node:path", "createHash from node:crypto", "BlockList from node:net", "isIP from node:net"],
  },
  report: { imports: "below", modules: ["chalk"] },

  // Pure from here on, but for `config`, which finds and reads its file by itself, and `ci`, which asks git.
  plan: {
    imports: ["config", "tags", "templates", "dockerfile", "secrets", "core"],
    types: ["host"],
    modules: ["node:path", "createHash from node:crypto"],
  },
  config: {
    imports: ["tags", "templates", "secrets", "core"],
    types: ["host"],
    modules: ["valibot", "cosmiconfig", "js-yaml", "node:path", "pathToFileURL from node:url", "import(…)"],
    globals: ["process.version"],
  },
  tags: {
    imports: ["templates", "core"],
    types: ["host"],
    modules: ["semver/functions/parse.js", "semver/functions/compare.js", "@renovatebot/pep440"],
  },
  templates: {
    imports: ["core"],
    modules: [
      "semver/functions/parse.js",
      "dayjs",
      ...["advancedFormat", "dayOfYear", "isoWeek", "localizedFormat", "utc", "weekOfYear", "weekYear"].map(
        (plugin) => `dayjs/plugin/${plugin}.js`,
      ),
    ],
  },
  progress: {
    imports: ["core"],
  },
  dockerfile: { imports: ["core"], types: ["host"], modules: ["posix from node:path"] },
  ci: { imports: ["secrets", "core"], types: ["host"], modules: ["node:path", "parseEnv from node:util"] },
  secrets: { imports: ["core"] },
  core: {
    imports: [],
    types: ["host"],
    modules: [
      "semver/functions/parse.js",
      "semver/functions/compare.js",
      "createHash from node:crypto",
      "stripVTControlCharacters from node:util",
      "package.json",
    ],
  },
  host: { imports: [] },
};

const exceptions: House["exceptions"] = [];

const house: House = {
  rooms,
  exceptions,
  doors: {
    "host/system-host.ts": ["bin.ts"],
    "host/system-files.ts": ["host/system-host.ts"],
    "host/input-file.ts": ["host/system-files.ts"],
    "host/temporary.ts": ["host/system-files.ts"],
    "host/file-tree.ts": ["host/system-files.ts"],
    "host/system-http.ts": ["host/system-host.ts"],
    "host/limit.ts": ["host/system-host.ts"],
  },
  outside: [
    "host/file-tree.ts",
    "host/input-file.ts",
    "host/interruption.ts",
    "host/limit.ts",
    "host/system-host.ts",
    "host/system-files.ts",
    "host/system-http.ts",
    "host/temporary.ts",
  ],
};

/** What may be called like a file of another room: what users know by that name, and `index.ts`. */
const mayShareNames = ["index.ts", "commands", "tags/types", "docker/environment.ts"];

const source = path.resolve(import.meta.dirname, "../../src");
const files: SourceFile[] = readdirSync(source, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ path: file, text: readFileSync(path.join(source, file), "utf8") }));
const paths = files.map((file) => file.path);

describe("the house", () => {
  it("has every room import what is below it, and touch what its row says", () => {
    expect(violations(house, files)).toEqual([]);
  });

  it("has a table that goes down", () => {
    const names = Object.keys(rooms);
    const climbs = Object.entries(rooms).flatMap(([name, { imports, types = [] }]) =>
      [...(imports === "below" ? [] : imports), ...types]
        .filter((other) => names.indexOf(other) <= names.indexOf(name))
        .map((other) => `${name} -> ${other}`),
    );
    expect(climbs).toEqual([]);
  });

  it("has no two files of the same name in different rooms", () => {
    expect(twins(paths, mayShareNames)).toEqual([]);
  });

  it("puts no list from outside on the stack, as push(...list) and Math.max(...list) do", () => {
    const pure = ["plan", "config", "tags", "templates", "progress", "dockerfile", "report"];
    const spreads = /\.push\(\.\.\.|Math\.(?:max|min)\([^;]*\.\.\./;
    const found = files.filter((file) => pure.includes(file.path.split("/")[0] ?? "") && spreads.test(file.text));
    expect(found.map((file) => file.path)).toEqual([]);
  });

  it("has no file of more than 300 lines", () => {
    expect(files.filter(({ text }) => text.split("\n").length > 301).map((file) => file.path)).toEqual([]);
  });
});

describe("a file that breaks the rules is found", () => {
  const strict: House = { ...house, exceptions: [] };
  const broken = (file: string, text: string) => violations(strict, [{ path: file, text }]);

  it.each<[what: string, file: string, text: string, found: string]>([
    ["a module of Node", "core/a.ts", 'import fs from "node:fs";', "import node:fs"],
    ["the same by its old name", "core/a.ts", 'import { readFileSync } from "fs";', "import readFileSync from fs"],
    ["the same without a name", "core/a.ts", 'import "node:fs";', "import node:fs"],
    ["the same, imported late", "core/a.ts", 'export const a = () => import("node:fs");', "import node:fs"],
    ["the same, passed on", "core/a.ts", 'export * from "node:fs";', "import node:fs"],
    ["the same, required", "core/a.ts", 'import fs = require("node:fs");', "import node:fs"],
    ["the same, as a function", "core/a.ts", 'const fs = require("node:fs");', "touch require"],
    ["an import of anything", "core/a.ts", "export const a = (b: string) => import(b);", "import import(…)"],
    [
      "another function of a module",
      "core/a.ts",
      'import { randomBytes } from "node:crypto";',
      "import randomBytes from node:crypto",
    ],
    ["all of such a module", "core/a.ts", 'import * as crypto from "node:crypto";', "import node:crypto"],
    ["a package", "plan/a.ts", 'import { execa } from "execa";', "import execa from execa"],
    ["colours", "progress/a.ts", 'import { Chalk } from "chalk";', "import Chalk from chalk"],
    ["a request", "core/a.ts", 'export const a = fetch("http://a");', "touch fetch"],
    ["a function under another name", "core/a.ts", "export const b = { fetch };", "touch fetch"],
    ["the clock", "core/a.ts", "export const a = new Date();", "touch new Date()"],
    ["the clock, called", "core/a.ts", "export const a = Date();", "touch Date"],
    ["the clock, in numbers", "plan/a.ts", "export const a = Date.now();", "touch Date.now"],
    ["the clock, in brackets", "plan/a.ts", 'export const a = Date["now"]();', "touch Date.now"],
    ["the clock, taken apart", "plan/a.ts", "const { now } = Date;", "touch Date"],
    ["another clock", "plan/a.ts", "export const a = performance.now();", "touch performance"],
    ["a timer", "core/a.ts", "setTimeout(() => undefined, 1);", "touch setTimeout"],
    ["a timer of a signal", "plan/a.ts", "export const a = AbortSignal.timeout(1);", "touch AbortSignal"],
    ["chance", "core/a.ts", "export const a = Math.random();", "touch Math.random"],
    ["chance, taken apart", "core/a.ts", "const { random } = Math;", "touch Math"],
    ["chance of the crypto global", "tags/a.ts", "export const a = crypto.randomUUID();", "touch crypto"],
    ["the console", "core/a.ts", "console.log(1);", "touch console"],
    ["the process", "core/a.ts", "export const a = process.env.A;", "touch process"],
    ["the process, in brackets", "core/a.ts", 'export const a = process["env"];', "touch process"],
    ["the process of the global object", "core/a.ts", 'export const a = globalThis["process"];', "touch globalThis"],
    ["the process of Node's own", "core/a.ts", "export const a = global.process.env;", "touch global"],
    ["a class that extends a global", "core/a.ts", "export class A extends WebSocket {}", "touch WebSocket"],
    ["its own place on disk", "core/a.ts", "export const a = import.meta.dirname;", "touch import.meta"],
    ["code made of text", "core/a.ts", 'export const a = eval("1");', "touch eval"],
    ["a room above", "core/a.ts", 'import { a } from "../plan/a.ts";', "import plan/a.ts"],
    ["a type of a room above", "core/a.ts", 'import type { A } from "../plan/a.ts";', "import types of plan/a.ts"],
    ["such a type in place", "core/a.ts", 'export type B = import("../plan/a.ts").A;', "import types of plan/a.ts"],
    ["a room above, passed on", "core/a.ts", 'export { a } from "../plan/a.ts";', "import plan/a.ts"],
    ["a room above, late", "plan/a.ts", 'export const a = () => import("../docker/a.ts");', "import docker/a.ts"],
    ["a room beside", "dockerfile/a.ts", 'import { a } from "../tags/a.ts";', "import tags/a.ts"],
    ["more of the host than its type", "core/a.ts", 'import { a } from "../host/host.ts";', "import host/host.ts"],
    ["a type among values of the host", "ci/a.ts", 'import { type A } from "../host/host.ts";', "import host/host.ts"],
    ["the system, not by bin", "cli/a.ts", 'import { a } from "../host/system-host.ts";', "import host/system-host.ts"],
    [
      "the system's files",
      "docker/a.ts",
      'import { a } from "../host/system-files.ts";',
      "import host/system-files.ts",
    ],
    [
      "the system's requests",
      "registry/a.ts",
      'import { a } from "../host/system-http.ts";',
      "import host/system-http.ts",
    ],
    [
      "the command line, by a command",
      "commands/a.ts",
      'import type { A } from "../cli/a.ts";',
      "import types of cli/a.ts",
    ],
    [
      "the release, by a builder",
      "builders/a.ts",
      'import type { A } from "../release/a.ts";',
      "import types of release/a.ts",
    ],
    ["a builder, by docker", "docker/a.ts", 'import { a } from "../builders/a.ts";', "import builders/a.ts"],
    ["docker, by a registry", "registry/a.ts", 'import { a } from "../docker/a.ts";', "import docker/a.ts"],
    ["a module of Node, by the release", "release/a.ts", 'import path from "node:path";', "import node:path"],
    ["an exit", "cli/a.ts", "process.exit(1);", "touch exit"],
    ["an exit under another name", "host/a.ts", "export const a = (b: NodeJS.Process) => b.exit(1);", "touch exit"],
    ["an exit in brackets", "cli/a.ts", 'export const a = (b: any) => b["exit"](1);', "touch exit"],
    ["an exit taken apart", "cli/a.ts", "export const a = ({ exit }: any) => exit(1);", "touch exit"],
    ["an exit, by the system itself", "host/system-host.ts", "process.exit(1);", "touch exit"],
    ["an exit code", "cli/a.ts", "export const a = (b: any) => { b.exitCode = 1; };", "touch exit"],
  ])("%s", (_what, file, text, found) => {
    expect(broken(file, text)).toContain(`${file}:1: may not ${found}`);
  });

  it("a room that the table does not know", () => {
    expect(broken("attic/a.ts", "")).toEqual(["attic/a.ts: the table has no room attic"]);
  });

  it("an exception that nothing needs", () => {
    const exception = { who: "core/a.ts", may: "node:fs", why: "" };
    const found = violations({ ...house, exceptions: [exception] }, [{ path: "core/a.ts", text: "" }]);
    expect(found).toEqual(["core/a.ts: needs no exception for node:fs"]);
  });

  it("a twin", () => {
    expect(twins(["core/a.ts", "plan/a.ts", "plan/b/a.ts"], [])).toEqual(["a.ts: core/a.ts, plan/a.ts, plan/b/a.ts"]);
    expect(twins(["plan/a.ts", "plan/b/a.ts", "tags/index.ts", "index.ts"], ["index.ts"])).toEqual([]);
  });
});

describe("a file that keeps the rules is left alone", () => {
  it.each<[what: string, file: string, text: string]>([
    ["pure globals", "core/a.ts", "export const a = Buffer.from(JSON.stringify(new Map([[1, Math.max(1, 2)]])));"],
    ["a given time", "core/a.ts", 'export const a = [new Date(0), Date.parse("2020-01-01"), Date.UTC(2020, 1)];'],
    ["names of its own", "core/a.ts", "export const a = (fetch: () => void, { process }: any) => [fetch(), process];"],
    ["a property, a label and a key", "core/a.ts", "export const a = (b: any) => ({ process: b.fetch.console });"],
    ["types of globals", "core/a.ts", "export const a = (b: typeof fetch, c: Date, d: NodeJS.Process) => [b, c, d];"],
    ["what a comment or a text says", "core/a.ts", '/* process.exit() */ export const a = "console.log(fetch)";'],
    ["an imported name like a global", "plan/a.ts", 'import { fetch } from "../core/b.ts";\nfetch();'],
    ["a type of the host", "core/a.ts", 'import type { Host } from "../host/host.ts";'],
    ["a room below, and its own", "plan/a.ts", 'import { a } from "../core/a.ts";\nexport * from "./b.ts";'],
    ["an exit code that is read", "cli/a.ts", "export const a = (b: any) => b.exitCode === 1;"],
    ["the one way out", "bin.ts", "process.exitCode = 1;"],
  ])("%s", (_what, file, text) => {
    expect(violations({ ...house, exceptions: [] }, [{ path: file, text }])).toEqual([]);
  });
});
