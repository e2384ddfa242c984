import path from "node:path";
import { value } from "../ci/environment.ts";
import { type Failure, failure } from "../core/failure.ts";
import type { DockerContext } from "../docker/exec.ts";
import { runDocker } from "../docker/exec.ts";
import { dockerFailure, interrupted } from "../docker/why-failed.ts";
import { docker } from "../docker/invocation.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import { bakeBuilder } from "./bake.ts";
import type { Builder } from "./builder.ts";
import { dockerBuilder } from "./docker-build.ts";
import type { BuilderName } from "./builder-name.ts";

/** The builder that is planned for where docker is not asked: on a laptop's dry run there may be none. */
export function presumedBuilder(name: BuilderName, directory: string): Builder {
  return name === "docker" ? dockerBuilder : bakeBuilder(directory);
}

/** The builder of a run. It is chosen before anything is planned, from what is installed here. */
export async function chooseBuilder(context: DockerContext, name: BuilderName): Promise<Builder | Failure> {
  if (name === "docker") return dockerBuilder;
  const found = await buildxIsHere(context);
  if (found === true) return bakeBuilder(context.directory);
  if (found !== false) return found;
  if (name === "auto") return dockerBuilder;
  return failure("no-buildx", "docker has no buildx here, which --builder buildx asks for", { hint: install });
}

const install =
  "install buildx in the step's image: on Alpine apk add docker-cli-buildx, on Debian and Ubuntu apt-get install docker-buildx";

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
  return result.exitCode === 0;
}

/**
 * Why the BuildKit inside a docker CLI without buildx cannot do what is planned; null if it can. That of 18.09 to 20.10
 * can, a later CLI has none: the classic builder that is left would build every stage above the target, related or not.
 * It has no named contexts, either. https://github.com/moby/moby/issues/37297
 */
export async function builderFault(
  builder: Builder,
  context: DockerContext,
  targets: readonly PlannedTarget[],
): Promise<Failure | null> {
  if (builder.binds) return null;
  const format = "{{.Client.Version}} {{.Server.Version}}";
  const result = await runDocker(context, docker("version", "--format", format));
  if (context.host.signal.aborted) return interrupted(context.host);
  if (result.exitCode !== 0) return dockerFailure(context.host, null, result, result.stderr);
  const [client = "", server = ""] = result.stdout.trim().split(" ");
  if (!atLeast(client, 18, 9) || atLeast(client, 23, 0) || !atLeast(server, 18, 9)) {
    const message = `docker ${client} has no buildx, and no BuildKit of its own that works with engine ${server}`;
    return failure("no-buildx", message, { hint: install });
  }
  const named = targets.find(({ contexts }) => Object.keys(contexts).length > 0);
  if (named === undefined) return null;
  return failure("no-buildx", `docker ${client} has no named contexts, which ${named.name} needs`, { hint: install });
}

function atLeast(version: string, major: number, minor: number): boolean {
  const [first = 0, second = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return first > major || (first === major && second >= minor);
}
