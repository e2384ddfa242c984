import type { PlannedTarget } from "../plan/plan.ts";
import { withNeeds } from "../plan/select.ts";
import { bakeInvocation } from "./bake.ts";
import { buildInvocation } from "./build.ts";
import type { Invocation } from "./invocation.ts";
import type { BuildOptions } from "./options.ts";

/**
 * How the image of a target that an earlier step should have built is come by. Each is tried if the one before failed:
 * it is on the host, or in the registry, or has to be built after all.
 */
export interface Finding {
  target: PlannedTarget;
  inspect: Invocation;
  /** Null for an image that is never published. */
  pull: Invocation | null;
  build: Invocation;
  /** What `build` builds: with buildx the target and what it needs itself, in build order. */
  targets: PlannedTarget[];
}

/** What the selected targets need of others, in build order. */
export function findings(all: readonly PlannedTarget[], options: BuildOptions): Finding[] {
  const byName = new Map(all.map((target) => [target.name, target]));
  const baked = options.builder === "buildx";
  const needs = (name: string) => byName.get(name)?.needs ?? [];
  const direct = new Set(all.flatMap((target) => (target.implied ? [] : target.needs)));
  // One bake builds what a missing base itself stands on; `docker build` must be given one after the other.
  const needed = baked ? direct : withNeeds(direct, needs);
  const sought = all.filter(({ name, implied }) => implied && needed.has(name));
  return sought.map((target) => {
    const closure = withNeeds([target.name], needs);
    const targets = baked ? all.filter(({ name }) => closure.has(name)) : [target];
    return {
      target,
      inspect: docker("inspect", target, ["image", "inspect", target.image]),
      pull: target.repositories.length === 0 ? null : docker("pull", target, ["pull", target.image]),
      build: baked ? bakeInvocation(targets, all, options) : buildInvocation(target, all, options),
      targets,
    };
  });
}

function docker(kind: "inspect" | "pull", target: PlannedTarget, args: readonly string[]): Invocation {
  return { kind, target: target.name, argv: ["docker", ...args], stdin: null, env: [] };
}
