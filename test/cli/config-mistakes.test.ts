import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { noGit, run } from "../support/host.ts";
import { droneEnv, project } from "../support/project.ts";

const Dockerfile = "FROM scratch AS base\nFROM base AS app\nFROM base AS other\n";
const yaml = "multistage-build.config.yaml";

/** The title of each case, the config, and all that is said of it. */
const mistakes = readFileSync(new URL("../fixtures/config/mistakes.txt", import.meta.url), "utf8")
  .split(/^== /m)
  .slice(1)
  .map((section) => /^(.*)\n([^]*?)\n-->\n([^]*?)\n*$/.exec(section)!.slice(1) as [string, string, string]);

/** All that is said of a project's config; the file is called FILE. */
async function saidOf(files: Record<string, string | object>, env: Record<string, string>): Promise<string> {
  const cwd = await project({ "package.json": {}, Dockerfile, ...files });
  const ended = await run(["plan"], { cwd, env, commands: noGit! });
  expect(ended).toMatchObject({ code: 2, out: "" });
  const lines = ended.err.replaceAll(`${cwd}/`, "").replaceAll(/multistage-build\.config\.\w+/g, "FILE");
  return lines.replaceAll(/^error /gm, "").trimEnd();
}

describe("what is wrong with a config is said at once, with the line and what to write instead:", () => {
  it.each(mistakes)("%s", async (_, config, said) => {
    expect(await saidOf({ [yaml]: `${config}\n` }, droneEnv())).toBe(said);
  });

  it("in JSON", async () => {
    const config = '{\n  "targets": {\n    "app": { "repo": "reg.io/App" },\n    "app": { "repo": 7 }\n  }\n}\n';
    expect(await saidOf({ "multistage-build.config.json": config }, droneEnv())).toBe(
      [
        "FILE:4: targets.app: is written twice",
        "    it is there in line 3 already; keep one of the two",
        "FILE:4: targets.app.repo: must be a repository, a list of repositories, or false for a target that is never published (got 7)",
        '    write "7"',
      ].join("\n"),
    );
  });

  it("in package.json", async () => {
    const text = '{\n  "name": "x",\n  "multistage-build": {\n    "targets": { "app": "reg.io/App" }\n  }\n}\n';
    expect(await saidOf({ "package.json": text }, droneEnv())).toContain("package.json:4: targets.app.repo: must be");
  });

  it.each([
    ["a comma too many", '{ "targets": { "app": "reg.io/app" },\n}', /^FILE:2: is not valid JSON: /],
    ["nothing", "", /^FILE: is empty/],
  ])("in JSON that is none: %s", async (_, text, said) => {
    expect(await saidOf({ "multistage-build.config.json": text }, droneEnv())).toMatch(said);
  });

  it("along with what is wrong with the environment", async () => {
    const env = droneEnv({ DRONE_COMMIT_REF: "refs/tags/v1" });
    expect(await saidOf({ [yaml]: "tagz: latest\ntargets: { app: reg.io/app, base: { needs: app2 } }\n" }, env)).toBe(
      [
        'DRONE_COMMIT_REF: does not fit DRONE_BUILD_EVENT=push, which needs refs/heads/… (got "refs/tags/v1")',
        'FILE:1: tagz: unknown key\n    did you mean "tags"?',
        'FILE:2: targets.base.needs.0: is not a target (got "app2")\n    did you mean "app"?',
      ].join("\n"),
    );
  });

  it("but not what only follows from it", async () => {
    const config = "dockerfil: other.Dockerfile\ntargets:\n  tool: { repo: reg.io/tool, taget: base }\n";
    expect(await saidOf({ [yaml]: config }, droneEnv())).toBe(
      'FILE:1: dockerfil: unknown key\n    did you mean "dockerfile"?\nFILE:3: targets.tool.taget: unknown key\n    did you mean "target"?',
    );
  });
});

describe("a script", () => {
  it.each([
    [
      "exports nothing by default",
      "export const config = {};",
      "FILE: has no default export\n    write export default",
    ],
    ["exports a function", "export default () => ({});", "FILE: exports a function, not the config itself"],
    ["exports a promise that fails", 'export default Promise.reject(new Error("no"));', "FILE: cannot be read: no"],
    ["throws a text", 'throw "no";', 'FILE: cannot be read: it throws what is no error (got "no")'],
    ["throws null", "throw null;", "FILE: cannot be read: it throws what is no error (got null)"],
    ["throws nothing", "throw undefined;", "FILE: cannot be read: it throws what is no error"],
    ["exports a list", "export default [];", "the config: must be a map (NAME: value), not a list (got [])"],
  ])("that %s is told so", async (_, text, said) => {
    expect(await saidOf({ "multistage-build.config.mjs": text }, droneEnv())).toContain(said);
  });

  it("may export a promise", async () => {
    const text = 'export default Promise.resolve({ targets: { app: "reg.io/app" } });';
    const cwd = await project({ "package.json": {}, Dockerfile, "multistage-build.config.mjs": text });
    expect(await run(["plan"], { cwd, env: droneEnv(), commands: noGit! })).toMatchObject({ code: 0, err: "" });
  });
});

it("a config of comments is not passed over for the one of the folder above", async () => {
  const above = "targets: { app: reg.io/app }\n";
  const cwd = await project({ "package.json": {}, [yaml]: above, [`below/${yaml}`]: "# targets:\n" });
  const ended = await run(["plan"], { cwd: `${cwd}/below`, env: droneEnv(), commands: noGit! });
  expect(ended).toMatchObject({ code: 2, err: expect.stringContaining(`below/${yaml}: is empty`) as string });
});

it("keys that start with x- are the user's own, and so are their anchors", async () => {
  const config = `x-args: &args { VERSION: "1" }
x-any: [1, { 2: three }, null]
defaults: { x-team: a }
targets:
  app: { repo: reg.io/app, args: *args, x-owner: { name: b } }
`;
  const cwd = await project({ "package.json": {}, Dockerfile, [yaml]: config });
  const ended = await run(["plan", "--json"], { cwd, env: droneEnv(), commands: noGit! });
  expect(ended).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(ended.out)).toMatchObject({ targets: [{ name: "app", args: { VERSION: "1" } }] });
});

it("names that objects of JavaScript have do not vanish", async () => {
  const targets = "toString: reg.io/a, valueOf: reg.io/b, hasOwnProperty: reg.io/c";
  const config = `targets: { ${targets} }\ndefaults: { target: app, args: { toString: x }, labels: { valueOf: y } }\n`;
  const cwd = await project({ "package.json": {}, Dockerfile, [yaml]: config });
  const ended = await run(["plan", "--json"], { cwd, env: droneEnv(), commands: noGit! });
  expect(ended).toMatchObject({ code: 0, err: "" });
  const plan = JSON.parse(ended.out) as { targets: { name: string; args: object; labels: object }[] };
  const names = plan.targets.map(({ name }) => name).filter((name) => name !== "base");
  expect(names.toSorted()).toEqual(["hasOwnProperty", "toString", "valueOf"]);
  expect(plan.targets.at(-1)).toMatchObject({ args: { toString: "x" }, labels: { valueOf: "y" } });
});
