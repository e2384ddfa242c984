import { stat } from "node:fs/promises";
import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Result } from "execa";
import type { Command, ExecResult, Host, Output } from "./host.ts";
import type { Interruption } from "./interruption.ts";
import { limited } from "./limit.ts";
import { systemFiles } from "./system-files.ts";
import { systemRequest } from "./system-http.ts";

/** The real world: with `systemFiles` the only code that touches the process, the file system or other programs. */
export function systemHost(self: NodeJS.Process, { signal, hold }: Pick<Interruption, "signal" | "hold">): Host {
  return {
    argv: self.argv.slice(2),
    cwd: self.cwd(),
    env: self.env,
    home: os.homedir(),
    platform: platformOf(self.arch),
    stdout: output(self.stdout),
    stderr: output(self.stderr),
    print: (text) => void self.stdout.write(text),
    json: (value) => JSON.stringify(value, null, 2),
    outside: (text) => text,
    mask: (text) => text,
    hide: () => undefined,
    now: () => Date.now(),
    sleep: async (milliseconds) => {
      // An interruption ends the wait; what comes next looks at the signal itself.
      await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
    },
    limited,
    random: () => Math.random(),
    signal,
    hold,
    exec: (command) => exec(command, signal),
    request: systemRequest(signal),
    files: systemFiles,
  };
}

/** Docker's word for Node's. https://nodejs.org/api/process.html#processarch */
function platformOf(arch: string): string {
  const words: Record<string, string> = { x64: "amd64", ia32: "386", arm: "arm/v7", ppc64: "ppc64le" };
  return `linux/${words[arch] ?? arch}`;
}

function output(stream: NodeJS.WriteStream): Output {
  // A reader that went away (`… | head`) is no reason to stop building.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  return { write: (text) => void stream.write(text), isTTY: stream.isTTY };
}

const graceMilliseconds = 10_000;

/** What a shell says of a program that is there but cannot be started, and of one that is not there. */
const [unstarted, notFound] = [126, 127];

async function exec(command: Command, signal: AbortSignal): Promise<ExecResult> {
  const { execa } = await import("execa");
  const [file, ...args] = command.argv;
  const { onStdoutLine, onStderrLine, limit } = command;
  const child = execa(file, args, {
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    env: { ...command.env },
    extendEnv: command.env === undefined,
    ...(command.stdin === undefined ? { stdin: "ignore" as const } : { input: command.stdin }),
    reject: false,
    cancelSignal: signal,
    ...(limit === undefined ? {} : { timeout: limit }),
    forceKillAfterDelay: graceMilliseconds,
    ...(onStderrLine === undefined ? {} : { buffer: { stderr: false, stdout: true }, stderr: "pipe" as const }),
  });
  let late: string | null = null;
  const silence = watchSilence(command.onSilence, (why) => {
    late ??= why;
    child.kill();
  });
  const listen = async (from: "stdout" | "stderr", read: Command["onStderrLine"]) => {
    if (read === undefined) child[from]?.on("data", silence.heard);
    else await readLines(child.iterable({ from }), (line) => void (read(line) === false || silence.heard()));
  };
  const listening = [listen("stdout", onStdoutLine), listen("stderr", onStderrLine)];
  const result = await child;
  // What fails in a reader is a bug, and none to be silent about.
  const failed = (await Promise.allSettled([...listening, silence.stop()])).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  const fault = await startingFault(command, result);
  if (fault !== null) onStderrLine?.(fault);
  const missing = result.code === "ENOENT" && fault === null;
  const own = result.exitCode ?? 128 + signalNumber(result.signal);
  const stderr = typeof result.stderr === "string" ? result.stderr : "";
  return {
    exitCode: missing ? notFound : fault === null ? own : unstarted,
    stdout: typeof result.stdout === "string" ? result.stdout : "",
    stderr: onStderrLine === undefined ? (fault ?? stderr) : "",
    missing,
    late: late ?? (result.timedOut && limit !== undefined ? `it has not ended within ${limit / 1000} s` : null),
  };
}

/** Why a program that is there could not be started; null if that is not what happened. */
async function startingFault(
  { argv: [file], cwd }: Command,
  { code, exitCode, originalMessage = "" }: Pick<Result, "code" | "exitCode" | "originalMessage">,
): Promise<string | null> {
  if (code === undefined || exitCode !== undefined) return null;
  if (cwd !== undefined && !(await isFolder(cwd))) return `${file} cannot be started: there is no folder ${cwd}`;
  // What comes of an end of ours has a code, too.
  return /^E[A-Z]+$/.test(code) && code !== "ENOENT" ? `${file} cannot be started: ${originalMessage || code}` : null;
}

async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

const wordEvery = 30_000;

/** Asks of every half minute in which nothing was heard, one question at a time; an answer is why the process has to end. */
function watchSilence(
  ask: Command["onSilence"],
  end: (why: string) => void,
): { heard: () => void; stop: () => Promise<void> } {
  if (ask === undefined) return { heard: () => undefined, stop: () => Promise.resolve() };
  let last = Date.now();
  let asked: Promise<void> | null = null;
  const question = async () => {
    const why = await ask(Math.round((Date.now() - last) / 1000));
    if (why !== null) end(why);
    // What was thrown is kept, and there is no other question.
    asked = null;
  };
  const timer = setInterval(() => void (asked ??= question()), wordEvery);
  const heard = () => {
    last = Date.now();
    timer.refresh();
  };
  const stop = async () => {
    clearInterval(timer);
    await asked;
  };
  return { heard, stop };
}

/** How the stream ends is the process's to say; what `read` throws is passed on when there is nothing more to read. */
async function readLines(lines: AsyncIterable<unknown>, read: (line: string) => void): Promise<void> {
  const faults: unknown[] = [];
  try {
    for await (const line of lines) {
      try {
        read(String(line));
      } catch (error) {
        faults.push(error);
      }
    }
  } catch {
    // It ended in the middle.
  }
  if (faults.length > 0) throw faults[0];
}

function signalNumber(name: string | undefined): number {
  return name === undefined ? 0 : (os.constants.signals[name as NodeJS.Signals] ?? 0);
}
