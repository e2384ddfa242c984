import { execFileSync, spawnSync } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Text } from "../../../src/core/text.ts";
import { docker, type Invocation } from "../../../src/docker/invocation.ts";
import { invocationsOf, type Line, quote, shellScript } from "../../../src/docker/shell.ts";
import { reference } from "../../support/planned.ts";

/** Runs lines in a shell whose `docker` is this script, which is given a file to write to as $LOG. */
async function shell(lines: readonly Line[], fake: string, env: Record<string, string> = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "shell-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [log, program] = [path.join(folder, "log"), path.join(folder, "docker")];
  await writeFile(log, "");
  await writeFile(program, `#!/bin/sh\n${fake}\n`);
  await chmod(program, 0o755);
  const script = shellScript(lines, folder);
  const { status, stderr } = spawnSync("sh", [], {
    input: script,
    encoding: "utf8",
    env: { PATH: `${folder}:${process.env.PATH}`, HOME: folder, LOG: log, TMPDIR: folder, ...env },
  });
  return { script, status, stderr, log: await readFile(log, "utf8") };
}

/** Writes its words down, one a line, and then what it is given to read. */
const recorder = `printf '%s\\n' "$@" >>"$LOG"; [ "$1" != read ] || cat >>"$LOG"`;

const reading = (stdin: Text): Line => ({ run: { argv: ["docker", "read"], stdin, env: [] } });

describe("a script", () => {
  it("has words that a shell reads as the very words", () => {
    const word = fc.stringMatching(/^[^\0]*$/);
    const lines = fc.sample(fc.array(word, { minLength: 1, maxLength: 4 }), { numRuns: 200, seed: 1 });
    // One shell for all: it prints each word, ended by a character that no word can have.
    const script = lines.map((words) => `printf '%s\\0' ${words.map(quote).join(" ")}`).join("\n");
    const printed = execFileSync("sh", ["-c", script], { encoding: "utf8" });
    expect(printed.split("\0").slice(0, -1)).toEqual(lines.flat());
  });

  it.each<[string, Text, string]>([
    ["plain", "plain", "plain"],
    ["what looks like its end", "a\nEND\nEND_\nb", "a\nEND\nEND_\nb"],
    ["nothing but its end", "END", "END"],
    ["what a shell would make something of", "$HOME `id` $(id) 'x' \\ \\$ \"", "$HOME `id` $(id) 'x' \\ \\$ \""],
    ["a late piece", ["a\n", { variable: "A" }, "\nb"], "a\nlate\nb"],
    [
      "a late piece among what a shell would make something of",
      ["$HOME `id` $(id) 'x' \\ \\$ \\\\ \"\n", { variable: "A" }, "$A\nEND"],
      "$HOME `id` $(id) 'x' \\ \\$ \\\\ \"\nlate$A\nEND",
    ],
    ["a late piece that is followed by letters", ["x\n", { digest: "b" }, "A"], "x\nsha256:0A"],
  ])("gives a process its input: %s", async (_, stdin, expected) => {
    const ran = await shell([reading(stdin)], recorder, { A: "late", DIGEST_b: "sha256:0" });
    expect(ran).toMatchObject({ status: 0, stderr: "", log: `read\n${expected}\n` });
  });

  it("gives any input as it is, with late pieces and without", async () => {
    const piece = fc.constantFrom("$", "`", "\\", "END", "\n", "$A", "${A}", "'", '"', "x", "!");
    const texts = fc.sample(fc.array(piece, { maxLength: 10 }), { numRuns: 150, seed: 2 }).map((all) => all.join(""));
    const lines = texts.flatMap((text): Line[] => [reading(text), reading([text, { variable: "A" }, text])]);
    const expected = texts.flatMap((text) => [`read\n${text}\n`, `read\n${text}late${text}\n`]);
    const ran = await shell(lines, recorder, { A: "late" });
    expect(ran).toMatchObject({ status: 0, stderr: "", log: expected.join("") });
  });

  it("puts what it knows by then into words, quoted", async () => {
    const run = docker("x", ["--label=a b=", { digest: "my-base" }], ["", { variable: "A" }, "'s"]);
    const ran = await shell([{ run }], recorder, { A: "$B c", DIGEST_my_2d_base: "sha256:a" });
    expect(ran).toMatchObject({ status: 0, log: "x\n--label=a b=sha256:a\n$B c's\n" });
  });

  it("gives a password to its process alone, in a configuration that goes with it", async () => {
    const login: Invocation = {
      argv: ["docker", "login", "--username", [{ variable: "ROBOT" }], "--password-stdin", "a.com"],
      stdin: [{ variable: "PASS" }],
      env: ["ROBOT", "PASS"],
    };
    const fake = `printf '%s\\n' "$*" "$(cat)" "$DOCKER_CONFIG" >>"$LOG"; echo x >"$DOCKER_CONFIG/config.json"`;
    const ran = await shell([{ run: login }], fake, { ROBOT: "me", PASS: "p w$'\\" });
    expect(ran.script).toContain('printf %s "${PASS}" | docker login --username "${ROBOT}" --password-stdin a.com');
    const [words, read, config = ""] = ran.log.split("\n");
    expect({ words, read, status: ran.status }).toEqual({
      words: "login --username me --password-stdin a.com",
      read: "p w$'\\",
      status: 0,
    });
    expect(config).not.toBe("");
    await expect(readFile(path.join(config, "config.json"))).rejects.toThrow("ENOENT");
  });

  it("makes a directory of its own only where one is needed", () => {
    expect(shellScript([{ run: docker("pull", "a") }], "/a b")).toBe(
      "(\nset -eu\ncd '/a b'\nexport DOCKER_BUILDKIT=1\ndocker pull a\n)\n",
    );
    expect(shellScript([{ run: docker("x", [{ variable: "WORK" }, "/f"]) }], "/")).toContain("WORK=$(mktemp -d)");
    const inGroup: Line = { firstOf: [{ all: [{ run: docker("x", [{ variable: "WORK" }]) }] }] };
    expect(shellScript([inGroup], "/")).toContain("WORK=$(mktemp -d)");
  });

  it("ends at the first failure", async () => {
    const lines: Line[] = ["a", "fail", "b"].map((word) => ({ run: docker(word) }));
    const ran = await shell(lines, `${recorder}; [ "$1" != fail ]`);
    expect(ran).toMatchObject({ status: 1, log: "a\nfail\n" });
  });
});

