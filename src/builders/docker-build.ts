import path from "node:path";
import type { FailedStep } from "../core/failure.ts";
import { eachLimited } from "../core/pool.ts";
import { type DockerContext, retrying, runDocker } from "../docker/exec.ts";
import { parseDockerfile } from "../dockerfile/parse.ts";
import type { Plan, PlannedTarget } from "../plan/plan.ts";
import type { BuildStep } from "../plan/steps.ts";
import { locateFailure } from "./locate.ts";
import { createPlainReader } from "../progress/plain.ts";
import type { Reporter } from "../report/reporter.ts";
import { toBuild } from "./bake.ts";
import type { Builder, BuildResult } from "./builder.ts";
import { buildInvocation } from "./docker-build-command.ts";
import { buildFailures, builtTarget, report, said } from "./build-result.ts";

/** Clients of one daemon: more only fight for its processors. */
const atOnce = 4;

/** `docker build` per target, for a docker CLI of 18.09 to 20.10, whose own BuildKit can replace no stage and push nothing. */
export const dockerBuilder: Builder = {
  name: "docker",
  store: "host",
  binds: false,
  pushes: false,
  atOnce: Infinity,
  exportsCache: false,
  platform: null,
  commands: (step, plan, up) => toBuild(step, plan, up).map((target) => buildInvocation(target, plan, step)),
  // One failure does not stop the others: there may be more to tell.
  run: async (docker, step, plan, up, reporter) => {
    const result: BuildResult = { built: [], failures: [] };
    await eachLimited(toBuild(step, plan, up), atOnce, async (target) => {
      const { built, failures } = await buildOne(docker, target, plan, step, reporter);
      result.built.push(...built);
      result.failures.push(...failures);
    });
    return result;
  },
};

async function buildOne(
  docker: DockerContext,
  target: PlannedTarget,
  plan: Plan,
  step: BuildStep,
  reporter: Reporter,
): Promise<BuildResult> {
  const invocation = buildInvocation(target, plan, step);
  const ended = await retrying(docker.host, target.name, reporter.note, async () => {
    const reader = createPlainReader(target.name, reporter);
    const read = (line: string) => report(docker.host, reader.read(line), reporter);
    const result = await runDocker(docker, invocation, { read, waits: reader.waits });
    const progress = reader.finish();
    return { result, progress, text: said(progress, result.stdout) };
  });
  if (ended.result.exitCode === 0) return { built: [builtTarget(target.name, ended.progress, null)], failures: [] };
  const steps = await withLines(docker, target, ended.progress.failures);
  return {
    built: [],
    failures: buildFailures(docker.host, ended, steps).map((one) => ({ ...one, target: target.name })),
  };
}

/** This builder names the step that failed but not its line: we look it up. */
async function withLines(
  { host, directory }: DockerContext,
  target: PlannedTarget,
  steps: readonly FailedStep[],
): Promise<FailedStep[]> {
  const text = await host.files.read(path.resolve(directory, target.dockerfile));
  if (text === null) return [...steps];
  const file = parseDockerfile(text);
  const dockerfile = path.basename(target.dockerfile);
  return steps.map((step) =>
    step.line === null ? { ...step, target: target.name, dockerfile, line: locateFailure(step, file) } : step,
  );
}
