import { type Environment, value } from "./environment.ts";

/**
 * The architecture that images are built for here, in Go's words (`amd64`, `arm64`): the one that CI says it has chosen the
 * machine by, or else the machine's own, of its `platform`.
 * https://docs.drone.io/pipeline/environment/reference/drone-stage-arch/
 * https://woodpecker-ci.org/docs/usage/environment#built-in-environment-variables
 */
export function architecture(env: Environment, platform: string): string {
  const said = value(env, "DRONE_STAGE_ARCH") ?? partOf(value(env, "CI_SYSTEM_PLATFORM") ?? "");
  return /^[a-z0-9_]+$/.test(said) ? said : partOf(platform);
}

function partOf(platform: string): string {
  return platform.split("/")[1] ?? "";
}
