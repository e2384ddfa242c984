import { describe, expect, it } from "vitest";
import { dockerFailure } from "../../../src/docker/why-failed.ts";
import { type DockerContext, runDocker, runPatiently } from "../../../src/docker/exec.ts";
import { pullImage, pushImage } from "../../../src/docker/image-commands.ts";
import { docker } from "../../../src/docker/invocation.ts";
import type { Follower } from "../../../src/docker/patience.ts";
import type { Command } from "../../../src/host/host.ts";
import type { Wait } from "../../../src/progress/wait.ts";
import { reference } from "../../support/planned.ts";
import { fakeHost } from "../../support/host.ts";

/**
 * A docker whose process says nothing for so many half minutes, after what `before` makes it say, and the registry's
 * answers to questions in turn, the last one for ever.
 */
function silent(halfMinutes: number, setup: Setup = {}) {
  const { before = () => undefined, answers = ["yes"] } = setup;
  const [said, asked] = [[] as string[], [] as string[]];
  let late: string | null = null;
  const act = async (command: Command) => {
    before(command);
    for (let tick = 1; tick <= halfMinutes && late === null; tick++) {
      await host.sleep(30_000);
      setup.each?.(command);
      late = (await command.onSilence?.(tick * 30)) ?? null;
    }
  };
  const host = fakeHost([], { cwd: "/", commands: { "docker ": { act } } }, { out: "", err: "", commands: [] });
  const exec = async (command: Command) => {
    const result = await host.exec(command);
    return late === null ? result : { ...result, exitCode: 143, late };
  };
  const context: DockerContext = {
    host: { ...host, exec },
    session: { directory: "/", env: {} },
    directory: "/",
    env: {},
    digests: new Map(),
    say: (line) => void said.push(line),
    answers: async (registry) => {
      asked.push(registry);
      return answers[Math.min(asked.length, answers.length) - 1]!;
    },
  };
  return { context, said, asked };
}

interface Setup {
  before?: (command: Command) => void;
  each?: (command: Command) => void;
  answers?: ("yes" | "mute" | "away")[];
}

const builder = (wait: Wait | null, changes = () => 0): Follower => ({
  read: () => false,
  waits: { now: () => wait, changes },
});
const bake = docker("buildx", "bake", "-f", "-");
const image = reference("a.com/b:c");

