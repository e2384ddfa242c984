import { describe, expect, it } from "vitest";
import { type DockerContext, runDocker, runPatiently } from "../../../src/docker/exec.ts";
import { docker } from "../../../src/docker/invocation.ts";
import { attempts } from "../../../src/host/retry.ts";
import { fakeHost, type Ran } from "../../support/host.ts";

/** A docker whose runs print these texts in turn, "" being a success; the last one for ever. */
function printing(...texts: string[]) {
  const ran: Omit<Ran, "code"> = { out: "", err: "", commands: [] };
  let tried = 0;
  const answer = () => {
    const text = texts[Math.min(tried++, texts.length - 1)]!;
    return { exitCode: text === "" ? 0 : 1, stderr: text };
  };
  const env = { PATH: "/bin", HOME: "/root", DOCKER_HOST: "tcp://a", TOKEN: "t0ken", OTHER: "secret" };
  const host = fakeHost([], { cwd: "/", env, commands: { "docker ": answer } }, ran);
  const session = { directory: "/tmp/own", env: { WORK: "/tmp/own", DOCKER_CONFIG: "/tmp/own" } };
  const context: DockerContext = {
    host,
    session,
    directory: "/work",
    env,
    digests: new Map([["base", "sha256:a"]]),
    say: () => undefined,
  };
  return { context, commands: ran.commands, tried: () => tried };
}

/** What comes of `docker push a` that is run patiently. */
async function pushing(...texts: string[]) {
  const { context, tried } = printing(...texts);
  const notes: string[] = [];
  const started = context.host.now();
  const { result } = await runPatiently(context, docker("push", "a"), "push a", (line) => void notes.push(line));
  return { exitCode: result.exitCode, tried: tried(), notes, waited: context.host.now() - started };
}

const unwell = "received unexpected HTTP status: 503 Service Unavailable";

describe("a docker process that asks a registry", () => {
  it.each([
    ["that succeeds is run once", [""], { exitCode: 0, tried: 1 }],
    ["that is denied is run once", ["denied: requested access to the resource is denied"], { exitCode: 1, tried: 1 }],
    ["whose image is missing is run once", ["manifest unknown"], { exitCode: 1, tried: 1 }],
    ["whose RUN fails is run once", ["process did not complete successfully: exit code: 1"], { exitCode: 1, tried: 1 }],
    ["that fails for a passing reason is run again", [unwell, unwell, ""], { exitCode: 0, tried: 3 }],
    ["that then fails for good is not", [unwell, "denied: no"], { exitCode: 1, tried: 2 }],
    ["that always fails for a passing reason is given up", [unwell], { exitCode: 1, tried: attempts }],
  ])("%s", async (_, texts, expected) => {
    expect(await pushing(...texts)).toMatchObject(expected);
  });

  it.each(["received unexpected HTTP status: 500 Internal Server Error", "unexpected status code 500"])(
    "is tried once more, with all its layers, where the registry may be full: %s",
    async (text) => {
      const { tried, notes } = await pushing(text);
      expect(tried).toBe(2);
      expect(notes).toEqual([`push a: ${text}; trying again in 0.8 s (2 of 2)`]);
    },
  );

  it("says what it waits for", async () => {
    const { notes } = await pushing(unwell, "");
    expect(notes).toEqual([`push a: ${unwell}; trying again in 0.8 s (2 of 5)`]);
  });

  it.each([
    ["toomanyrequests: slow down, Retry-After: 9", 9_000],
    ["toomanyrequests: retry after 9", 9_000],
    ["toomanyrequests: Retry-After: 0", 750],
    ["toomanyrequests: Retry-After: 9999", 300_000],
  ])("waits as told: %s", async (text, expected) => {
    expect((await pushing(text, "")).waited).toBe(expected);
  });
});

describe("a docker process", () => {
  it("is given its words filled in, its input, and of the environment only what is its own or named", async () => {
    const { context, commands } = printing("");
    await runDocker(context, {
      argv: ["docker", "x", [{ variable: "WORK" }, "/f"], ["--label=d=", { digest: "base" }], ["=", { digest: "?" }]],
      stdin: [{ variable: "TOKEN" }],
      env: ["TOKEN"],
    });
    expect(commands).toMatchObject([
      {
        argv: ["docker", "x", "/tmp/own/f", "--label=d=sha256:a", "="],
        stdin: "t0ken",
        cwd: "/work",
        env: {
          DOCKER_HOST: "tcp://a",
          DOCKER_CONFIG: "/tmp/own",
          TOKEN: "t0ken",
          DOCKER_BUILDKIT: "1",
        },
      },
    ]);
    expect(commands[0]!.env).not.toHaveProperty("OTHER");
  });

  it("reads nothing where there is no input", async () => {
    const { context, commands } = printing("");
    await runDocker(context, docker("version"));
    expect(commands[0]).not.toHaveProperty("stdin");
    expect(commands[0]!.env).not.toHaveProperty("TOKEN");
  });
});
