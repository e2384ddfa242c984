import { dockerEnvironment } from "../docker/environment.ts";
import { fillIn, type Invocation } from "../docker/invocation.ts";
import type { Session } from "../docker/session.ts";
import type { ExecResult, Host } from "../host/host.ts";

/** What docker processes are started with. */
export interface DockerContext {
  host: Host;
  session: Session;
  /** The folder that docker runs in. */
  directory: string;
  /** CI's environment, or what --env-file makes of it. */
  env: Readonly<Record<string, string | undefined>>;
}

/** Starts one docker process and waits for its end, whatever that is. */
export function runDocker(
  { host, session, directory, env }: DockerContext,
  invocation: Invocation,
  onStderrLine?: (line: string) => void,
): Promise<ExecResult> {
  const values = { ...env, ...session.env };
  const [file, ...words] = invocation.argv;
  return host.exec({
    argv: [file, ...words.map((word) => fillIn(word, values))],
    cwd: directory,
    env: { ...dockerEnvironment(env, invocation.env), ...session.env },
    ...(invocation.stdin === null ? {} : { stdin: fillIn(invocation.stdin, values) }),
    ...(onStderrLine === undefined ? {} : { onStderrLine }),
  });
}