describe("what is tried one after the other", () => {
  const line: Line = {
    firstOf: [
      { run: docker("look"), quiet: true },
      { run: docker("pull") },
      { all: [{ run: docker("bake") }, { run: docker("push") }] },
    ],
  };
  const after: Line = { run: docker("after") };

  it.each([
    ["found at once", "none", ["look", "after"]],
    ["found at the second place", "look", ["look", "pull", "after"]],
    ["made, all of it", "look pull", ["look", "pull", "bake", "push", "after"]],
  ])("is %s", async (_, failing, expected) => {
    const fake = `echo "$1" >>"$LOG"; echo noise; echo noise >&2; case " ${failing} " in *" $1 "*) exit 1 ;; esac`;
    const ran = await shell([line, after], fake);
    expect(ran).toMatchObject({ status: 0, log: `${expected.join("\n")}\n` });
  });

  it.each([
    ["all of it", "none", ["look", "push", "after"]],
    ["up to what fails", "push", ["look", "push", "pull", "after"]],
  ])("may be several in turn: %s", async (_, failing, expected) => {
    const fake = `echo "$1" >>"$LOG"; [ "$1" != ${failing} ]`;
    const turns: Line = {
      firstOf: [{ inTurn: [{ run: docker("look") }, { run: docker("push") }] }, { run: docker("pull") }],
    };
    expect(await shell([turns, after], fake)).toMatchObject({ status: 0, log: `${expected.join("\n")}\n` });
    expect(invocationsOf([turns]).map(({ otherwise }) => otherwise)).toEqual([false, false, true]);
  });

  it("ends the script if the last of it fails", async () => {
    const fake = `echo "$1" >>"$LOG"; case $1 in look|pull|push) exit 1 ;; esac`;
    const ran = await shell([line, after], fake);
    expect(ran).toMatchObject({ status: 1, log: "look\npull\nbake\npush\n" });
  });

  it("has what comes to in order, and which of it is run only if it must", () => {
    const lines: Line[] = [
      line,
      { remark: "x" },
      { digest: "a", from: docker("ask"), repository: "r", isUp: true },
      after,
    ];
    expect(invocationsOf(lines).map(({ invocation, otherwise }) => [invocation.argv[1], otherwise])).toEqual([
      ["look", false],
      ["pull", true],
      ["bake", true],
      ["push", true],
      ["after", false],
    ]);
  });
});

