import type { PlannedTarget } from "../plan/plan.ts";
import type { Invocation, Step } from "./invocation.ts";
import type { Builder } from "./options.ts";

function docker(kind: "push" | "move", target: string, args: readonly string[]): Invocation {
  return { kind, target, argv: ["docker", ...args], stdin: null, env: [] };
}

/** `docker push` of the build-tag references, base first: what is up is then mounted elsewhere, not sent again. */
export function pushBuildTags(targets: readonly PlannedTarget[]): Invocation[] {
  return targets
    .filter(({ push }) => push)
    .flatMap(({ name, immutable }) => immutable.map((reference) => docker("push", name, ["push", reference])));
}

/** The moving references by docker's own means, for registries that only docker can talk to: `docker tag` and push. */
export function tagAndPush({ name, image, moving }: PlannedTarget): Invocation[] {
  return moving.flatMap((reference) => [
    docker("move", name, ["tag", image, reference]),
    docker("push", name, ["push", reference]),
  ]);
}

/** The moving references as a dry run shows them: commands that do what the registry is asked for directly. */
export function showMoves(targets: readonly PlannedTarget[], builder: Builder): Step[] {
  return targets
    .filter(({ push, moving }) => push && moving.length > 0)
    .flatMap((target) => (builder === "buildx" ? createTags(target) : tagAndPush(target).map((step) => [step])));
}

/** One command per repository; without the flag a single image would be wrapped into an index of another digest. */
function createTags({ name, immutable, repositories, moving }: PlannedTarget): Step[] {
  return repositories.map((repository, at) => {
    const tags = moving.filter((reference) => reference.startsWith(`${repository}:`));
    const args = ["buildx", "imagetools", "create", "--prefer-index=false", ...tags.map((tag) => `--tag=${tag}`)];
    return [docker("move", name, [...args, immutable[at]!])];
  });
}
