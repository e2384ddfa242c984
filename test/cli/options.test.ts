import { describe, expect, it } from "vitest";
import { parseCommandLine } from "../../src/cli/program.ts";
import { fakeHost, run } from "../support/host.ts";
import { project } from "../support/project.ts";

/** What the command line is understood as; an exit code where all is said. */
const parse = (...args: string[]) => parseCommandLine(fakeHost(args, { cwd: "/" }, { out: "", err: "", commands: [] }));

const commands = ["build", "push", "promote", "join", "plan", "tags", "ref", "outdated", "clean"] as const;
const planning = ["build", "push", "promote", "join", "plan", "tags"];

/** Every option that some commands do not have, with a value where it takes one, and those that have it. */
const options: [flag: string, value: string[], takers: string[]][] = [
  ["--as", ["pr:17"], [...planning, "ref", "outdated"]],
  ["--tag", ["x"], planning],
  ["--push", [], ["build", "push", "promote", "join", "plan"]],
  ["--no-push", [], ["build", "push", "promote", "join", "plan"]],
  ["--color", [], ["build", "push", "promote", "join", "plan", "clean"]],
  ["--no-color", [], ["build", "push", "promote", "join", "plan", "clean"]],
  ["--builder", ["docker"], ["build", "plan"]],
  ["--no-cache", [], ["build"]],
  ["--pull", [], ["build"]],
  ["--no-pull", [], ["build"]],
  ["--no-reuse", [], ["build"]],
  ["--force", [], ["build", "push", "promote", "join"]],
  ["--dry-run", [], ["build", "push", "promote", "join", "clean"]],
  ["--metadata-file", ["x.json"], ["build", "push", "promote", "join"]],
  ["--tags-file", [".tags"], ["build", "push", "promote", "join", "tags"]],
  ["--quiet", [], ["build", "push", "promote", "join"]],
  ["-q", [], ["build", "push", "promote", "join"]],
  ["--verbose", [], ["build", "push", "promote", "join"]],
  ["-v", [], ["build", "push", "promote", "join"]],
  ["--platform", ["linux/arm64"], ["build", "push", "plan", "ref"]],
  ["--from", ["40"], ["promote"]],
  ["--no-promote", [], ["build", "push", "plan", "ref"]],
  ["--explain", [], ["plan", "tags"]],
  ["--keep", ["3"], ["clean"]],
  ["--older", ["14d"], ["clean"]],
];

const cases = options.flatMap(([flag, value, takers]) =>
  commands.map((command) => ({ command, flag, value, takers, line: [command, flag, ...value].join(" ") })),
);
const operands = (command: string) => (command === "ref" ? ["app1"] : []);

