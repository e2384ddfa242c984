import type { Failure } from "../core/failure.ts";
import type { LoginStep } from "../plan/steps.ts";
import { type DockerContext, runPatiently } from "./exec.ts";
import { dockerFailure } from "./why-failed.ts";
import type { Invocation } from "./invocation.ts";

/** The password goes in by standard input: argv is seen by every process of the machine. */
export function loginInvocation({ registry, username, password }: LoginStep): Invocation {
  return {
    argv: ["docker", "login", "--username", [{ variable: username }], "--password-stdin", registry],
    stdin: [{ variable: password }],
    env: [username, password],
  };
}

/** Logs in to one registry. */
export async function logIn(docker: DockerContext, step: LoginStep, say: (line: string) => void): Promise<Failure[]> {
  const { result, text } = await runPatiently(docker, loginInvocation(step), `login to ${step.registry}`, say);
  if (result.exitCode === 0) {
    say(`logged in to ${step.registry}`);
    return [];
  }
  const { message, ...rest } = dockerFailure(null, result, text);
  return [{ ...rest, message: result.missing ? message : `login to ${step.registry} failed: ${message}` }];
}
