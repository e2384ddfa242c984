import { type Invocation, lastWord } from "../docker/invocation.ts";
import type { Reporter } from "../report/reporter.ts";
import { type DockerContext, runDocker } from "./docker.ts";
import { dockerFailure } from "./failures.ts";
import type { Failure } from "./outcome.ts";
import { withRetries } from "./retry.ts";

/** A reference that is up, with the registry's digest of it. */
export interface Pushed {
  target: string;
  reference: string;
  digest: string | null;
}

/**
 * Runs `docker push` (with the `docker tag` before it), one after the other: layers that are up are mounted into the
 * next repository, where pushes side by side would each send them.
 */
export async function publish(
  docker: DockerContext,
  pushes: readonly Invocation[],
  reporter: Reporter,
): Promise<{ pushed: Pushed[]; failures: Failure[] }> {
  const pushed: Pushed[] = [];
  for (const invocation of pushes) {
    const ended = await runPublishing(docker, invocation, reporter);
    if ("message" in ended) return { pushed, failures: [ended] };
    if (invocation.kind === "push") pushed.push(ended);
  }
  return { pushed, failures: [] };
}

async function runPublishing(
  docker: DockerContext,
  invocation: Invocation,
  reporter: Reporter,
): Promise<Pushed | Failure> {
  const reference = lastWord(invocation);
  const target = invocation.target ?? "";
  const started = docker.host.now();
  const { result, text } = await withRetries(
    docker.host,
    `${invocation.kind} ${reference}`,
    reporter.note,
    async () => {
      const ended = await runDocker(docker, invocation);
      return { result: ended, text: `${ended.stdout}\n${ended.stderr}` };
    },
  );
  if (result.exitCode !== 0) return dockerFailure(target, result, text);
  const seconds = (docker.host.now() - started) / 1000;
  if (invocation.kind === "push") {
    reporter.progress({ target, kind: "push", text: `pushed ${reference}`, seconds });
  }
  // `master-…: digest: sha256:… size: 1234` is the last line that docker push prints.
  return { target, reference, digest: /digest: (sha256:[0-9a-f]{64})/.exec(result.stdout)?.[1] ?? null };
}