describe("an option", () => {
  it.each(cases.filter(({ command, takers }) => takers.includes(command)))(
    "is taken by the command that uses it: $line",
    async ({ command, flag, value }) => {
      await expect(parse(command, flag, ...value, ...operands(command))).resolves.toMatchObject({ command });
    },
  );

  it.each(cases.filter(({ command, takers }) => !takers.includes(command)))(
    "is refused by one that does not, wherever it stands: $line",
    async ({ command, flag, value, takers }) => {
      for (const words of [
        [flag, ...value, ...operands(command)],
        [...operands(command), flag, ...value],
      ]) {
        const ended = await run([command, ...words], { cwd: "/", commands: {} });
        expect(ended).toMatchObject({ code: 2, out: "", commands: [] });
        expect(ended.err).toBe(
          `error ${flag}: is not an option of ${command}\n    it is an option of ${takers.join(", ")}\n`,
        );
      }
    },
  );

  it.each(["--explain", "--keep"])("of another command is refused without a command, too: %s", async (flag) => {
    const ended = await run([flag], { cwd: "/", commands: {} });
    expect(ended).toMatchObject({ code: 2, out: "" });
    expect(ended.err).toContain(`error ${flag}: is not an option of build`);
  });

  it.each([
    ["tags", "--explain", ["--explain", "tags", "app1"]],
    ["clean", "--keep", ["--json", "--keep", "3", "clean"]],
  ])("of %s that stands before it is said to: %s", async (command, flag, args) => {
    const ended = await run(args, { cwd: "/", commands: {} });
    expect(ended.code).toBe(2);
    expect(ended.err).toBe(`error ${flag}: stands before its command\n    write ${command} ${flag}\n`);
  });

  it.each(commands)("that all commands have stands before or behind its name: %s", async (command) => {
    const common = ["-c", "x.yaml", "-C", "below", "--json", "--env-file", "a.env"];
    const understood = { config: "x.yaml", cwd: "below", json: true, envFile: "a.env" };
    for (const line of [
      [...common, command, ...operands(command)],
      [command, ...common, ...operands(command)],
    ]) {
      await expect(parse(...line)).resolves.toMatchObject({ command, options: understood });
    }
  });

  it.each<[string[], string, string]>([
    [["--quiet", "--verbose"], "--quiet: cannot be used with --verbose", "leave one of them out"],
    [["push", "-v", "-q"], "--quiet: cannot be used with --verbose", "leave one of them out"],
    [["plan", "--ci-env", "a", "--env-file", "b"], "--ci-env: cannot be used with --env-file", "leave one of them out"],
    [["plan", "--tag"], "--tag: needs a value", "write --tag <tag>"],
    [["--config"], "--config: needs a value", "write --config <file>"],
    [["ref", "-C"], "--cwd: needs a value", "write --cwd <folder>"],
    [["tags", "-C", ""], "--cwd: its value is empty", "give it one, or leave the option out"],
    [["--tag", "a", "--tag="], "--tag: its value is empty", "give it one, or leave the option out"],
    [["ref"], "ref: <target> is missing", "write multistage-build ref [options] <target>"],
    [["clean", "app1"], 'clean: too many words (got "app1")', "write multistage-build clean [options]"],
    [["tags", "a1", "a2"], 'tags: too many words (got "a2")', "write multistage-build tags [options] [target]"],
    [["version", "1"], 'version: too many words (got "1")', "write multistage-build version [options]"],
    [["help", "plna"], 'help: is not a command (got "plna")', 'did you mean "plan"?'],
    [["build", "--exlpain"], "--exlpain: is not an option of build", "multistage-build help build lists its options"],
    [["tags", "--exlpain"], "--exlpain: is not an option of tags", 'did you mean "--explain"?'],
    [["tags", "--explian=yes"], "--explian: is not an option of tags", 'did you mean "--explain"?'],
    [["--exlpain", "tags"], "--exlpain: is not an option of tags", 'did you mean "--explain"?'],
    [["--jsn"], "--jsn: is not an option of build", 'did you mean "--json"?'],
    [["-x"], "-x: is not an option of build", "multistage-build help build lists its options"],
    // The nearest name is one of an option, not of its dashes.
    [["--target", "app1"], "--target: is not an option of build", "multistage-build help build lists its options"],
    // The value of an option is no command, even if it is called like one.
    [["--env-file", "tags", "--keep", "3"], "--keep: is not an option of build", "it is an option of clean"],
    [["-C", "tags", "clean", "--explain"], "--explain: is not an option of clean", "it is an option of plan, tags"],
    [["--tag", "push", "--force", "plan"], "--tag: stands before its command", "write plan --tag"],
    [["--dry-run", "push"], "--dry-run: stands before its command", "write push --dry-run"],
  ])("is refused where it makes no sense, with what to write: %j", async (args, problem, hint) => {
    const ended = await run(args, { cwd: "/", commands: {} });
    const told = `error ${problem}\n    ${hint}\n`;
    expect(ended).toMatchObject({ code: 2, out: "", err: told, commands: [] });

    const asJson = await run(["--json", ...args], { cwd: "/", commands: {} });
    const { error } = JSON.parse(asJson.out) as { error: { code: string; problems: object[] } };
    expect(asJson).toMatchObject({ code: 2, err: told });
    expect(error.code).toBe("input");
    expect(error.problems).toMatchObject([{ path: problem.split(":")[0], hint }]);
  });

  it("that is refused is said as JSON, too", async () => {
    const ended = await run(["ref", "app1", "--tag", "x", "--json"], { cwd: "/", commands: {} });
    expect(ended.code).toBe(2);
    expect(JSON.parse(ended.out)).toMatchObject({
      error: {
        code: "input",
        problems: [{ path: "--tag", hint: "it is an option of build, push, promote, join, plan, tags" }],
      },
    });
  });
});

