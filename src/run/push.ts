import { pushPhases } from "../docker/invocations.ts";
import { alreadyUp, type UpImage, upOutcome } from "./already-up.ts";
import type { DockerContext } from "./docker.ts";
import type { RunInputs } from "./inputs.ts";
import { logIn } from "./login.ts";
import { brokenOutcomes, type Failure, newOutcome, type RunResult } from "./outcome.ts";
import { publishAll } from "./publish-all.ts";
import { registryContext } from "./registry-context.ts";
import { verifyBases } from "./verify.ts";

const builtEarlier = "an earlier step of this build must have built it, on this very docker host";

/** Publishes what an earlier step of this build has built: these very images, and only if all are here. */
export async function runPush(docker: DockerContext, inputs: RunInputs): Promise<RunResult> {
  const { draft, config, reporter } = inputs;
  const selected = draft.targets.filter(({ implied }) => !implied);
  const proof = await verifyBases(docker, selected, builtEarlier);
  if (proof.failures.length > 0) {
    return { outcomes: brokenOutcomes(selected, proof.failures), failures: proof.failures };
  }
  const { logins, pushes } = pushPhases(draft, config);
  await logIn(docker, logins, reporter);
  const registry = registryContext(docker, config);
  const published = selected.filter(({ push }) => push);
  const up = await alreadyUp(registry, published);
  const failures = published.flatMap(({ name, image }) => otherImage(name, image, proof.ids.get(name), up.get(name)));
  if (failures.length > 0) return { outcomes: brokenOutcomes(selected, failures), failures };
  const outcomes = selected.map((target) => {
    const image = up.get(target.name);
    const digest = proof.ids.get(target.name) ?? null;
    return image === undefined
      ? { ...newOutcome(target.name, "built"), digest, cached: true }
      : upOutcome(target, image);
  });
  const rest = pushes.filter(({ target }) => target === null || !up.has(target));
  return publishAll(docker, registry, inputs, outcomes, rest);
}

/** A build tag never changes: what is up under it must be the very image that is to be pushed. */
function otherImage(target: string, reference: string, id: string | undefined, up: UpImage | undefined): Failure[] {
  // An image's id is its configuration's digest, or its manifest's where containerd keeps the images.
  if (up === undefined || id === undefined || id === up.digest || id === up.manifest) return [];
  const message = `${reference} is up already, as another image than the one on this host`;
  const hint = "another step of this build has published it, from a host of its own; start a new build";
  return [{ target, code: "unknown", message, step: null, details: [], hint }];
}
