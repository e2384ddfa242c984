import type { Failure } from "../core/failure.ts";
import { type DockerContext, runDocker } from "../docker/exec.ts";
import { docker } from "../docker/invocation.ts";
import { dockerFailure, interrupted } from "../docker/why-failed.ts";

/**
 * Whether containerd keeps the engine's images, manifests and all, and not the classic image store.
 * https://docs.docker.com/engine/storage/containerd/
 */
export async function isContainerd(context: DockerContext): Promise<boolean | Failure> {
  const result = await runDocker(context, docker("info", "--format", "{{json .DriverStatus}}"));
  if (context.host.signal.aborted) return interrupted(context.host);
  if (result.exitCode !== 0) return dockerFailure(context.host, null, result, result.stderr);
  return result.stdout.includes("io.containerd.snapshotter");
}
