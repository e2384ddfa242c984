import { type InspectedImage, parseInspected } from "../docker/inspected.ts";
import type { Invocation } from "../docker/invocation.ts";
import { ownLabels } from "../plan/labels.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import { notOnBase } from "./base-proof.ts";
import { type DockerContext, runDocker } from "./docker.ts";
import { dockerFailure } from "./failures.ts";
import type { Failure } from "./outcome.ts";

/**
 * The proof that every target stands on the base that it should: the base's layers are the first of its own. One
 * inspection for all. It also shows that the images are this build's, by their label. `hintIfMissing` is what to do about
 * one that is not on the host.
 */
export async function verifyBases(
  docker: DockerContext,
  targets: readonly PlannedTarget[],
  hintIfMissing: string,
): Promise<{ ids: Map<string, string>; failures: Failure[] }> {
  // An index of several platforms has no layers of its own.
  const checked = targets.filter(({ platforms }) => platforms.length < 2);
  const ids = new Map<string, string>();
  if (checked.length === 0) return { ids, failures: [] };
  const invocation: Invocation = {
    kind: "build",
    target: null,
    argv: ["docker", "image", "inspect", ...checked.map(({ image }) => image)],
    stdin: null,
    env: [],
  };
  const result = await runDocker(docker, invocation);
  const found = parseInspected(result.stdout);
  const byName = new Map(checked.flatMap((target) => pair(target, found)));
  for (const [name, image] of byName) ids.set(name, image.Id);
  const missing = checked.filter(({ name }) => !byName.has(name));
  if (missing.length > 0 && found.length === 0 && !/no such image/i.test(result.stderr)) {
    return { ids, failures: [dockerFailure(null, result, result.stderr)] };
  }
  const failures = [
    ...missing.map((target) => notHere(target, hintIfMissing)),
    ...checked.flatMap((target) => [...foreign(target, byName), ...elsewhere(target, byName)]),
  ];
  return { ids, failures };
}

function pair(target: PlannedTarget, found: readonly InspectedImage[]): [string, InspectedImage][] {
  // Docker Hub's own prefix is not part of the tags that docker lists.
  const plain = target.image.replace(/^(?:index\.)?docker\.io\/(?:library\/)?/, "");
  const image = found.find(({ RepoTags }) => RepoTags?.some((tag) => tag === target.image || tag === plain));
  return image === undefined ? [] : [[target.name, image]];
}

function notHere(target: PlannedTarget, hint: string): Failure {
  const message = `${target.image} is not on this host`;
  return { target: target.name, code: "missing-image", message, step: null, details: [], hint };
}

/** An image of our build's name that our build has not made: somebody else has used the name. */
function foreign(target: PlannedTarget, images: ReadonlyMap<string, InspectedImage>): Failure[] {
  const label = images.get(target.name)?.Config?.Labels?.[ownLabels.buildTag];
  const expected = target.labels[ownLabels.buildTag];
  if (!images.has(target.name) || label === expected) return [];
  const message = `${target.image} was not built by this build: its label ${ownLabels.buildTag} is ${label ?? "missing"}`;
  return [{ target: target.name, code: "unknown", message, step: null, details: [], hint: "build it again" }];
}

function elsewhere(target: PlannedTarget, images: ReadonlyMap<string, InspectedImage>): Failure[] {
  const base = target.base === null ? undefined : images.get(target.base);
  const own = images.get(target.name);
  if (base === undefined || own === undefined) return [];
  const failure = notOnBase(target, own.RootFS?.Layers ?? [], base.RootFS?.Layers ?? []);
  return failure === null ? [] : [failure];
}