describe("a digest", () => {
  const line = (repository: string, isUp = false): Line => ({
    digest: "my-base",
    from: docker("ask"),
    repository,
    isUp,
  });
  const say: Line = { run: docker("say", [{ digest: "my-base" }]) };
  const printing = (...lines: string[]) => `[ "$1" != ask ] || printf '%s\\n' ${lines.map(quote).join(" ")}
[ "$1" != say ] || echo "$2" >>"$LOG"`;

  it.each([
    ["that of its repository", ["b.com/x@sha256:1", "a.com/x@sha256:2"], "sha256:2"],
    ["the first of several", ["a.com/x@sha256:1", "a.com/x@sha256:2"], "sha256:1"],
    ["none of a repository that only begins like it", ["a.com/xy@sha256:1", "my.a.com/x@sha256:2"], ""],
    ["none", [""], ""],
    ["none of one whose name differs where its own has a dot", ["aXcom/x@sha256:1"], ""],
  ])("is %s", async (_, printed, expected) => {
    const ran = await shell([line("a.com/x"), say], printing(...printed));
    expect(ran).toMatchObject({ status: 0, stderr: "", log: `${expected}\n` });
  });

  it.each([
    ["the image has none", printing("b.com/x@sha256:1")],
    ["nobody can be asked", `[ "$1" = say ]`],
  ])("ends the script if it must be there and %s", async (_, fake) => {
    const ran = await shell([line("a.com/x", true), say], fake);
    expect(ran).toMatchObject({ status: 1, stderr: "my-base has no digest in a.com/x\n", log: "" });
  });

  it.each([
    ["a name of its image, where it has a digest", "sha256:1", "x@sha256:1"],
    ["nothing, where it has none", "", "x"],
  ])("stands behind %s", async (_, digest, expected) => {
    const ran = await shell([reading(["x", { pin: "my-base" }])], recorder, { DIGEST_my_2d_base: digest });
    expect(ran).toMatchObject({ status: 0, log: `read\n${expected}\n` });
    expect(await shell([reading(["x", { pin: "other" }])], recorder)).toMatchObject({ status: 0, log: "read\nx\n" });
  });

  it("is found in a registry without a name", async () => {
    const ran = await shell([line("[::1]:5000/x"), say], printing("[::1]:5000/x@sha256:1"));
    expect(ran).toMatchObject({ status: 0, log: "sha256:1\n" });
  });
});

describe("a proof", () => {
  const [app, base] = [reference("a.com/app:1"), reference("a.com/base:1")];
  const line: Line = { prove: docker("image", "inspect", "a.com/app:1"), pairs: [{ target: "app", image: app, base }] };
  const layers = (of: string, ...names: string[]) =>
    `*format*${of}*) echo '${names.map((name) => `${name} `).join("")}' ;;`;
  const fake = (...cases: string[]) => `case "$*" in\n${cases.join("\n")}\nesac`;

  it("holds where the base's layers are the first of the app's", async () => {
    const ran = await shell([line], fake(layers("app:1", "s:1", "s:2"), layers("base:1", "s:1")));
    expect(ran).toMatchObject({ status: 0, stderr: "" });
  });

  it.each([
    ["another layer", ["s:1", "s:3"], ["s:2"]],
    ["more layers", ["s:1"], ["s:1", "s:2"]],
    ["a layer whose name only begins like it", ["s:12"], ["s:1"]],
    ["them later", ["s:0", "s:1"], ["s:1"]],
  ])("does not where the base has %s", async (_, ofApp, ofBase) => {
    const ran = await shell([line], fake(layers("app:1", ...ofApp), layers("base:1", ...ofBase)));
    expect(ran).toMatchObject({ status: 1, stderr: "app does not stand on a.com/base:1\n" });
  });

  it("does not where an image is not there", async () => {
    const ran = await shell([line], "echo 'No such image' >&2; exit 1");
    expect(ran).toMatchObject({ status: 1, stderr: "No such image\n" });
  });
});
