import { EventEmitter } from "node:events";
import os from "node:os";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Command } from "../../../src/host/host.ts";
import { systemHost } from "../../../src/host/system-host.ts";
import { collectAllTheTime } from "../../support/collect.ts";

/** A stream that a test can break. */
class Stream extends EventEmitter {
  text = "";
  isTTY = false;
  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

function real() {
  const controller = new AbortController();
  const [stdout, stderr] = [new Stream(), new Stream()];
  const self = { argv: ["node", "cli", "plan"], cwd: () => "/work", env: { A: "1" }, stdout, stderr };
  const host = systemHost(self as unknown as NodeJS.Process, {
    signal: controller.signal,
    hold: () => () => undefined,
  });
  return { host, controller, stdout, stderr };
}

const node = (code: string, rest: Partial<Command> = {}): Command => ({
  argv: [process.execPath, "-e", code],
  ...rest,
});

describe("a process of the real host", () => {
  it.each<[string, Command, object]>([
    [
      "that succeeds",
      node("console.log(1); console.error(2)"),
      { exitCode: 0, stdout: "1", stderr: "2", missing: false },
    ],
    ["that fails", node("process.exit(3)"), { exitCode: 3 }],
    ["that is killed", node("process.kill(process.pid, 'SIGKILL')"), { exitCode: 128 + os.constants.signals.SIGKILL }],
    [
      "that may not be started",
      { argv: ["/etc/passwd"] },
      { exitCode: 126, missing: false, stderr: expect.stringMatching(/^\/etc\/passwd cannot be started: .*EACCES/) },
    ],
    [
      "in a folder that is not there",
      node("1", { cwd: "/nonexistent/a" }),
      {
        exitCode: 126,
        missing: false,
        stderr: expect.stringMatching(/cannot be started: there is no folder \/nonexistent\/a$/),
      },
    ],
    [
      "that is not there, in a folder that is",
      { argv: ["/nonexistent/docker"], cwd: "/" },
      { exitCode: 127, missing: true },
    ],
    ["that is not there", { argv: ["/nonexistent/docker"] }, { exitCode: 127, missing: true }],
    ["that reads", node("process.stdin.pipe(process.stdout)", { stdin: "hello" }), { stdout: "hello" }],
    ["that has nothing to read", node("process.stdin.on('end', () => console.log('end')).resume()"), { stdout: "end" }],
    ["in another folder", node("console.log(process.cwd())", { cwd: "/" }), { stdout: "/" }],
    [
      "that takes too long",
      node("setTimeout(() => undefined, 60000)", { limit: 300 }),
      { late: "it has not ended within 0.3 s" },
    ],
    ["that ends in time", node("1", { limit: 60_000 }), { exitCode: 0, late: null }],
  ])("%s", async (_, command, expected) => {
    expect(await real().host.exec(command)).toMatchObject(expected);
  });

  it("gets the environment that it is given, and nothing else", async () => {
    vi.stubEnv("OURS", "secret");
    onTestFinished(() => void vi.unstubAllEnvs());
    const code = "console.log(process.env.OURS, process.env.GIVEN)";
    expect(await real().host.exec(node(code, { env: { GIVEN: "yes" } }))).toMatchObject({ stdout: "undefined yes" });
    expect(await real().host.exec(node(code))).toMatchObject({ stdout: "secret undefined" });
  });

  it("tells each line of its errors as it comes, and keeps none", async () => {
    const lines: string[] = [];
    const command = node("console.error('a\\nb')", { onStderrLine: (line) => void lines.push(line) });
    expect(await real().host.exec(command)).toMatchObject({ exitCode: 0, stderr: "" });
    expect(lines).toEqual(["a", "b"]);
  });

  it("tells each line of its output as it comes, too, and keeps them", async () => {
    const lines: string[] = [];
    const command = node("console.log('a\\nb')", { onStdoutLine: (line) => void lines.push(line) });
    expect(await real().host.exec(command)).toMatchObject({ exitCode: 0, stdout: "a\nb" });
    expect(lines).toEqual(["a", "b"]);
  });

  it("has a reason why it cannot be started where its errors are told of, too", async () => {
    const lines: string[] = [];
    await real().host.exec({ argv: ["/etc/passwd"], onStderrLine: (line) => void lines.push(line) });
    expect(lines).toEqual([expect.stringContaining("EACCES")]);
  });

  it("does not hide that who reads its lines has failed", async () => {
    const read = () => {
      throw new TypeError("a bug");
    };
    await expect(real().host.exec(node("console.error('a')", { onStderrLine: read }))).rejects.toThrow("a bug");
    await expect(real().host.exec(node("console.log('a')", { onStdoutLine: read }))).rejects.toThrow("a bug");
  });

  const silently = () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
  };
  const ticking = async (told: () => boolean) => {
    await vi.waitFor(() => {
      vi.advanceTimersByTime(30_000);
      expect(told()).toBe(true);
    });
  };

  it("is ended where it says nothing for too long, with the reason", async () => {
    silently();
    let asked = 0;
    const onSilence = async () => (++asked > 2 ? "no progress" : null);
    const ended = real().host.exec(node("setTimeout(() => undefined, 60000)", { onSilence }));
    await ticking(() => asked > 2);
    expect(await ended).toMatchObject({ exitCode: 128 + os.constants.signals.SIGTERM, late: "no progress" });
  });

  it("says nothing where a line is no sign of life", async () => {
    silently();
    const talking = "setInterval(() => console.error('same'), 20)";
    const asked: number[] = [];
    const onSilence = async (seconds: number) => (asked.push(seconds) > 3 ? "no progress" : null);
    const ended = real().host.exec(node(talking, { onSilence, onStderrLine: () => false }));
    await ticking(() => asked.length > 3);
    expect(await ended).toMatchObject({ late: "no progress" });
  });

  it("is told of while it says nothing", async () => {
    silently();
    const told: number[] = [];
    const quiet = node("setTimeout(() => undefined, 300)", {
      onSilence: async (seconds) => {
        told.push(seconds);
        return null;
      },
    });
    const ended = real().host.exec(quiet);
    const unheard = real().host.exec(node("setTimeout(() => undefined, 300)"));
    await vi.waitFor(() => {
      vi.advanceTimersByTime(30_000);
      expect(told).not.toEqual([]);
    });
    expect([(await ended).exitCode, (await unheard).exitCode]).toEqual([0, 0]);
  });

  it("ends with the run, and nothing is thrown", async () => {
    const { host, controller } = real();
    const ended = host.exec(
      node("console.error('on'); setTimeout(() => undefined, 60000)", {
        onStderrLine: () => controller.abort("SIGTERM"),
      }),
    );
    expect((await ended).exitCode).not.toBe(0);
  });
});

