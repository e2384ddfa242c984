import { type Invocation, lastWord } from "../docker/invocation.ts";
import { RunError } from "../core/errors.ts";
import type { Reporter } from "../report/reporter.ts";
import { type DockerContext, runDocker } from "./docker.ts";
import { dockerFailure } from "./failures.ts";
import { withRetries } from "./retry.ts";

/** Logs in to each registry, one after the other: they write the same file. Throws a RunError at the first refusal. */
export async function logIn(
  docker: DockerContext,
  invocations: readonly Invocation[],
  reporter: Reporter,
): Promise<void> {
  for (const invocation of invocations) {
    const registry = lastWord(invocation);
    const { result, text } = await withRetries(docker.host, `login to ${registry}`, reporter.note, async () => {
      const ended = await runDocker(docker, invocation);
      return { result: ended, text: `${ended.stdout}\n${ended.stderr}` };
    });
    if (result.exitCode === 0) {
      reporter.note(`logged in to ${registry}`);
      continue;
    }
    const { message, hint } = dockerFailure(null, result, text);
    throw new RunError(result.missing ? message : `login to ${registry} failed: ${message}`, {
      hint: hint ?? undefined,
    });
  }
}