describe("what is said", () => {
  it.each<[string[], object]>([
    [[], { command: "build", targets: [], options: { cache: true } }],
    [["app1", "app2"], { command: "build", targets: ["app1", "app2"] }],
    [["--tag", "a", "--tag", "b"], { command: "build", options: { tag: ["a", "b"] } }],
    [["--no-cache", "--no-push"], { command: "build", options: { cache: false, push: false } }],
    [["push", "app1", "--push"], { command: "push", targets: ["app1"], options: { push: true } }],
    [["tags"], { command: "tags", targets: [] }],
    [["ref", "app1"], { command: "ref", targets: ["app1"] }],
    [["clean", "--keep", "3"], { command: "clean", targets: [], options: { keep: "3" } }],
  ])("is understood: %j", async (args, expected) => {
    await expect(parse(...args)).resolves.toMatchObject(expected);
  });

  it("is left out where nothing is said, and nothing of one run is in the next", async () => {
    await parse("--tag", "a");
    const line = await parse("--tag", "b");
    expect(line).toMatchObject({ options: { tag: ["b"] } });
    expect(await parse("push")).toEqual({ command: "push", targets: [], options: { promote: true } });
  });
});

describe("help and version", () => {
  const said = async (...args: string[]) => {
    const ended = await run(args, { cwd: "/", commands: {} });
    expect(ended).toMatchObject({ code: 0, err: "" });
    return ended.out;
  };

  it("are commands, too", async () => {
    expect(await said("help")).toBe(await said("--help"));
    expect(await said("help", "plan")).toBe(await said("plan", "--help"));
    expect(await said("version")).toBe(await said("--version"));
  });

  it("are one JSON document where that is asked for", async () => {
    const version = (await said("version")).trim();
    for (const word of ["version", "--version"]) expect(JSON.parse(await said(word, "--json"))).toEqual({ version });
    expect(JSON.parse(await said("--json", "help", "tags"))).toEqual({ help: (await said("tags", "-h")).trimEnd() });
  });
});

describe("a word that is neither a target nor a command", () => {
  it.each([
    [["plani"], 'did you mean "plain" or the command "plan"?'],
    [["pluin"], 'did you mean "plain"?'],
    [["buidl"], 'did you mean the command "build"?'],
    [
      ["zzzzz"],
      "targets are plain, stage; commands are build, push, promote, join, plan, tags, ref, outdated, clean, help, version",
    ],
    [["plain", "tagz"], "targets are plain, stage"],
    // Where a command is named, no other one was meant.
    [["build", "plani"], 'did you mean "plain"?'],
    [["tags", "pus"], "targets are plain, stage"],
    [["ref", "stge"], 'did you mean "stage"?'],
  ])("is answered with the nearest of both: %j", async (args, hint) => {
    const config = "targets: { plain: x.io/plain, stage: x.io/stage }\n";
    const cwd = await project({
      "multistage-build.config.yaml": config,
      "package.json": {},
      Dockerfile: "FROM x AS plain\nFROM x AS stage\n",
    });
    const ended = await run(args, { cwd, commands: {} });
    expect(ended.err).toBe(`error target: is not in the config (got "${args.at(-1)}")\n    ${hint}\n`);
  });
});