describe("a process that takes too long ends, however often memory is tidied up", () => {
  collectAllTheTime();
  const endless = (rest: Partial<Command>) => node("setInterval(() => undefined, 1000)", rest);

  it("by its limit", async () => {
    const ended = await real().host.exec(endless({ limit: 1_500 }));
    expect(ended).toMatchObject({ late: "it has not ended within 1.5 s" });
  });

  it("by what its silence comes to", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    let asked = 0;
    const ended = real().host.exec(endless({ onSilence: async () => (++asked > 20 ? "no progress" : null) }));
    await vi.waitFor(
      () => {
        vi.advanceTimersByTime(30_000);
        expect(asked).toBeGreaterThan(20);
      },
      { timeout: 20_000 },
    );
    expect(await ended).toMatchObject({ late: "no progress" });
  });

  it("by the run's end", async () => {
    const { host, controller } = real();
    const ended = host.exec(endless({ limit: 60_000 }));
    setTimeout(() => controller.abort("SIGTERM"), 500);
    expect(await ended).toMatchObject({ exitCode: 128 + os.constants.signals.SIGTERM, late: null });
  });
});

describe("the real host", () => {
  it("says what it was started with", () => {
    expect(real().host).toMatchObject({ argv: ["plan"], cwd: "/work", env: { A: "1" }, home: os.homedir() });
  });

  it("waits, but no longer than the run", async () => {
    const { host, controller } = real();
    await host.sleep(1);
    const waiting = host.sleep(60_000);
    controller.abort("SIGINT");
    await expect(waiting).resolves.toBeUndefined();
  });

  it("writes to its streams, and minds no reader that went away", () => {
    const { host, stdout, stderr } = real();
    host.stdout.write("a");
    host.print("b");
    host.stderr.write("c");
    expect([stdout.text, stderr.text, host.json({ a: 1 })]).toEqual(["ab", "c", '{\n  "a": 1\n}']);
    expect(() => stdout.emit("error", Object.assign(new Error("gone"), { code: "EPIPE" }))).not.toThrow();
    expect(() => stdout.emit("error", new Error("disk is full"))).toThrow("disk is full");
  });

  it("has a clock and chance", () => {
    const { host } = real();
    expect(Math.abs(host.now() - Date.now())).toBeLessThan(10_000);
    expect(host.random()).toBeGreaterThanOrEqual(0);
    expect(host.random()).toBeLessThan(1);
  });
});
