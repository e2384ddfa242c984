import path from "node:path";
import { parseDockerfile } from "../dockerfile/parse.ts";
import type { Invocation } from "../docker/invocation.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import { locateFailure } from "../progress/locate.ts";
import { createPlainReader } from "../progress/plain.ts";
import type { FailedStep } from "../core/failure.ts";
import type { Reporter } from "../report/reporter.ts";
import { type DockerContext, runDocker } from "./docker.ts";
import { buildFailures } from "./failures.ts";
import { type Failure, newOutcome, type Outcome, type RunResult } from "./outcome.ts";
import { inDependencyOrder } from "../core/pool.ts";
import { withRetries } from "./retry.ts";

/** Clients of one daemon: more only fight for its processors. */
const atOnce = 4;

/** `docker build` per target: what is needed first, the rest side by side. One failure does not stop the others. */
export async function runDockerBuilds(
  docker: DockerContext,
  targets: readonly PlannedTarget[],
  invocations: readonly Invocation[],
  reporter: Reporter,
): Promise<RunResult> {
  const outcomes = new Map<string, Outcome>();
  const failures: Failure[] = [];
  await inDependencyOrder(targets, atOnce, async (target) => {
    const invocation = invocations.find((one) => one.target === target.name);
    const broken = target.needs.some((name) => (outcomes.get(name)?.status ?? "built") !== "built");
    const outcome = newOutcome(target.name, "skipped");
    if (!broken && invocation !== undefined) {
      const built = await runOne(docker, target, invocation, reporter);
      failures.push(...built.failures);
      Object.assign(outcome, built.outcome);
    }
    outcomes.set(target.name, outcome);
  });
  return { outcomes: targets.flatMap(({ name }) => outcomes.get(name) ?? []), failures };
}

async function runOne(
  docker: DockerContext,
  target: PlannedTarget,
  invocation: Invocation,
  reporter: Reporter,
): Promise<{ outcome: Partial<Outcome>; failures: Failure[] }> {
  const { result, text, progress } = await withRetries(docker.host, target.name, reporter.note, async () => {
    const reader = createPlainReader(target.name, reporter);
    const ended = await runDocker(docker, invocation, (line) => reader.read(line).forEach(reporter.progress));
    const finished = reader.finish();
    const said = [...finished.messages, ...finished.failures.map(({ message }) => message)].join("\n");
    return { result: ended, text: `${said}\n${ended.stdout}`, progress: finished };
  });
  const seen = progress.targets.get(target.name);
  const done = result.exitCode === 0;
  const failures = done ? [] : buildFailures(result, text, await withLines(docker, target, progress.failures));
  return {
    failures: failures.map((failure) => ({ ...failure, target: target.name })),
    outcome: {
      status: done ? "built" : "failed",
      cached: seen !== undefined && seen.steps > 0 && seen.cached === seen.steps,
      seconds: seen?.seconds ?? 0,
    },
  };
}

/** This builder names the step that failed but not its line: we look it up. */
async function withLines(
  { host, directory }: DockerContext,
  target: PlannedTarget,
  failures: readonly FailedStep[],
): Promise<FailedStep[]> {
  const text = await host.files.read(path.resolve(directory, target.dockerfile));
  if (text === null) return [...failures];
  const file = parseDockerfile(text);
  const dockerfile = path.basename(target.dockerfile);
  return failures.map((failure) =>
    failure.line === null
      ? { ...failure, target: target.name, dockerfile, line: locateFailure(failure, file) }
      : failure,
  );
}
