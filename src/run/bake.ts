import path from "node:path";
import type { Invocation } from "../docker/invocation.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import { createRawJsonReader } from "../progress/rawjson.ts";
import type { Reporter } from "../report/reporter.ts";
import { type DockerContext, runDocker } from "./docker.ts";
import { buildFailures } from "./failures.ts";
import type { Outcome, RunResult } from "./outcome.ts";
import { withRetries } from "./retry.ts";

/** Bakes everything at once. Targets that are pushed are then up under their build tag. */
export async function runBake(
  docker: DockerContext,
  targets: readonly PlannedTarget[],
  invocation: Invocation,
  reporter: Reporter,
): Promise<RunResult> {
  const { result, text, progress } = await withRetries(docker.host, "build", reporter.note, async () => {
    const reader = createRawJsonReader(targets, reporter);
    const ended = await runDocker(docker, invocation, (line) => reader.read(line).forEach(reporter.progress));
    const finished = reader.finish();
    const said = [...finished.messages, ...finished.failures.map(({ message }) => message)].join("\n");
    return { result: ended, text: `${said}\n${ended.stdout}`, progress: finished };
  });
  const done = result.exitCode === 0;
  const failures = done ? [] : buildFailures(result, text, progress.failures);
  const failed = new Set(failures.map(({ target }) => target));
  const metadata = done ? await readMetadata(docker) : {};
  const outcomes = targets.map((target): Outcome => {
    const seen = progress.targets.get(target.name);
    return {
      target: target.name,
      status: done ? "built" : failed.has(target.name) ? "failed" : "skipped",
      digest: metadata[target.name] ?? null,
      cached: seen !== undefined && seen.steps > 0 && seen.cached === seen.steps,
      seconds: seen?.seconds ?? 0,
      published: done && target.push ? [...target.immutable] : [],
    };
  });
  return { outcomes, failures };
}

/** Digests by target, from the file that bake writes when all is well. */
async function readMetadata(docker: DockerContext): Promise<Record<string, string | undefined>> {
  const text = await docker.host.files.read(path.join(docker.session.directory, "metadata.json"));
  const parsed = JSON.parse(text ?? "{}") as Record<string, { "containerimage.digest"?: string }>;
  return Object.fromEntries(Object.entries(parsed).map(([name, image]) => [name, image?.["containerimage.digest"]]));
}
