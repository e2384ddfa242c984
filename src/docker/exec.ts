import type { FailureCode } from "../core/failure.ts";
import type { Command, ExecResult, Host } from "../host/host.ts";
import { withRetries } from "../host/retry.ts";
import { classifyFailure } from "../progress/classify.ts";
import type { Registries } from "../registry/registries.ts";
import { dockerEnvironment } from "./environment.ts";
import { type Follower, longestQuestion, patience, transferFollower, unknown } from "./patience.ts";
import { lastLine } from "./why-failed.ts";
import { fillIn, type Invocation, show } from "./invocation.ts";
import type { Session } from "./session.ts";

/** What docker processes are started with. */
export interface DockerContext {
  host: Host;
  session: Session;
  /** The folder that docker runs in. */
  directory: string;
  /** CI's environment, or what --env-file makes of it. */
  env: Readonly<Record<string, string | undefined>>;
  /** What is known of the targets' digests in their registries. Whoever learns one adds it. */
  digests: Map<string, string>;
  /** Told what is waited for while a process says nothing. */
  say: (line: string) => void;
  /** Asks a registry a cheap question: whether it gives any answer. Left out where no process speaks to one. */
  answers?: Registries["answers"];
}

/** How a docker process ended, and all that it said. */
export interface Ended {
  result: ExecResult;
  text: string;
}

/**
 * Starts one docker process and waits for its end, whatever that is. A quick question has to be answered soon; what
 * moves images, or is followed, may take as long as it gets on.
 */
export async function runDocker(
  docker: DockerContext,
  invocation: Invocation,
  follower?: Follower,
): Promise<ExecResult> {
  const { host, session, directory, env, digests } = docker;
  const values = { variables: { ...env, ...session.env }, digests };
  const set = Object.fromEntries(
    Object.entries(invocation.set ?? {}).map(([name, text]) => [name, fillIn(text, values)]),
  );
  const [file, ...words] = invocation.argv;
  const what = `docker ${words.slice(0, 2).map(show).join(" ")}`;
  const result = await host.exec({
    argv: [file, ...words.map((word) => fillIn(word, values))],
    cwd: directory,
    env: { ...dockerEnvironment(env, invocation.env), ...set, ...session.env },
    ...(invocation.stdin === null ? {} : { stdin: fillIn(invocation.stdin, values) }),
    ...ending(docker, invocation, what, follower),
  });
  // A limit does not know whose it is.
  const isLimit = typeof result.late === "string" && follower === undefined && invocation.registry === undefined;
  return isLimit ? { ...result, late: `${what}: ${result.late}` } : result;
}

/** What ends the process where it does not get on, and the words meanwhile. */
function ending(
  docker: DockerContext,
  { registry, limit, argv }: Invocation,
  what: string,
  follower?: Follower,
): Pick<Command, "limit" | "onSilence" | "onStdoutLine" | "onStderrLine"> {
  if (follower !== undefined) {
    const { onLine, onSilence } = patience(docker, what, follower);
    return { onStderrLine: onLine, onSilence };
  }
  if (registry === undefined) {
    return { limit: limit ?? longestQuestion, onSilence: patience(docker, what, unknown).onSilence };
  }
  const image = show(argv.at(-1) ?? "");
  const { onLine, onSilence } = patience(
    docker,
    what,
    transferFollower(`docker ${show(argv[1] ?? "")} ${image}`, image),
  );
  return { onStdoutLine: onLine, onSilence };
}

/** The same for a process that asks a registry: tried again while that is only busy or unwell. */
export function runPatiently(
  docker: DockerContext,
  invocation: Invocation,
  what: string,
  say: (line: string) => void,
): Promise<Ended> {
  return retrying(docker.host, what, say, async () => {
    const result = await runDocker(docker, invocation);
    return { result, text: `${result.stdout}\n${result.stderr}` };
  });
}

/**
 * Runs `attempt` again while what docker says is the kind of failure that passes (429, 5xx, a reset, a time-out), or that
 * the engine has lost a build, unless its caller knows better than to try the same once more.
 */
export function retrying<T extends Ended>(
  host: Host,
  what: string,
  say: (line: string) => void,
  attempt: () => Promise<T>,
  passes: readonly FailureCode[] = ["transient", "overloaded"],
): Promise<T> {
  return withRetries(host, { what, say }, attempt, ({ result, text }) => {
    const { code } = classifyFailure(text);
    // What was waited for as long as it may take is not waited for again.
    if (result.exitCode === 0 || typeof result.late === "string" || !passes.includes(code)) return null;
    const passing = { why: host.outside(lastLine(text)), asked: retryAfter(text) };
    return broken.test(text) ? { ...passing, tries: 2 } : passing;
  });
}

/** What a registry says that is full, too: the engine has sent each layer several times already. */
const broken = /\b500 Internal Server Error|status(?: code)?:? 500\b/i;

/** `Retry-After: 7` where docker passes it on, in milliseconds. */
function retryAfter(text: string): number {
  const seconds = /retry[- ]after:?\s*(\d{1,4})/i.exec(text)?.[1];
  return seconds === undefined ? 0 : Number(seconds) * 1000;
}
