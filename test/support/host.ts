import type { Command, ExecResult, Host } from "../../src/host/host.ts";
import { main } from "../../src/cli/main.ts";
import { limited } from "../../src/host/limit.ts";
import { systemFiles } from "../../src/host/system-files.ts";

/** What a fake program answers; what is left out is a success that prints nothing. */
export interface Answer {
  exitCode?: number;
  stdout?: string;
  stderr?: string;
  missing?: boolean;
  late?: string;
  /** Called with the command, for an answer that must do something. */
  act?: (command: Command) => void | Promise<void>;
}

/** How a test sets up the outside world. */
export interface World {
  cwd: string;
  env?: Record<string, string>;
  /** Answers by the beginning of the command line; a command that none fits fails the test. */
  commands?: Record<string, Answer | ((command: Command) => Answer)>;
  request?: Host["request"];
  /** What is different from the real file system. */
  files?: Partial<Host["files"]>;
  signal?: AbortSignal;
}

/** What a run of the program did. */
export interface Ran {
  code: number;
  out: string;
  err: string;
  /** The commands that were run, in order. */
  commands: Command[];
}

/** No git here: commands that ask it find nothing. */
export const noGit: World["commands"] = { "git ": { exitCode: 128, stderr: "fatal: not a git repository" } };

/** No network here, either. The failure of a test that did expect an answer says what was asked. */
const noNetwork: Host["request"] = async ({ method, url }) => ({
  status: 0,
  message: `the test did not expect ${method} ${url}`,
  sent: false,
});

/** Runs the whole program in this process, against a world of the test's own. */
export async function run(argv: readonly string[], world: World): Promise<Ran> {
  const ran: Ran = { code: -1, out: "", err: "", commands: [] };
  const host = fakeHost(argv, world, ran);
  ran.code = await main(host);
  return ran;
}

/** A host that refuses what the test has not foreseen. */
export function fakeHost(argv: readonly string[], world: World, ran: Omit<Ran, "code">): Host {
  let clock = Date.parse("2020-01-10T00:30:00Z");
  return {
    argv,
    cwd: world.cwd,
    env: world.env ?? {},
    home: "/nonexistent",
    platform: "linux/amd64",
    stdout: { write: (text) => void (ran.out += text), isTTY: false },
    stderr: { write: (text) => void (ran.err += text), isTTY: false },
    print: (text) => void (ran.out += text),
    json: (value) => JSON.stringify(value, null, 2),
    outside: (text) => text,
    mask: (text) => text,
    hide: () => undefined,
    now: () => clock,
    sleep: async (milliseconds) => {
      clock += milliseconds;
    },
    limited,
    random: () => 0.5,
    hold: () => () => undefined,
    signal: world.signal ?? new AbortController().signal,
    request: world.request ?? noNetwork,
    files: { ...systemFiles, ...world.files },
    exec: async (command) => {
      ran.commands.push(command);
      return answer(command, world.commands ?? {});
    },
  };
}

async function answer(command: Command, commands: NonNullable<World["commands"]>): Promise<ExecResult> {
  const line = command.argv.join(" ");
  // The most specific answer wins.
  const key = Object.keys(commands)
    .filter((start) => line.startsWith(start))
    .toSorted((a, b) => b.length - a.length)[0];
  if (key === undefined) throw new Error(`the test did not expect: ${line}`);
  const found = commands[key]!;
  const given = typeof found === "function" ? found(command) : found;
  await given.act?.(command);
  const stderr = given.stderr ?? "";
  if (command.onStderrLine !== undefined) for (const text of stderr.split("\n")) if (text) command.onStderrLine(text);
  return {
    exitCode: given.exitCode ?? (given.missing === true ? 127 : 0),
    stdout: given.stdout ?? "",
    stderr: command.onStderrLine === undefined ? stderr : "",
    missing: given.missing ?? false,
    late: given.late ?? null,
  };
}
