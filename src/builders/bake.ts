import path from "node:path";
import { type DockerContext, retrying, runDocker } from "../docker/exec.ts";
import { findTarget } from "../plan/find-target.ts";
import type { Plan, PlannedTarget } from "../plan/plan.ts";
import type { BuilderTraits, BuildStep } from "../plan/steps.ts";
import { createRawJsonReader } from "../progress/rawjson.ts";
import { bakeInvocation, metadataFile } from "./bake-definition.ts";
import type { Builder } from "./builder.ts";
import { buildFailures, builtTarget, report, said } from "./build-result.ts";

/** Of 150 targets in one bake BuildKit loses some; a hundred work on a machine that has nothing else to do. */
const mostAtOnce = 50;

/** Which of buildx's builders it is, and what is known of it. */
type BakeBuilder = Pick<BuilderTraits, "store" | "exportsCache" | "platform"> & {
  /** The name that buildx is told; null for the one that it takes by itself. */
  builder: string | null;
};

/** The engine's own BuildKit. What it builds is on the host. */
export function engineBuilder(directory: string, builder: string | null = null, exportsCache = true): Builder {
  return bakeBuilder(directory, { builder, store: "host", exportsCache, platform: null });
}

/** `docker buildx bake`: one process for a step. `directory` is the config's folder. */
export function bakeBuilder(directory: string, { builder, ...known }: BakeBuilder): Builder {
  const invocation = (targets: readonly PlannedTarget[], plan: Plan, step: BuildStep) =>
    bakeInvocation(targets, plan, { ...step, directory, builder, store: known.store });
  return {
    ...known,
    name: builder ?? "buildx",
    binds: true,
    pushes: true,
    atOnce: mostAtOnce,
    commands: (step, plan, up) => {
      const targets = toBuild(step, plan, up);
      return targets.length === 0 ? [] : [invocation(targets, plan, step)];
    },
    run: async (docker, step, plan, up, reporter) => {
      const targets = toBuild(step, plan, up);
      if (targets.length === 0) return { built: [], failures: [] };
      const bake = invocation(targets, plan, step);
      const attempt = async () => {
        const reader = createRawJsonReader(targets, reporter);
        const read = (line: string) => report(docker.host, reader.read(line), reporter);
        const result = await runDocker(docker, bake, { read, waits: reader.waits });
        const progress = reader.finish();
        return { result, progress, text: said(progress, result.stdout) };
      };
      // So many targets would only overload the engine once more.
      const passes = targets.length > 1 ? (["transient"] as const) : undefined;
      const ended = await retrying(docker.host, "build", reporter.note, attempt, passes);
      if (ended.result.exitCode !== 0)
        return { built: [], failures: buildFailures(docker.host, ended, ended.progress.failures) };
      const digests = await readMetadata(docker);
      const built = targets.map(({ name }) => builtTarget(name, ended.progress, digests[name] ?? null));
      return { built, failures: [] };
    },
  };
}

/** The targets of a step that are not up yet. */
export function toBuild({ targets }: BuildStep, plan: Plan, up: ReadonlySet<string>): PlannedTarget[] {
  return targets.flatMap((name) => (up.has(name) ? [] : (findTarget(plan, name) ?? [])));
}

/** Digests by target, from the file that bake writes when all is well. */
async function readMetadata(docker: DockerContext): Promise<Record<string, string | undefined>> {
  const text = await docker.host.files.read(path.join(docker.session.directory, metadataFile));
  const parsed = JSON.parse(text ?? "{}") as Record<string, { "containerimage.digest"?: string }>;
  return Object.fromEntries(Object.entries(parsed).map(([name, image]) => [name, image?.["containerimage.digest"]]));
}
