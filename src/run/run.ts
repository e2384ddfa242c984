import type { Config } from "../config/config.ts";
import { buildPhases, builtTargets, type Phases, pushPhases } from "../docker/invocations.ts";
import { withBaseDigests } from "../plan/labels.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import type { RegistryContext } from "../registry/open.ts";
import { alreadyUp } from "./already-up.ts";
import { runBake } from "./bake.ts";
import { runDockerBuilds } from "./docker-build.ts";
import type { DockerContext } from "./docker.ts";
import { checkBuiltInBuildKit } from "./fallback.ts";
import { findBases } from "./find.ts";
import type { RunInputs } from "./inputs.ts";
import { logIn } from "./login.ts";
import { newOutcome, type RunResult } from "./outcome.ts";
import { publishAll } from "./publish-all.ts";
import { verifyBases } from "./verify.ts";

/** Builds what is planned, proves it, and publishes it: moving tags only when every target is up. */
export async function runBuild(docker: DockerContext, inputs: RunInputs): Promise<RunResult> {
  const { draft, config, reporter } = inputs;
  await logIn(docker, buildPhases(draft, config, inputs.options).logins, reporter);
  const registry = registryContext(docker, config);
  // A laptop's build tag may stand for several states of the work tree; CI's stands for one build.
  const final = draft.event.buildNumber === null ? [] : draft.targets.filter(({ push }) => push);
  const up = await alreadyUp(registry, final);
  for (const [name, digest] of up) reporter.note(`${name}: already up as ${digest.slice(0, 19)}, not built again`);
  const rest = {
    ...draft,
    targets: draft.targets.map((target) => (up.has(target.name) ? { ...target, implied: true } : target)),
  };
  const built = await buildRest(docker, { ...inputs, draft: rest });
  const outcomes = draft.targets.flatMap((target) => {
    const digest = up.get(target.name);
    const own = built.outcomes.filter((outcome) => outcome.target === target.name);
    return digest === undefined
      ? own
      : [{ ...newOutcome(target.name, "built"), digest, cached: true, published: [...target.immutable] }];
  });
  if (built.failures.length > 0) return { outcomes, failures: built.failures };
  return publishAll(docker, registry, inputs, outcomes, built.pushes);
}

const justBuilt =
  "another buildx builder than the engine's own may be selected, which keeps its images to itself: unset BUILDX_BUILDER";
const builtEarlier = "an earlier step of this build must have built it, on this very docker host";

type Built = RunResult & { pushes: Phases["pushes"] };

/** Finds what is needed, builds what is selected, and proves that it stands where it should. */
async function buildRest(docker: DockerContext, inputs: RunInputs): Promise<Built> {
  const { draft, config, options, reporter } = inputs;
  const { finds } = buildPhases(draft, config, options);
  const selected = builtTargets(draft);
  if (selected.length === 0) return { outcomes: [], failures: [], pushes: [] };
  const found = await findBases(docker, finds, options, reporter);
  // Only now is it known which image each base is.
  const { builds, pushes } = buildPhases(withBaseDigests(draft, found.digests), config, options);
  const built =
    found.failures.length > 0
      ? { outcomes: selected.map(({ name }) => newOutcome(name, "skipped")), failures: found.failures }
      : await buildSelected(docker, selected, builds, inputs);
  if (built.failures.length === 1 && built.failures[0]?.kind === "no-buildx") {
    await checkBuiltInBuildKit(docker);
    reporter.note("docker has no buildx here: building with docker build instead");
    return buildRest(docker, { ...inputs, options: { ...options, builder: "docker" } });
  }
  if (built.failures.length > 0) return { ...built, pushes };
  const proof = await verifyBases(docker, [...finds.map(({ target }) => target), ...selected], justBuilt);
  const outcomes = built.outcomes.map((outcome) => ({
    ...outcome,
    digest: outcome.digest ?? proof.ids.get(outcome.target) ?? null,
  }));
  return { outcomes, failures: proof.failures, pushes };
}

function buildSelected(
  docker: DockerContext,
  selected: readonly PlannedTarget[],
  builds: Phases["builds"],
  { options, reporter }: RunInputs,
): Promise<RunResult> {
  return options.builder === "docker"
    ? runDockerBuilds(docker, selected, builds, reporter)
    : runBake(docker, selected, builds[0]!, reporter);
}

/** Publishes what an earlier step of this build has built. */
export async function runPush(docker: DockerContext, inputs: RunInputs): Promise<RunResult> {
  const { draft, config, reporter } = inputs;
  const selected = draft.targets.filter(({ implied }) => !implied);
  const proof = await verifyBases(docker, selected, builtEarlier);
  const outcomes = selected.map(({ name }) => ({
    ...newOutcome(name, "built"),
    digest: proof.ids.get(name) ?? null,
    cached: true,
  }));
  const broken = new Set(proof.failures.map(({ target }) => target));
  if (broken.size > 0) {
    const tried = outcomes.map((outcome) =>
      newOutcome(outcome.target, broken.has(outcome.target) ? "failed" : "skipped"),
    );
    return { outcomes: tried, failures: proof.failures };
  }
  const { logins, pushes } = pushPhases(draft, config);
  await logIn(docker, logins, reporter);
  return publishAll(docker, registryContext(docker, config), inputs, outcomes, pushes);
}

function registryContext({ host, session, env }: DockerContext, config: Config): RegistryContext {
  return { host, config, dockerConfig: session.env.DOCKER_CONFIG ?? env.DOCKER_CONFIG ?? null };
}
