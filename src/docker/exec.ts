import type { ExecResult, Host } from "../host/host.ts";
import { withRetries } from "../host/retry.ts";
import { classifyFailure } from "../progress/classify.ts";
import { dockerEnvironment } from "./environment.ts";
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
}

/** How a docker process ended, and all that it said. */
export interface Ended {
  result: ExecResult;
  text: string;
}

/** Starts one docker process and waits for its end, whatever that is. */
export function runDocker(
  { host, session, directory, env, digests, say }: DockerContext,
  invocation: Invocation,
  onStderrLine?: (line: string) => void,
): Promise<ExecResult> {
  const values = { variables: { ...env, ...session.env }, digests };
  const [file, ...words] = invocation.argv;
  return host.exec({
    argv: [file, ...words.map((word) => fillIn(word, values))],
    cwd: directory,
    env: { ...dockerEnvironment(env, invocation.env), ...session.env },
    ...(invocation.stdin === null ? {} : { stdin: fillIn(invocation.stdin, values) }),
    ...(onStderrLine === undefined ? {} : { onStderrLine }),
    ...(invocation.limit === undefined ? {} : { limit: invocation.limit }),
    onSilence: (seconds) => say(`docker ${show(words[0] ?? "")} has said nothing for ${seconds} s, still waiting`),
  });
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

/** Runs `attempt` again while what docker says is the kind of failure that passes (429, 5xx, a reset, a time-out). */
export function retrying<T extends Ended>(
  host: Host,
  what: string,
  say: (line: string) => void,
  attempt: () => Promise<T>,
): Promise<T> {
  return withRetries(host, { what, say }, attempt, ({ result, text }) => {
    const { code, hint } = classifyFailure(text);
    if (result.exitCode === 0 || code !== "transient") return null;
    return { why: hint ?? lastLine(text), asked: retryAfter(text) };
  });
}

/** `Retry-After: 7` where docker passes it on, in milliseconds. */
function retryAfter(text: string): number {
  const seconds = /retry[- ]after:?\s*(\d{1,4})/i.exec(text)?.[1];
  return seconds === undefined ? 0 : Number(seconds) * 1000;
}
