import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dockerEnvironment } from "../../../src/docker/environment.ts";
import { fillIn, type Invocation, quote, toPlannedCommands, toShell } from "../../../src/docker/invocation.ts";

const invocation = (changes: Partial<Invocation>): Invocation => ({
  kind: "build",
  target: null,
  argv: ["docker", "version"],
  stdin: null,
  env: [],
  ...changes,
});

describe("a line for the shell", () => {
  it("is read by a shell as the very words", () => {
    const word = fc.stringMatching(/^[^\0]*$/);
    const lines = fc.sample(fc.array(word, { minLength: 1, maxLength: 4 }), { numRuns: 200, seed: 1 });
    // One shell for all: it prints each word, ended by a character that no word can have.
    const script = lines.map((words) => `printf '%s\\0' ${words.map(quote).join(" ")}`).join("\n");
    const printed = execFileSync("sh", ["-c", script], { encoding: "utf8" });
    expect(printed.split("\0").slice(0, -1)).toEqual(lines.flat());
  });

  it.each(["plain", "END\nEND", "a\nEND\nb", "$HOME `id` 'x' \\"])("gives a process its input: %j", (stdin) => {
    const line = toShell([invocation({ argv: ["cat"], stdin })]);
    expect(execFileSync("sh", ["-c", line], { encoding: "utf8" })).toBe(`${stdin}\n`);
  });

  it("names variables, and does what comes next only if it must", () => {
    const login = invocation({
      argv: ["docker", "login", "--username", { variable: "ROBOT" }],
      stdin: { variable: "PASS" },
    });
    expect(toShell([login])).toBe('printf %s "$PASS" | docker login --username "$ROBOT"');
    const look = invocation({ kind: "inspect", argv: ["docker", "image", "inspect", "a"] });
    const pull = invocation({ kind: "pull", argv: ["docker", "pull", "a"] });
    expect(toShell([look, pull])).toBe("docker image inspect a >/dev/null 2>&1 || docker pull a");
  });
});

describe("a planned command", () => {
  it("is plain JSON with the variables' names", () => {
    const login = invocation({
      kind: "login",
      argv: ["docker", { variable: "A", rest: "/x" }],
      stdin: { variable: "B" },
      env: ["A"],
    });
    const expected = { kind: "login", target: null, argv: ["docker", "$A/x"], stdin: "$B", env: ["A"] };
    expect(toPlannedCommands([[login, login]])).toEqual([
      { ...expected, otherwise: false },
      { ...expected, otherwise: true },
    ]);
  });

  it("is filled in when it runs", () => {
    expect(fillIn({ variable: "A", rest: "/x" }, { A: "$B" })).toBe("$B/x");
    expect(() => fillIn({ variable: "A" }, { A: undefined })).toThrow("$A");
  });
});

describe("docker's environment", () => {
  it("is docker's own variables and what is named, never the whole", () => {
    const env = {
      PATH: "/bin",
      HOME: "/root",
      DOCKER_HOST: "unix:///x.sock",
      BUILDX_BUILDER: "b",
      https_proxy: "http://p",
      NPM_TOKEN: "named",
      AWS_SECRET_ACCESS_KEY: "secret",
      DRONE_NETRC_PASSWORD: "secret",
      DOCKER_PASSWORD: "secret",
      DOCKER_USERNAME: "robot",
    };
    const given = dockerEnvironment(env, ["NPM_TOKEN"]);
    expect(Object.values(given)).not.toContain("secret");
    expect(Object.keys(given).filter((name) => name in env)).toEqual(
      expect.arrayContaining(["PATH", "HOME", "DOCKER_HOST", "BUILDX_BUILDER", "https_proxy", "NPM_TOKEN"]),
    );
    expect(given).not.toHaveProperty("DOCKER_USERNAME");
    expect(dockerEnvironment(env, ["DOCKER_PASSWORD"])).toMatchObject({ DOCKER_PASSWORD: "secret" });
  });
});
