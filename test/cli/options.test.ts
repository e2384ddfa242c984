import { describe, expect, it } from "vitest";
import { parseCommandLine } from "../../src/cli/program.ts";
import { fakeHost, run } from "../support/host.ts";

/** What the command line is understood as; an exit code where all is said. */
const parse = (...args: string[]) => parseCommandLine(fakeHost(args, { cwd: "/" }, { out: "", err: "", commands: [] }));

const commands = ["build", "push", "plan", "tags", "ref", "clean"] as const;
const planning = ["build", "push", "plan", "tags"];

/** Every option that some commands do not have, with a value where it takes one, and those that have it. */
const options: [flag: string, value: string[], takers: string[]][] = [
  ["--as", ["pr:17"], [...planning, "ref"]],
  ["--tag", ["x"], planning],
  ["--push", [], ["build", "push", "plan"]],
  ["--no-push", [], ["build", "push", "plan"]],
  ["--color", [], ["build", "push", "plan"]],
  ["--no-color", [], ["build", "push", "plan"]],
  ["--builder", ["docker"], ["build", "plan"]],
  ["--no-cache", [], ["build"]],
  ["--pull", [], ["build"]],
  ["--force", [], ["build", "push"]],
  ["--dry-run", [], ["build", "push", "clean"]],
  ["--metadata-file", ["x.json"], ["build", "push"]],
  ["--tags-file", [".tags"], ["build", "push", "tags"]],
  ["--quiet", [], ["build", "push"]],
  ["-q", [], ["build", "push"]],
  ["--verbose", [], ["build", "push"]],
  ["-v", [], ["build", "push"]],
  ["--explain", [], ["tags"]],
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
          `error ${flag}: is not an option of ${command}\n    it is one of: ${takers.join(", ")}\n`,
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
    const common = ["-c", "x.yaml", "-C", "below", "--json", "--env-file", "a.env", "--ci-env", "b.env"];
    const understood = { config: "x.yaml", cwd: "below", json: true, envFile: "a.env", ciEnv: "b.env" };
    for (const line of [
      [...common, command, ...operands(command)],
      [command, ...common, ...operands(command)],
    ]) {
      await expect(parse(...line)).resolves.toMatchObject({ command, options: understood });
    }
  });

  it.each<[string[], string]>([
    [["--quiet", "--verbose"], "cannot be used with"],
    [["push", "-v", "-q"], "cannot be used with"],
    [["--builder", "podman"], "Allowed choices are auto, buildx, docker"],
    [["plan", "--tag"], "argument missing"],
    [["clean", "app1"], "too many arguments"],
    [["tags", "app1", "app2"], "too many arguments"],
    [["build", "--exlpain"], "unknown option '--exlpain'"],
    [["tags", "--exlpain"], "Did you mean --explain?"],
  ])("is refused where it makes no sense: %j", async (args, message) => {
    const ended = await run(args, { cwd: "/", commands: {} });
    expect(ended).toMatchObject({ code: 2, out: "", commands: [] });
    expect(ended.err).toMatch(/^error command line: /);
    expect(ended.err).toContain(message);
  });

  it("that is refused is said as JSON, too", async () => {
    const ended = await run(["ref", "app1", "--tag", "x", "--json"], { cwd: "/", commands: {} });
    expect(ended.code).toBe(2);
    expect(JSON.parse(ended.out)).toMatchObject({
      error: { code: "input", problems: [{ path: "--tag", hint: "it is one of: build, push, plan, tags" }] },
    });
  });
});

describe("what is said", () => {
  it.each<[string[], object]>([
    [[], { command: "build", targets: [], options: { builder: "auto" } }],
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
    expect(await parse("push")).toEqual({ command: "push", targets: [], options: {} });
  });
});
