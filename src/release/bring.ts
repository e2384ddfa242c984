import { type Failure, failure } from "../core/failure.ts";
import { formatReference } from "../core/reference.ts";
import { runDocker } from "../docker/exec.ts";
import { nameManifest, printedDigest, pullImage, pushImage, tagImage } from "../docker/image-commands.ts";
import { dockerFailure } from "../docker/why-failed.ts";
import { type Answer, Refusal } from "../registry/refusal.ts";
import { type MovingPlace, referenceOf } from "./decide.ts";
import type { Release } from "./run-state.ts";

/**
 * Makes the image available where it is to get a moving tag, if its build tag is in another repository: the registry is
 * told to mount what it has. False where it cannot, so that docker has to copy the image.
 */
export async function bring({ client, home, manifest }: MovingPlace): Promise<Answer<boolean>> {
  return home.client === client ? true : client.bring(manifest, home.client);
}

/** The failure of an image that cannot be brought to where its moving tags are. */
export function unbrought({ target, place, home }: MovingPlace, { code, message, hint }: Refusal): Failure {
  const what = `${formatReference(home)} cannot be copied to ${place.repository.name}: ${message}`;
  return failure(code, what, { target: target.name, hint });
}

/** Lets docker copy the image under one of its moving tags, once: the decision that it may is not good for long. */
export async function copyTag({ docker }: Release, at: MovingPlace, tag: string): Promise<Answer<{ digest: string }>> {
  const to = referenceOf(at, tag);
  const copied = await runDocker(docker, nameManifest(`${at.home.repository.name}@${at.manifest.digest}`, [to]));
  if (copied.exitCode === 0) return { digest: at.manifest.digest };
  const failed = dockerFailure(docker.host, at.target.name, copied, copied.stderr);
  if (failed.code !== "no-buildx") return refusal(failed);
  let pushed = "";
  for (const command of [pullImage(at.home), tagImage(at.home, to), pushImage(to)]) {
    const result = await runDocker(docker, command);
    if (result.exitCode !== 0) return refusal(dockerFailure(docker.host, at.target.name, result, result.stderr));
    pushed = result.stdout;
  }
  return { digest: printedDigest(pushed) ?? at.manifest.digest };
}

/** Docker does not say whether it has come to write the tag. */
function refusal({ code, message, hint }: Failure): Refusal {
  return new Refusal({ status: 0, code, message, hint, passing: code === "transient", lost: true });
}
