import { type Failure, failure } from "../core/failure.ts";
import { type DockerContext, runDocker } from "../docker/exec.ts";
import { docker } from "../docker/invocation.ts";
import { dockerFailure, interrupted } from "../docker/why-failed.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import type { Builder } from "./builder.ts";
import type { InspectedBuilder } from "./inspect.ts";

/** What a builder cannot do, each as the failure of a run that would need it: asked before anything is built. */

export const install =
  "install buildx in the step's image: on Alpine apk add docker-cli-buildx, on Debian and Ubuntu apt-get install docker-buildx";

/** Why a builder that is there cannot be used at all; null if it can. buildx starts the others by itself. */
export function unreachable({ name, driver, nodes }: InspectedBuilder): Failure | null {
  const broken = nodes.find(({ error }) => error !== null);
  const isDown = driver === "remote" && nodes.every(({ status }) => status !== "running");
  if (!isDown && (broken === undefined || nodes.some(({ status }) => status === "running"))) return null;
  const where = nodes.map(({ endpoint }) => endpoint).join(", ");
  const why = broken?.error ?? "no BuildKit answers";
  const hint = "docker buildx inspect --bootstrap shows what is wrong; start its BuildKit, or name another builder";
  return failure("no-builder", `builder ${name} cannot be reached at ${where}: ${why}`, { hint });
}

/** Why docker is not docker; null where what it says does not show it. */
export function podmanFault(said: string): Failure | null {
  if (!/\bpodman\b|\bbuildah\b/i.test(said)) return null;
  const hint =
    "install Docker's own CLI with buildx in the step's image and give it an engine's socket, or a BuildKit: " +
    "docker buildx create --driver remote …";
  return failure("no-docker", "podman is not supported, and the docker command here is podman's", { hint });
}

/** Why a builder cannot do what is planned; null if it can. */
export async function builderFault(
  builder: Builder,
  context: DockerContext,
  targets: readonly PlannedTarget[],
  { load }: { load: boolean },
): Promise<Failure | null> {
  const several = load ? targets.find(({ implied, platforms }) => !implied && platforms.length > 1) : undefined;
  if (several !== undefined && builder.store === "registry") {
    const message = `--load cannot bring an image of several platforms to this host (${several.platforms.join(", ")})`;
    const hint = "leave it out and publish it, or test a target that has the one platform of this host";
    return failure("no-platform", message, { target: several.name, hint });
  }
  return builder.binds ? null : classicFault(context, targets);
}

/**
 * Why the BuildKit inside a docker CLI without buildx cannot do what is planned; null if it can. That of 18.09 to 20.10
 * can, a later CLI has none: the classic builder that is left would build every stage above the target, related or not.
 * It has no named contexts, either. https://github.com/moby/moby/issues/37297
 */
async function classicFault(context: DockerContext, targets: readonly PlannedTarget[]): Promise<Failure | null> {
  const format = "{{.Client.Version}} {{.Server.Version}}";
  const result = await runDocker(context, docker("version", "--format", format));
  if (context.host.signal.aborted) return interrupted(context.host);
  if (result.exitCode !== 0) {
    // Podman's own version has nothing of these names.
    const named = /template/i.test(result.stderr) ? await runDocker(context, docker("--version")) : result;
    const fault = podmanFault(`${result.stderr}\n${named.stdout}\n${named.stderr}`);
    return fault ?? dockerFailure(context.host, null, result, result.stderr);
  }
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
