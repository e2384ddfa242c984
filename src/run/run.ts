import type { Config } from "../config/config.ts";
import { buildPhases, type Phases, pushPhases } from "../docker/invocations.ts";
import type { BuildOptions } from "../docker/options.ts";
import type { PlanDraft } from "../plan/build-plan.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import type { Reporter } from "../report/reporter.ts";
import { runBake } from "./bake.ts";
import { runDockerBuilds } from "./docker-build.ts";
import type { DockerContext } from "./docker.ts";
import { checkBuiltInBuildKit } from "./fallback.ts";
import { logIn } from "./login.ts";
import { findBases } from "./find.ts";
import type { Failure, Outcome, RunResult } from "./outcome.ts";
import { type Pushed, publish } from "./publish.ts";
import { verifyBases } from "./verify.ts";

/** What a run is told besides the plan. */
export interface RunInputs {
  draft: PlanDraft;
  config: Config;
  options: BuildOptions;
  reporter: Reporter;
}

/** Builds what is planned, proves it, and publishes it: moving tags only when every target is up. */
export async function runBuild(docker: DockerContext, inputs: RunInputs): Promise<RunResult> {
  const { draft, config, options, reporter } = inputs;
  const phases = buildPhases(draft, config, options);
  const selected = draft.targets.filter(({ implied }) => !implied);
  await logIn(docker, phases.logins, reporter);
  const found = await findBases(docker, phases.finds, options, reporter);
  const built = found.length > 0 ? notBuilt(selected, found) : await buildSelected(docker, selected, phases, inputs);
  if (built.failures.length === 1 && built.failures[0]?.kind === "no-buildx") {
    await checkBuiltInBuildKit(docker);
    reporter.note("docker has no buildx here: building with docker build, one target at a time");
    return runBuild(docker, { ...inputs, options: { ...options, builder: "docker" } });
  }
  if (built.failures.length > 0) return built;
  const bases = phases.finds.map(({ target }) => target);
  const proof = await verifyBases(docker, [...bases, ...selected]);
  const outcomes = withIds(built.outcomes, proof.ids);
  if (proof.failures.length > 0) return { outcomes, failures: proof.failures };
  return publishAll(docker, inputs, outcomes, phases);
}

/** Publishes what an earlier step of this build has built. */
export async function runPush(docker: DockerContext, inputs: RunInputs): Promise<RunResult> {
  const { draft, config, reporter } = inputs;
  const selected = draft.targets.filter(({ implied }) => !implied);
  const proof = await verifyBases(docker, selected);
  const outcomes = selected.map(
    ({ name }): Outcome => ({
      target: name,
      status: "built",
      digest: proof.ids.get(name) ?? null,
      cached: true,
      seconds: 0,
      published: [],
    }),
  );
  if (proof.failures.length > 0) return { outcomes, failures: proof.failures };
  const phases = pushPhases(draft, config);
  await logIn(docker, phases.logins, reporter);
  return publishAll(docker, inputs, outcomes, phases);
}

function buildSelected(
  docker: DockerContext,
  selected: readonly PlannedTarget[],
  { builds }: Phases,
  { options, reporter }: RunInputs,
): Promise<RunResult> {
  return options.builder === "docker"
    ? runDockerBuilds(docker, selected, builds, reporter)
    : runBake(docker, selected, builds[0]!, reporter);
}

function notBuilt(targets: readonly PlannedTarget[], failures: Failure[]): RunResult {
  const outcomes = targets.map(
    ({ name }): Outcome => ({ target: name, status: "skipped", digest: null, cached: false, seconds: 0, published: [] }),
  );
  return { outcomes, failures };
}

async function publishAll(
  docker: DockerContext,
  { draft, reporter }: RunInputs,
  outcomes: readonly Outcome[],
  phases: Phases,
): Promise<RunResult> {
  if (!draft.push) return { outcomes: [...outcomes], failures: [] };
  const pushed = await publish(docker, phases.pushes, reporter);
  const up = withPushed(outcomes, pushed.pushed);
  if (pushed.failures.length > 0) return { outcomes: up, failures: pushed.failures };
  const moved = await publish(docker, phases.moves, reporter);
  return { outcomes: withPushed(up, moved.pushed), failures: moved.failures };
}

function withIds(outcomes: readonly Outcome[], ids: ReadonlyMap<string, string>): Outcome[] {
  return outcomes.map((outcome) => ({ ...outcome, digest: outcome.digest ?? ids.get(outcome.target) ?? null }));
}

function withPushed(outcomes: readonly Outcome[], pushed: readonly Pushed[]): Outcome[] {
  return outcomes.map((outcome) => {
    const own = pushed.filter(({ target }) => target === outcome.target);
    const digest = own.find((one) => one.digest !== null)?.digest ?? outcome.digest;
    return { ...outcome, digest, published: [...outcome.published, ...own.map(({ reference }) => reference)] };
  });
}
