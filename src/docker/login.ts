import { type Failure, failure } from "../core/failure.ts";
import type { LoginStep } from "../plan/steps.ts";
import { type DockerContext, runPatiently } from "./exec.ts";
import { dockerFailure } from "./why-failed.ts";
import type { Invocation } from "./invocation.ts";

/** A registry that does not answer a login in this time, in milliseconds, does not answer a push, either. */
const longestLogin = 30_000;

/** The password goes in by standard input: argv is seen by every process of the machine. */
export function loginInvocation({ registry, username, password }: LoginStep): Invocation {
  return {
    argv: ["docker", "login", "--username", [{ variable: username }], "--password-stdin", registry],
    stdin: [{ variable: password }],
    env: [username, password],
    limit: longestLogin,
  };
}

/** Logs in to one registry. */
export async function logIn(docker: DockerContext, step: LoginStep, say: (line: string) => void): Promise<Failure[]> {
  const { result, text } = await runPatiently(docker, loginInvocation(step), `login to ${step.registry}`, say);
  if (result.exitCode === 0) {
    say(`logged in to ${step.registry}`);
    return [];
  }
  if (typeof result.late === "string") {
    const hint = "the registry accepts connections but does not answer";
    return [
      failure("registry-down", `login to ${step.registry} failed: no answer in ${longestLogin / 1000} s`, { hint }),
    ];
  }
  const { message, ...rest } = dockerFailure(docker.host, null, result, text);
  return [{ ...rest, message: result.missing ? message : `login to ${step.registry} failed: ${message}` }];
}
