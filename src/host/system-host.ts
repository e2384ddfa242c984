import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command, ExecResult, Host, Output } from "./host.ts";
import type { Interruption } from "./interruption.ts";
import { systemFiles } from "./system-files.ts";
import { systemRequest } from "./system-http.ts";

/** The real world: with `systemFiles` the only code that touches the process, the file system or other programs. */
export function systemHost(self: NodeJS.Process, { signal, hold }: Pick<Interruption, "signal" | "hold">): Host {
  return {
    argv: self.argv.slice(2),
    cwd: self.cwd(),
    env: self.env,
    home: os.homedir(),
    stdout: output(self.stdout),
    stderr: output(self.stderr),
    print: (text) => void self.stdout.write(text),
    json: (value) => JSON.stringify(value, null, 2),
    hide: () => undefined,
    now: () => Date.now(),
    sleep: async (milliseconds) => {
      // An interruption ends the wait; what comes next looks at the signal itself.
      await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
    },
    random: () => Math.random(),
    signal,
    hold,
    exec: (command) => exec(command, signal),
    request: systemRequest(signal),
    files: systemFiles,
  };
}

function output(stream: NodeJS.WriteStream): Output {
  // A reader that went away (`… | head`) is no reason to stop building.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  return { write: (text) => void stream.write(text), isTTY: stream.isTTY };
}

const graceMilliseconds = 10_000;

async function exec(command: Command, signal: AbortSignal): Promise<ExecResult> {
  const { execa } = await import("execa");
  const [file, ...args] = command.argv;
  const { onStderrLine } = command;
  const child = execa(file, args, {
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    env: { ...command.env },
    extendEnv: command.env === undefined,
    ...(command.stdin === undefined ? { stdin: "ignore" as const } : { input: command.stdin }),
    reject: false,
    cancelSignal: signal,
    ...(command.limit === undefined ? {} : { timeout: command.limit }),
    forceKillAfterDelay: graceMilliseconds,
    ...(onStderrLine === undefined ? {} : { buffer: { stderr: false }, stderr: "pipe" as const }),
  });
  const heard = watchSilence(command.onSilence);
  const lines =
    onStderrLine === undefined
      ? Promise.resolve()
      : readLines(child.iterable({ from: "stderr" }), (line) => {
          heard.now();
          onStderrLine(line);
        });
  const result = await child;
  await lines;
  heard.stop();
  return {
    exitCode: result.exitCode ?? (result.code === "ENOENT" ? 127 : 128 + signalNumber(result.signal)),
    stdout: typeof result.stdout === "string" ? result.stdout : "",
    stderr: typeof result.stderr === "string" ? result.stderr : "",
    missing: result.code === "ENOENT",
    late: result.timedOut,
  };
}

const wordEvery = 30_000;

/** Tells of every half minute in which nothing was heard. */
function watchSilence(tell: ((seconds: number) => void) | undefined): { now: () => void; stop: () => void } {
  let last = Date.now();
  const timer = setInterval(() => tell?.(Math.round((Date.now() - last) / 1000)), wordEvery);
  const now = () => {
    last = Date.now();
    timer.refresh();
  };
  return { now, stop: () => clearInterval(timer) };
}

async function readLines(lines: AsyncIterable<unknown>, read: (line: string) => void): Promise<void> {
  try {
    for await (const line of lines) read(String(line));
  } catch {
    // The stream ends with the process; how that ended is the result's to say.
  }
}

function signalNumber(name: string | undefined): number {
  return name === undefined ? 0 : (os.constants.signals[name as NodeJS.Signals] ?? 0);
}
