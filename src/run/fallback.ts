import { RunError } from "../core/errors.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import { type DockerContext, runDocker } from "./docker.ts";
import { dockerFailure } from "./failures.ts";

const install =
  "install buildx in the step's image: on Alpine apk add docker-cli-buildx, on Debian and Ubuntu apt-get install docker-buildx";

/**
 * Whether the docker CLI, found to have no buildx, can build with the BuildKit inside it: that of 18.09 to 20.10 can, a
 * later one cannot. Throws a RunError with the remedy where it cannot: the classic builder that is left would build
 * every stage above the target, related or not. So does it where a target has named contexts, which that BuildKit lacks. https://github.com/moby/moby/issues/37297
 */
export async function checkBuiltInBuildKit(docker: DockerContext, targets: readonly PlannedTarget[]): Promise<void> {
  const format = "{{.Client.Version}} {{.Server.Version}}";
  const result = await runDocker(docker, {
    kind: "build",
    target: null,
    argv: ["docker", "version", "--format", format],
    stdin: null,
    env: [],
  });
  if (result.exitCode !== 0) {
    const { message, hint } = dockerFailure(null, result, result.stderr);
    throw new RunError(message, { hint: hint ?? undefined });
  }
  const [client = "", server = ""] = result.stdout.trim().split(" ");
  if (!atLeast(client, 18, 9) || atLeast(client, 23, 0) || !atLeast(server, 18, 9)) {
    const message = `docker ${client} has no buildx, and no BuildKit of its own that works with engine ${server}`;
    throw new RunError(message, { hint: install });
  }
  const named = targets.find(({ contexts }) => Object.keys(contexts).length > 0);
  if (named === undefined) return;
  throw new RunError(`docker ${client} has no named contexts, which ${named.name} needs`, { hint: install });
}

function atLeast(version: string, major: number, minor: number): boolean {
  const [first = 0, second = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return first > major || (first === major && second >= minor);
}
