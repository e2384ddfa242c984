import type { Finding } from "../docker/find.ts";
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
 * registry, from where it is pulled once per host. Only an image that is nowhere is built.
 */
export async function findBases(
  docker: DockerContext,
  findings: readonly Finding[],
  options: BuildOptions,
  reporter: Reporter,
): Promise<Failure[]> {
  for (const finding of findings) {
    const { target, inspect, pull } = finding;
    if ((await runDocker(docker, inspect)).exitCode === 0) {
      reporter.note(`${target.name}: ${target.image} is on this host`);
      continue;
    }
    const pulled = pull === null ? "missing" : await pullBase(docker, finding, reporter);
    if (pulled === "pulled") continue;
    if (pulled !== "missing") return [pulled];
    reporter.note(`${target.name}: ${target.image} is neither here nor in the registry; building it`);
    const built =
      options.builder === "buildx"
        ? await runBake(docker, finding.targets, finding.build, reporter)
        : await runDockerBuilds(docker, finding.targets, [finding.build], reporter);
    if (built.failures.length > 0) return built.failures;
  }
  return [];
}

async function pullBase(
  docker: DockerContext,
  { target, pull }: Finding,
  reporter: Reporter,
): Promise<"pulled" | "missing" | Failure> {
  const { result, text } = await withRetries(docker.host, `pull ${target.image}`, reporter.note, async () => {
    const ended = await runDocker(docker, pull!);
    return { result: ended, text: `${ended.stdout}\n${ended.stderr}` };
  });
  if (result.exitCode === 0) {
    reporter.note(`${target.name}: pulled ${target.image}`);
    return "pulled";
  }
  const failure = dockerFailure(target.name, result, text);
  // A registry that says no tells neither that there is nothing nor that there is: on a pull request nobody is logged in.
  return failure.kind === "missing-image" || failure.kind === "unauthorized" ? "missing" : failure;
}
