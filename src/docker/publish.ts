import type { PlannedTarget } from "../plan/plan.ts";
import type { Invocation } from "./invocation.ts";

/** `docker push` of one reference. */
export function pushInvocation(target: string, reference: string): Invocation {
  return { kind: "push", target, argv: ["docker", "push", reference], stdin: null, env: [] };
}

/** `docker tag`: another name for an image on the host. */
export function tagInvocation(target: string, from: string, to: string): Invocation {
  return { kind: "tag", target, argv: ["docker", "tag", from, to], stdin: null, env: [] };
}

/** The build-tag references, base first: what is up is then mounted into the other repositories, not sent again. */
export function pushBuildTags(targets: readonly PlannedTarget[]): Invocation[] {
  return targets
    .filter(({ push }) => push)
    .flatMap((target) => target.immutable.map((reference) => pushInvocation(target.name, reference)));
}

/** The moving references: once every target is up, the very same images get their other names. */
export function pushMovingTags(targets: readonly PlannedTarget[]): Invocation[] {
  return targets
    .filter(({ push }) => push)
    .flatMap((target) =>
      target.moving.flatMap((reference) => [
        tagInvocation(target.name, target.image, reference),
        pushInvocation(target.name, reference),
      ]),
    );
}
