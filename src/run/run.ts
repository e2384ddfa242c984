import { buildPhases, builtTargets, type Phases } from "../docker/invocations.ts";
import { withBaseDigests } from "../plan/labels.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import { waves } from "../plan/waves.ts";
import { alreadyUp, provedUp, upOutcome } from "./already-up.ts";
import { runBake } from "./bake.ts";
import { runDockerBuilds } from "./docker-build.ts";
import type { DockerContext } from "./docker.ts";
import { checkBuiltInBuildKit } from "./fallback.ts";
import { findBases } from "./find.ts";
import type { RunInputs } from "./inputs.ts";
import { logIn } from "./login.ts";
import { brokenOutcomes, newOutcome, type RunResult } from "./outcome.ts";
import { publishAll } from "./publish-all.ts";
import { registryContext } from "./registry-context.ts";
import { verifyBases } from "./verify.ts";

/** Builds what is planned, proves it, and publishes it: moving tags only when every target is up. */
export async function runBuild(docker: DockerContext, inputs: RunInputs): Promise<RunResult> {
  const { draft, config, reporter } = inputs;
  await logIn(docker, buildPhases(draft, config, inputs.options).logins, reporter);
  const registry = registryContext(docker, config);
  // A laptop's build tag may stand for several states of the work tree; CI's stands for one build.
  const final = draft.event.buildNumber === null ? [] : draft.targets.filter(({ push }) => push);
  const { proved: up, failures } = await provedUp(registry, draft.targets, await alreadyUp(registry, final));
  if (failures.length > 0) return { outcomes: brokenOutcomes(draft.targets, failures), failures };
  for (const [name, { manifest }] of up) {
    reporter.note(`${name}: already up as ${manifest.slice(0, 19)}, not built again`);
  }
  const rest = {
    ...draft,
    targets: draft.targets.map((target) => (up.has(target.name) ? { ...target, implied: true } : target)),
  };
  const built = await buildRest(docker, { ...inputs, draft: rest });
  const outcomes = draft.targets.flatMap((target) => {
    const image = up.get(target.name);
    return image === undefined
      ? built.outcomes.filter((outcome) => outcome.target === target.name)
      : [upOutcome(target, image)];
  });
  if (built.failures.length > 0) return { outcomes, failures: built.failures };
  return publishAll(docker, registry, inputs, outcomes, built.pushes);
}

const justBuilt =
  "another buildx builder than the engine's own may be selected, which keeps its images to itself: unset BUILDX_BUILDER";

type Built = RunResult & { pushes: Phases["pushes"] };

/** Finds what is needed, builds what is selected, and proves that it stands where it should. */
async function buildRest(docker: DockerContext, inputs: RunInputs): Promise<Built> {
  const { draft, config, options, reporter } = inputs;
  const { finds, pushes } = buildPhases(draft, config, options);
  const selected = builtTargets(draft);
  if (selected.length === 0) return { outcomes: [], failures: [], pushes: [] };
  const found = await findBases(docker, finds, options, reporter);
  const built =
    found.failures.length > 0
      ? { outcomes: selected.map(({ name }) => newOutcome(name, "skipped")), failures: found.failures }
      : await buildSelected(docker, inputs, selected, found.digests);
  if (built.failures.length === 1 && built.failures[0]?.code === "no-buildx") {
    await checkBuiltInBuildKit(docker, selected);
    reporter.note("docker has no buildx here: building with docker build instead");
    return buildRest(docker, { ...inputs, options: { ...options, builder: "docker" } });
  }
  if (built.failures.length > 0) return { ...built, pushes };
  const proof = await verifyBases(docker, [...finds.map(({ target }) => target), ...selected], justBuilt);
  const broken = new Set(proof.failures.map(({ target }) => target));
  const outcomes = built.outcomes.map((outcome) => ({
    ...outcome,
    status: broken.has(outcome.target) ? ("failed" as const) : outcome.status,
    digest: outcome.digest ?? proof.ids.get(outcome.target) ?? null,
  }));
  return { outcomes, failures: proof.failures, pushes };
}

/** One bake per wave, or `docker build` per target. `digests` are what is known of the bases. */
async function buildSelected(
  docker: DockerContext,
  { draft, config, options, reporter }: RunInputs,
  selected: readonly PlannedTarget[],
  digests: Map<string, string>,
): Promise<RunResult> {
  if (options.builder === "docker") {
    const { builds } = buildPhases(withBaseDigests(draft, digests), config, options);
    return runDockerBuilds(docker, selected, builds, reporter);
  }
  const result: RunResult = { outcomes: [], failures: [] };
  for (const [at, wave] of waves(selected).entries()) {
    if (result.failures.length > 0) {
      result.outcomes.push(...wave.map(({ name }) => newOutcome(name, "skipped")));
      continue;
    }
    // Only now is it known which image each base is.
    const { builds } = buildPhases(withBaseDigests(draft, digests), config, options);
    const { outcomes, failures } = await runBake(docker, wave, builds[at]!, reporter);
    result.outcomes.push(...outcomes);
    result.failures.push(...failures);
    for (const { target, digest, published } of outcomes) {
      if (digest !== null && published.length > 0) digests.set(target, digest);
    }
  }
  return result;
}