describe("a docker process that nothing is printed for", () => {
  it.each<[string, Wait | null, number | null]>([
    ["an answer", { what: "load metadata for a.com/b", image: "a.com/b", next: "answer" }, 300],
    ["bytes", { what: "FROM a.com/b", image: "a.com/b:c@sha256:0", next: "bytes" }, 600],
    ["the end of what tells of no bytes", { what: "pushing layers", image: null, next: "end" }, 3600],
    ["a RUN", { what: "RUN make", image: null, next: "work" }, null],
    ["nobody knows what", null, null],
  ])("and that waits for %s is ended in its time, and no sooner", async (_, wait, seconds) => {
    const { context, said } = silent(1000, {});
    const { late } = await runDocker(context, bake, builder(wait));
    expect(late).toBe(seconds === null ? null : `${wait!.what}: nothing for ${seconds} s`);
    expect(said).toHaveLength(seconds === null ? 1000 : seconds / 30 - 1);
    expect(said[0]).toBe(`${wait?.what ?? "docker buildx bake"}: nothing for 30 s, still waiting`);
  });

  it("is never ended as long as bytes move, and that is said, too", async () => {
    let bytes = 0;
    const wait: Wait = { what: "pushing a.com/b, 0.6 MB so far", image: "a.com/b", next: "bytes" };
    const each = (command: Command) => void command.onStderrLine?.(`${++bytes}`);
    const { context, said, asked } = silent(100, { each });
    const { late } = await runDocker(
      context,
      bake,
      builder(wait, () => bytes),
    );
    expect({ late, asked }).toEqual({ late: null, asked: [] });
    expect(new Set(said)).toEqual(new Set(["pushing a.com/b, 0.6 MB so far, still getting on"]));
  });

  it("is ended soon where its registry has gone mute", async () => {
    const { context, said, asked } = silent(1000, { answers: ["mute"] });
    const wait: Wait = { what: "FROM a.com:5000/b:c", image: "a.com:5000/b:c", next: "bytes" };
    const { late } = await runDocker(context, bake, builder(wait));
    expect(late).toBe("FROM a.com:5000/b:c: nothing for 120 s, and a.com:5000 does not answer any more");
    expect(asked).toEqual(["a.com:5000", "a.com:5000", "a.com:5000", "a.com:5000"]);
    expect(said[0]).toContain("; a.com:5000 does not answer");
  });

  it.each<[string, Setup["answers"]]>([
    ["answers again", ["mute", "mute", "mute", "yes", "mute", "mute", "mute", "yes"]],
    ["cannot be reached from here", ["away"]],
  ])("is not ended sooner where its registry %s", async (_, answers) => {
    const { context } = silent(9, { answers: answers! });
    const wait: Wait = { what: "FROM a.com/b", image: "a.com/b", next: "bytes" };
    expect(await runDocker(context, bake, builder(wait))).toMatchObject({ late: null });
  });

  it("is a push whose layers are up: only an answer is missing", async () => {
    const lines = ["The push refers to repository [a.com/b]", "0123456789ab: Preparing", "0123456789ab: Pushed"];
    const before = (command: Command) => lines.forEach((line) => command.onStdoutLine?.(line));
    const { context } = silent(1000, { before });
    expect(await runDocker(context, pushImage(image))).toMatchObject({
      late: "docker push a.com/b:c: nothing for 300 s",
    });
  });

  it.each([
    ["push", pushImage(image), ["0123456789ab: Preparing", "ba9876543210: Pushed"]],
    ["pull", pullImage(image), ["0123456789ab: Pulling fs layer", "ba9876543210: Pull complete"]],
  ])("is a %s at work on a layer, which may be large", async (name, invocation, lines) => {
    const before = (command: Command) => lines.forEach((line) => command.onStdoutLine?.(line));
    const { context } = silent(1000, { before });
    const { late } = await runDocker(context, invocation);
    expect(late).toBe(`docker ${name} a.com/b:c: nothing for 3600 s`);
  });

  it("is a push to a registry that has gone mute; it is not tried again", async () => {
    const { context, asked } = silent(1000, { answers: ["mute"] });
    const said: string[] = [];
    const { result, text } = await runPatiently(context, pushImage(image), "push", (line) => void said.push(line));
    expect(asked).toHaveLength(4);
    expect(said).toEqual([]);
    expect(dockerFailure(context.host, "app", result, text)).toMatchObject({
      code: "no-progress",
      target: "app",
      message: "docker push a.com/b:c: nothing for 120 s, and a.com does not answer any more",
    });
  });
});

describe("a quick question", () => {
  it.each<[string, string[], number | undefined, number]>([
    ["has a limit", ["image", "inspect", "a"], undefined, 120_000],
    ["may have another one", ["login", "a.com"], 30_000, 30_000],
  ])("%s", async (_, words, limit, expected) => {
    const commands: Command[] = [];
    const { context } = silent(0, { before: (command) => void commands.push(command) });
    await runDocker(context, { ...docker(...words), ...(limit === undefined ? {} : { limit }) });
    expect(commands.map((command) => command.limit)).toEqual([expected]);
  });

  it("says which one it was where that was reached", async () => {
    const late = "it has not ended within 120 s";
    const commands = { "docker image inspect": { exitCode: 143, late } };
    const host = fakeHost([], { cwd: "/", commands }, { out: "", err: "", commands: [] });
    const { context } = silent(0);
    const result = await runDocker({ ...context, host }, docker("image", "inspect", "a"));
    expect(dockerFailure(host, null, result, "")).toMatchObject({
      code: "no-progress",
      message: "docker image inspect: it has not ended within 120 s",
    });
  });
});
