import path from "node:path";
import { value } from "../ci/environment.ts";
import { type Failure, failure } from "../core/failure.ts";
import type { DockerContext } from "../docker/exec.ts";
import { runDocker } from "../docker/exec.ts";
import { docker } from "../docker/invocation.ts";
import { dockerFailure, interrupted } from "../docker/why-failed.ts";
import { bakeBuilder, engineBuilder } from "./bake.ts";
import type { Builder } from "./builder.ts";
import { isNamed, type WantedBuilder } from "../core/builder-name.ts";
import { dockerBuilder } from "./docker-build.ts";
import { install, podmanFault, unreachable } from "./faults.ts";
import { isContainerd } from "./image-store.ts";
import { inspectBuilder, mayBeSelected } from "./inspect.ts";

/** What a plan asks a builder for that it takes a question to know. */
export interface BuilderNeeds {
  /** Whether cache is to be exported to a registry. */
  cacheExport: boolean;
}

/**
 * The builder that is planned for where docker is not asked: on a laptop's dry run there may be none. One that has a name
 * is taken for one that keeps its images to itself: the engine's own needs none.
 */
export function presumedBuilder(wanted: WantedBuilder, directory: string): Builder {
  if (wanted.name === "docker") return dockerBuilder;
  if (!isNamed(wanted) || wanted.name === "default") return engineBuilder(directory);
  return bakeBuilder(directory, { builder: wanted.name, store: "registry", exportsCache: true, platform: null });
}

/** The builder of a run. It is chosen before anything is planned for good, from what is here. */
export async function chooseBuilder(
  context: DockerContext,
  wanted: WantedBuilder,
  needs: BuilderNeeds,
): Promise<Builder | Failure> {
  const { directory } = context;
  if (wanted.name === "docker") return dockerBuilder;
  const found = await buildxIsHere(context);
  if (typeof found === "object") return found;
  const named = isNamed(wanted);
  if (!found) {
    // The engine's own goes by that name for buildx.
    if (wanted.name === "auto" || wanted.name === "default") return dockerBuilder;
    return failure("no-buildx", `docker has no buildx here, which ${wanted.path} ${wanted.name} asks for`, {
      hint: install,
    });
  }
  if (!named && !(await mayBeSelected(context))) return ownBuilder(context, null, needs);
  const builder = await inspectBuilder(context, wanted, named);
  if ("code" in builder) return builder;
  // The engine's own goes by its context's name.
  if (builder.driver === "docker") return ownBuilder(context, named ? builder.name : null, needs);
  const fault = unreachable(builder);
  if (fault !== null) return fault;
  const platform = builder.nodes[0]?.platforms[0] ?? null;
  return bakeBuilder(directory, { builder: builder.name, store: "registry", exportsCache: true, platform });
}

/** An engine exports cache to a registry only where containerd keeps its images. https://docs.docker.com/build/cache/backends/ */
async function ownBuilder(
  context: DockerContext,
  builder: string | null,
  { cacheExport }: BuilderNeeds,
): Promise<Builder | Failure> {
  if (!cacheExport) return engineBuilder(context.directory, builder);
  const exports = await isContainerd(context);
  return typeof exports === "object" ? exports : engineBuilder(context.directory, builder, exports);
}

/** Where docker looks for plugins. https://github.com/docker/cli/blob/master/cli-plugins/manager/manager_unix.go */
const pluginFolders = ["/usr/local/lib/docker", "/usr/local/libexec/docker", "/usr/lib/docker", "/usr/libexec/docker"];

/** Looks for the plugin where it usually is, as that costs nothing, and asks docker only if it is not there. */
async function buildxIsHere(context: DockerContext): Promise<boolean | Failure> {
  const { host, env } = context;
  const own = value(env, "DOCKER_CONFIG") ?? path.join(host.home, ".docker");
  const files = [own, ...pluginFolders].map((folder) => path.join(folder, "cli-plugins", "docker-buildx"));
  for (const file of files) if (await host.files.exists(file)) return true;
  const result = await runDocker(context, docker("buildx", "version"));
  if (host.signal.aborted) return interrupted(host);
  if (result.missing) return dockerFailure(host, null, result, "");
  return podmanFault(`${result.stdout}\n${result.stderr}`) ?? result.exitCode === 0;
}
