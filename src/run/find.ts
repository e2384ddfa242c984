import type { Finding } from "../docker/find.ts";
import { parseInspected, repositoryDigest } from "../docker/inspected.ts";
import type { BuildOptions } from "../docker/options.ts";
import type { Reporter } from "../report/reporter.ts";
import { runBake } from "./bake.ts";
import { runDockerBuilds } from "./docker-build.ts";
import { type DockerContext, runDocker } from "./docker.ts";
import { dockerFailure } from "./failures.ts";
import type { Failure } from "./outcome.ts";
import { withRetries } from "./retry.ts";

/**
 * Comes by the images that the selected targets stand on and an earlier step has built: on this host, else in the
 * registry, from where it is pulled once per host. Only an image that is nowhere is built. Returns the registry's digests
 * of those that are known.
 */
export async function findBases(
  docker: DockerContext,
  findings: readonly Finding[],
  options: BuildOptions,
  reporter: Reporter,
): Promise<{ digests: Map<string, string>; failures: Failure[] }> {
  const digests = new Map<string, string>();
  for (const finding of findings) {
    const { target, inspect, pull } = finding;
    const note = (digest: string | null) => digest !== null && digests.set(target.name, digest);
    const here = await runDocker(docker, inspect);
    if (here.exitCode === 0) {
      reporter.note(`${target.name}: ${target.image} is on this host`);
      const [image] = parseInspected(here.stdout);
      if (image !== undefined) note(repositoryDigest(image, target.repositories[0] ?? ""));
      continue;
    }
    const pulled = pull === null ? "missing" : await pullBase(docker, finding, reporter);
    if (typeof pulled === "object" && "pulled" in pulled) {
      note(pulled.pulled);
      continue;
    }
    if (pulled !== "missing") return { digests, failures: [pulled] };
    reporter.note(`${target.name}: ${target.image} is neither here nor in the registry; building it`);
    const built =
      options.builder === "buildx"
        ? await runBake(docker, finding.targets, finding.build, reporter)
        : await runDockerBuilds(docker, finding.targets, [finding.build], reporter);
    if (built.failures.length > 0) return { digests, failures: built.failures };
  }
  return { digests, failures: [] };
}

async function pullBase(
  docker: DockerContext,
  { target, pull }: Finding,
  reporter: Reporter,
): Promise<{ pulled: string | null } | "missing" | Failure> {
  const { result, text } = await withRetries(docker.host, `pull ${target.image}`, reporter.note, async () => {
    const ended = await runDocker(docker, pull!);
    return { result: ended, text: `${ended.stdout}\n${ended.stderr}` };
  });
  if (result.exitCode === 0) {
    reporter.note(`${target.name}: pulled ${target.image}`);
    return { pulled: /^Digest: (sha256:[0-9a-f]{64})$/m.exec(result.stdout)?.[1] ?? null };
  }
  const failure = dockerFailure(target.name, result, text);
  // A registry that says no tells neither that there is nothing nor that there is: on a pull request nobody is logged in.
  return failure.code === "missing-image" || failure.code === "unauthorized" ? "missing" : failure;
}
