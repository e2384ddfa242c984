import type { Builder } from "../builders/builder.ts";
import type { InRegistry } from "../builders/acquire.ts";
import type { Outcome, Status } from "../core/outcome.ts";
import type { DockerContext } from "../docker/exec.ts";
import type { InspectedImage } from "../docker/image-commands.ts";
import { findTarget } from "../plan/find-target.ts";
import type { Plan, PlannedTarget } from "../plan/plan.ts";
import type { Manifest, RepositoryClient } from "../registry/client.ts";
import type { ImageConfig } from "../registry/image-config.ts";
import { contentsOf, normalPlatform } from "../registry/manifest-contents.ts";
import { type Answer, Refusal } from "../registry/refusal.ts";
import type { Registries } from "../registry/registries.ts";
import type { Reporter } from "../report/reporter.ts";

/** What a release works with. */
export interface Release {
  plan: Plan;
  /** Null where nothing is built. */
  builder: Builder | null;
  docker: DockerContext;
  registries: Registries;
  reporter: Reporter;
}

/** What a release has found out and done so far. */
export interface RunState {
  /** Images that were up under this build's tag when the run began, in all repositories; those are not built again. */
  up: Map<string, UpImage>;
  /** What the registry held under a target's build tag when the run asked; a target that is not here was not asked for. */
  inRegistry: Map<string, InRegistry>;
  /** Images on the host that are proved to be this build's. */
  onHost: Map<string, InspectedImage>;
  /** When this run has settled on the image of a target that is up, and how long its push or pull took, in milliseconds. */
  settled: Map<string, { at: number; took: number }>;
  /** The tag of the image that a target's moving tags are to stand for, where that is a promoted build's. */
  promoted: Map<string, string>;
  /** The manifests that this run has given build tags to, by reference. */
  named: Map<string, Manifest>;
  /** Why targets are built, or not built again, in words. */
  why: Map<string, string>;
  /** Images from outside that are known to have no ONBUILD triggers. */
  understood: Set<string>;
  /** Not all parts of all images are up, so that nothing is joined and no tag moves. */
  isPartial: boolean;
  /** Registries that have been asked whether they answer at all, and do. */
  heard: Set<string>;
  outcomes: Map<string, Outcome>;
}

/** An image that is up in all repositories of its target. */
export interface UpImage extends ImageConfig {
  /** The digest of its manifest. */
  manifest: string;
}

/**
 * The image that a tag or a digest stands for in a repository, with its manifest; null where there is none. Of an image of
 * several platforms that of `platform`, if one is named, with the index that lists it.
 */
export async function imageAt(
  client: RepositoryClient,
  reference: string,
  platform?: string,
): Promise<Answer<{ manifest: Manifest; image: UpImage; index: Manifest | null } | null>> {
  const manifest = await client.manifest(reference);
  if (manifest === null || manifest instanceof Refusal) return manifest;
  const all = platform === undefined ? null : contentsOf(manifest).platforms;
  if (all !== null) {
    const own = all.get(normalPlatform(platform!));
    const inner = own === undefined ? null : await imageAt(client, own);
    return inner === null || inner instanceof Refusal ? inner : { ...inner, index: manifest };
  }
  const image = await client.image(manifest);
  return image instanceof Refusal ? image : { manifest, image: { ...image, manifest: manifest.digest }, index: null };
}

/** A run that has done nothing yet. */
export function newState(): RunState {
  return {
    up: new Map(),
    inRegistry: new Map(),
    onHost: new Map(),
    settled: new Map(),
    promoted: new Map(),
    named: new Map(),
    why: new Map(),
    understood: new Set(),
    isPartial: false,
    heard: new Set(),
    outcomes: new Map(),
  };
}

/** The targets of a step, which names them in build order. */
export function targetsOf(plan: Plan, names: readonly string[]): PlannedTarget[] {
  return names.flatMap((name) => findTarget(plan, name) ?? []);
}

/** Notes what became of a target; what is not said stays as it is. */
export function note(
  state: RunState,
  target: string,
  status: Status,
  rest: Partial<Omit<Outcome, "target" | "why">> = {},
): void {
  const before = state.outcomes.get(target) ?? { digest: null, cached: false, seconds: 0, published: [] };
  state.outcomes.set(target, { ...before, ...rest, target, status, why: state.why.get(target) ?? null });
}
